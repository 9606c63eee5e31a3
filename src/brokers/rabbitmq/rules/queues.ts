import type { Flow } from '../../../core/access/model.ts';
import { type Address, partOf } from '../../../core/address.ts';
import type { Position } from '../../../core/errors.ts';
import { unroutedWay } from '../access/flows.ts';
import type { Owned } from '../compile/owned.ts';
import type { World } from '../compile/world.ts';
import { type Policy, type OperatorPolicy, type Queue, queueAddress } from '../resources.ts';
import { ruledBy } from '../ruling.ts';
import type { QueueSection } from '../schema.ts';
import type { RabbitSite } from './rule.ts';
import { factsOf } from './worlds.ts';

/** A queue that a service declares, with what comes of it. */
export interface SiteQueue {
  readonly world: World;
  readonly owned: Owned<QueueSection>;
  readonly queue: Queue;
  readonly position: Position;
}

/** Those that mqwarden makes by itself, for requests and replies, are not the service's to change. */
export function queuesOf(site: RabbitSite): SiteQueue[] {
  const made = new Map(
    site.resources.flatMap((one) => (one.kind === 'rabbitmq:queue' ? [[one.address, one] as const] : [])),
  );
  return factsOf(site)
    .worlds()
    .flatMap((world) =>
      [...world.queues.values()].flatMap((owned): SiteQueue[] => {
        const queue = made.get(queueAddress(world.vhost, owned.name));
        if (queue === undefined || owned.provided === true || owned.path[0] !== 'queues') return [];
        return [{ world, owned, queue, position: owned.service.locate(owned.path) }];
      }),
    );
}

/** What of a queue's messages is refused, expires or does not fit, by the queue that loses it. */
export function deadLettersOf(site: RabbitSite): ReadonlyMap<Address, readonly Flow[]> {
  const from = factsOf(site)
    .flows()
    .filter((flow) => isQueue(flow.from));
  return Map.groupBy(from, (flow) => flow.from);
}

/** Queues that dead letters, or what no binding takes, end in by whatever way: people look at them. */
export function lettersEndIn(site: RabbitSite): ReadonlySet<Address> {
  const flows = factsOf(site).flows();
  const ways = Map.groupBy(flows, ({ from }) => from);
  const reached = new Set<Address>();
  const follow = (by: Flow): void => {
    const at = by.to;
    if (reached.has(at)) return;
    reached.add(at);
    if (isQueue(at)) return;
    for (const next of ways.get(at) ?? []) {
      // The default exchange leads to the queue of the key only.
      if (!at.endsWith('/') || by.rekeys === next.passes) follow(next);
    }
  };
  flows.filter(({ from, by }) => isQueue(from) || by.startsWith(unroutedWay)).forEach(follow);
  return new Set([...reached].filter(isQueue));
}

function isQueue(at: Address): boolean {
  return at.startsWith('rabbitmq:queue:');
}

/** What policies of either sort, and its own arguments, say of a queue: keys as in policies. */
export function settingsOf(site: RabbitSite): (queue: Queue) => ReadonlySet<string> {
  const byVhost = (kind: (Policy | OperatorPolicy)['kind']) =>
    Map.groupBy(
      site.resources
        .filter((one) => one.kind === 'rabbitmq:policy' || one.kind === 'rabbitmq:operator-policy')
        .filter((one) => one.kind === kind),
      ({ address }) => partOf(address, 0),
    );
  const sorts = [byVhost('rabbitmq:policy'), byVhost('rabbitmq:operator-policy')];
  return (queue) => {
    const ruling = sorts.flatMap((policies) => {
      const here = policies.get(partOf(queue.address, 0)) ?? [];
      return ruledBy(new Map(here.map(({ address, spec }) => [address, spec])), queue);
    });
    return new Set([
      ...Object.keys(queue.spec.arguments).map((key) => key.replace(/^x-/, '')),
      ...ruling.flatMap(({ spec }) => Object.keys(spec.definition)),
    ]);
  };
}
