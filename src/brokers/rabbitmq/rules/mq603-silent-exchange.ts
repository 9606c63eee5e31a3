import { inNamespace } from '../compile/grants.ts';
import { mayReach } from '../patterns/pattern.ts';
import { exchangeAddress } from '../resources.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';
import { factsOf } from './worlds.ts';

export const silentExchange: RabbitRule = {
  id: 'MQ603',
  name: 'silent-exchange',
  severity: 'warning',
  summary: 'Nobody publishes to an exchange that something is bound to.',
  why: `Whoever is bound to it waits for messages that never come. Mostly its publisher went, or publishes to another exchange of nearly that name; or it
does so with rights that are in no file.`,
  instead: '`publishes: [EXCHANGE]` in the service that does, or neither exchange nor binding.',
  *onSite(site: RabbitSite) {
    const flows = factsOf(site).flows();
    const fed = new Set(flows.map(({ to }) => to));
    const left = new Set(flows.map(({ from }) => from));
    for (const { vhost, members, exchanges } of factsOf(site).worlds()) {
      const published = new Set(
        members.flatMap(({ publishes }) => publishes.map(({ exchange }) => exchange)),
      );
      const patterns = members.flatMap(({ grants }) =>
        grants.flatMap(({ write, exchange }) =>
          exchange === undefined && write !== undefined ? [write] : [],
        ),
      );
      const namespaces = members.flatMap(({ namespace }) => namespace ?? []);
      for (const { name, service, path, provided } of exchanges.values()) {
        const address = exchangeAddress(vhost, name);
        if (provided === true || published.has(name) || fed.has(address) || !left.has(address)) continue;
        if (namespaces.some((one) => inNamespace(one, 'write', name))) continue;
        if (patterns.some((one) => mayReach(one, name))) continue;
        yield {
          position: service.locate(path),
          message: `nobody publishes to exchange ${name}: what is bound to it waits for nothing`,
          hint: 'write publishes in the service that does, or take it out',
          service: service.name,
          address,
        };
      }
    }
  },
};
