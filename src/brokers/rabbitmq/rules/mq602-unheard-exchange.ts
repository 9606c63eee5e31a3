import { mayReach } from '../patterns/pattern.ts';
import { exchangeAddress } from '../resources.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';
import { factsOf } from './worlds.ts';

export const unheardExchange: RabbitRule = {
  id: 'MQ602',
  name: 'unheard-exchange',
  severity: 'warning',
  summary: 'A service publishes to an exchange that nothing is bound to.',
  why: `An exchange keeps nothing: what no binding takes is dropped, and the publisher is told that all is well. Mostly a binding was forgotten, or
stands at another exchange.`,
  instead: `A queue that is bound to it, in the service that wants its messages; or an \`alternateExchange\`, which keeps what no binding takes.`,
  *onSite(site: RabbitSite) {
    const left = new Set(
      factsOf(site)
        .flows()
        .map(({ from }) => from),
    );
    for (const { vhost, members, exchanges } of factsOf(site).worlds()) {
      const bound = new Set(
        members.flatMap(({ temporary = [] }) => temporary.map(({ exchange }) => exchange)),
      );
      const patterns = members.flatMap(({ grants }) =>
        grants.flatMap(({ read, exchange }) => (exchange === undefined && read !== undefined ? [read] : [])),
      );
      for (const { service, publishes } of members) {
        for (const { exchange, path } of publishes) {
          const owned = exchanges.get(exchange);
          const address = exchangeAddress(vhost, exchange);
          if (owned === undefined || owned.provided === true || left.has(address) || bound.has(exchange))
            continue;
          if (patterns.some((one) => mayReach(one, exchange))) continue;
          yield {
            position: service.locate(path),
            message: `${service.name} publishes to ${exchange}, which no queue is bound to: its messages are dropped`,
            hint: `bind a queue to ${exchange}, in the service that wants its messages`,
            service: service.name,
            address,
          };
        }
      }
    }
  },
};
