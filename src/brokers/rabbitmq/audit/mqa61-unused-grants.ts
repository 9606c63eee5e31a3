import { pass, type Point, some, untold } from '../../../core/audit.ts';
import type { Definitions, LivePermission } from '../definitions.ts';
import { namesOf } from '../patterns/parse.ts';
import { reach } from '../patterns/pattern.ts';
import { permissionAddress } from '../resources.ts';
import type { RabbitCheck } from './check.ts';
import type { Consuming } from './facts.ts';
import { bearerOf } from './identities.ts';
import { vhostsOf } from './places.ts';

export const unusedGrants: RabbitCheck = {
  id: 'MQA61',
  name: 'rabbitmq-unused-grants',
  title: 'RabbitMQ: what is granted is used',
  severity: 'warning',
  why: 'What nobody uses can be taken away, and then nobody can misuse it. The broker keeps no record: only that no use is seen now can be said.',
  instead: 'ask the owner whether the service still needs it, and take it out of the topology if not',
  link: 'https://www.rabbitmq.com/docs/access-control#authorisation',
  *points(subject) {
    const { definitions, consumers } = subject.facts;
    if (definitions.is !== 'told' || consumers.is !== 'told') {
      if (definitions.is !== 'told') yield untold(definitions);
      if (consumers.is !== 'told') yield untold(consumers);
      return;
    }
    const vhosts = vhostsOf(subject);
    const held = (definitions.value.permissions ?? []).filter(
      ({ vhost, user }) => vhosts.has(vhost) && bearerOf(subject, user).is === 'service',
    );
    const seen = useIn(definitions.value, consumers.value);
    for (const one of held) yield* unusedPoints(one, seen);
    yield pass(
      `the permissions of ${held.length} services looked at, and ${consumers.value.length} consumers`,
    );
  },
};

interface Use {
  /** By vhost. */
  readonly queues: ReadonlyMap<string, readonly string[]>;
  readonly deadEnds: ReadonlyMap<string, readonly string[]>;
  /** `["v","q","shop"]` of each consumer. */
  readonly consumed: ReadonlySet<string>;
}

function useIn(
  { queues = [], exchanges = [], bindings = [] }: Definitions,
  consumers: readonly Consuming[],
): Use {
  const led = new Set(bindings.map(({ vhost, source }) => JSON.stringify([vhost, source])));
  const deadEnds = exchanges.filter(({ vhost, name }) => !led.has(JSON.stringify([vhost, name])));
  return {
    queues: byVhost(queues),
    deadEnds: byVhost(deadEnds),
    consumed: new Set(consumers.map(({ vhost, queue, user }) => JSON.stringify([vhost, queue, user]))),
  };
}

function byVhost(all: readonly { readonly vhost: string; readonly name: string }[]): Map<string, string[]> {
  const groups = Map.groupBy(all, ({ vhost }) => vhost);
  return new Map([...groups].map(([vhost, some]) => [vhost, some.map(({ name }) => name)]));
}

function* unusedPoints({ user, vhost, read, write }: LivePermission, use: Use): Iterable<Point> {
  const address = permissionAddress(vhost, user);
  const readable = reached(read, use.queues.get(vhost) ?? []);
  const isRead = readable.some((queue) => use.consumed.has(JSON.stringify([vhost, queue, user])));
  if (readable.length > 0 && !isRead)
    yield {
      is: 'manual',
      says: `no use seen: ${user} may read ${some(readable)} in ${vhost}, and consumes none of them now`,
      address,
    };
  const silent = reached(write, use.deadEnds.get(vhost) ?? []);
  if (silent.length > 0)
    yield {
      is: 'manual',
      says: `no use seen: ${user} may write to ${some(silent)} in ${vhost}, which no binding leads on from`,
      address,
    };
}

function reached(pattern: string, names: readonly string[]): string[] {
  if (pattern === '' || pattern === '^$') return [];
  const known = namesOf(pattern);
  return names.filter((name) => (known === undefined ? reach(pattern, name) === 'yes' : known.has(name)));
}
