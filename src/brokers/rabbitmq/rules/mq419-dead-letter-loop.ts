import type { Address } from '../../../core/address.ts';
import { partOf } from '../../../core/address.ts';
import type { Flow } from '../../../core/access/model.ts';
import { queuesOf, settingsOf } from './queues.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';
import { factsOf } from './worlds.ts';

export const deadLetterLoop: RabbitRule = {
  id: 'MQ419',
  name: 'dead-letter-loop',
  severity: 'warning',
  summary: 'Dead letters come back at once to the queue that they came from.',
  why: `A message that its consumer cannot handle goes round for ever, as fast as the broker can: it keeps the consumer and a core of the broker
busy, and what is behind it waits. RabbitMQ stops such a round only where nothing in it was rejected.`,
  instead: `A queue of its own for dead letters; to try again later, one with \`x-message-ttl\` on the way back, and \`x-delivery-limit\` for the end
of it.`,
  *onSite(site: RabbitSite) {
    const settings = settingsOf(site);
    const queues = queuesOf(site);
    const waits = new Set(
      queues.filter(({ queue }) => settings(queue).has('message-ttl')).map(({ queue }) => queue.address),
    );
    const ways = Map.groupBy(factsOf(site).flows(), ({ from }) => from);
    for (const { owned, queue } of queues) {
      if (waits.has(queue.address)) continue;
      const way = wayBack(queue.address, ways, waits);
      if (way === undefined) continue;
      const by = way.map((at) => partOf(at, 1) || 'the default exchange').join(', ');
      yield {
        position: owned.service.locate([...owned.path, 'deadLetter']),
        message: `dead letters of ${owned.name} come back to it at once, by ${by}`,
        hint: 'let them end in another queue, or wait in one with x-message-ttl',
        service: owned.service.name,
        address: queue.address,
      };
    }
  },
};

type Ways = ReadonlyMap<Address, readonly Flow[]>;

/** The stops on the shortest way from a queue to itself on which nothing waits. */
function wayBack(start: Address, ways: Ways, waits: ReadonlySet<Address>): readonly Address[] | undefined {
  const seen = new Set<string>();
  const open: { at: Address; key: string | undefined; by: readonly Address[] }[] = [
    { at: start, key: undefined, by: [] },
  ];
  for (const { at, key, by } of open) {
    for (const { to, passes, rekeys } of ways.get(at) ?? []) {
      // A key that the letters were given must be the one that leads on; their own may be any.
      if (key !== undefined && passes !== undefined && passes !== key) continue;
      // Nobody is led by the default exchange who was not given a key.
      if (key === undefined && at.endsWith('/')) continue;
      if (to === start) return by;
      const next = rekeys ?? key;
      const stop = `${to} ${next ?? ''}`;
      if (seen.has(stop) || waits.has(to)) continue;
      seen.add(stop);
      open.push({ at: to, key: next, by: [...by, to] });
    }
  }
  return undefined;
}
