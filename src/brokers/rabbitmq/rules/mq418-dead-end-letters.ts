import { partOf } from '../../../core/address.ts';
import { builtInExchanges } from '../resources.ts';
import { deadLettersOf, queuesOf } from './queues.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';
import { factsOf } from './worlds.ts';

export const deadEndLetters: RabbitRule = {
  id: 'MQ418',
  name: 'dead-end-letters',
  severity: 'error',
  summary: 'Dead letters go to an exchange that leads nowhere.',
  why: `An exchange drops what no binding takes. The queue looks as if its dead letters were kept, and they are gone as surely as without a
dead-letter exchange; nobody finds out before the first one is looked for.`,
  instead:
    'A queue that is bound to the exchange: `order.queue.dead: { bindings: [{ exchange: order.exchange.dead }] }`.',
  *onSite(site: RabbitSite) {
    const letters = deadLettersOf(site);
    const left = new Set(
      factsOf(site)
        .flows()
        .map(({ from }) => from),
    );
    for (const { world, owned, queue, position } of queuesOf(site)) {
      for (const { to } of letters.get(queue.address) ?? []) {
        const exchange = partOf(to, 1);
        // What nobody owns may be bound by others: that it must exist is told by another rule.
        if (left.has(to) || builtInExchanges.has(exchange) || !world.exchanges.has(exchange)) continue;
        const own = owned.section.deadLetter;
        yield {
          position: own === undefined ? position : owned.service.locate([...owned.path, 'deadLetter']),
          message: `dead letters of ${owned.name} go to ${exchange}, which no queue is bound to: they are dropped`,
          hint: `bind a queue to ${exchange}`,
          service: owned.service.name,
          address: queue.address,
        };
      }
    }
  },
};
