import { bindingsInto, exchangeArguments, queueArguments, textArgument } from './declared.ts';
import type { Owned } from './owned.ts';
import type { Member } from './vhosts.ts';
import type { World } from './world.ts';

/**
 * What a service needs on the broker, by RabbitMQ's table of AMQP 0-9-1 operations: publish = write on the exchange;
 * consume = read on the queue; declare = configure, with a dead-letter exchange also read on the queue and write on that
 * exchange, with an alternate exchange read on the exchange and write on the alternate; bind = write on the destination
 * and read on the source.
 */
export interface Rights {
  readonly configure: ReadonlySet<string>;
  readonly write: ReadonlySet<string>;
  readonly read: ReadonlySet<string>;
  /** The routing keys that it publishes with, by exchange; `every` where it names none. */
  readonly publishes: ReadonlyMap<string, ReadonlySet<string> | 'every'>;
  /** The binding keys that it declares itself, by source exchange. */
  readonly binds: ReadonlyMap<string, ReadonlySet<string>>;
  /** In the words of the topology. */
  readonly because: readonly string[];
}

/** How the permission system calls the default exchange. */
const defaultExchange = 'amq.default';

export function rightsOf(world: World, member: Member): Rights {
  const { sends, namespace } = member;
  const consumes = member.consumes.map(({ queue }) => queue);
  const publishes = publishedKeys(member);
  const own = member.declares ? declaringRights(world, member) : nothingDeclared;
  const temporary = member.temporary ?? [];
  return {
    configure: new Set(own.configure),
    write: new Set([...publishes.keys(), ...(sends.length > 0 ? [defaultExchange] : []), ...own.write]),
    read: new Set([...consumes, ...own.read, ...temporary.map(({ exchange }) => permissionName(exchange))]),
    publishes,
    binds: keysBySource([
      ...own.binds,
      ...temporary.flatMap(({ exchange, routingKeys }) => routingKeys.map((key) => [exchange, key] as const)),
    ]),
    because: [
      ...[...publishes].map(([exchange, keys]) => publishesText(exchange, keys)),
      ...consumes.map((queue) => `consumes ${queue}`),
      ...sends.map(({ queue }) => `sends to ${queue}`),
      ...(member.declares ? ['declares its own'] : []),
      ...(namespace === undefined ? [] : [`namespace ${namespace}`]),
      ...(member.temporary === undefined ? [] : ['temporary queues']),
      ...member.grants.map((grant) => `granted: ${grant.reason}`),
    ],
  };
}

export function publishesText(exchange: string, keys: ReadonlySet<string> | 'every'): string {
  return keys === 'every' ? `publishes ${exchange}` : `publishes ${exchange} (${[...keys].join(', ')})`;
}

function publishedKeys(member: Member): Map<string, Set<string> | 'every'> {
  const keys = new Map<string, Set<string> | 'every'>();
  for (const publish of member.publishes) {
    const known = keys.get(publish.exchange);
    if (publish.routingKeys === undefined || known === 'every') keys.set(publish.exchange, 'every');
    else keys.set(publish.exchange, new Set([...(known ?? []), ...publish.routingKeys]));
  }
  return keys;
}

interface Declaring {
  readonly configure: readonly string[];
  readonly write: readonly string[];
  readonly read: readonly string[];
  readonly binds: readonly Bind[];
}

/** A source exchange and a binding key. */
type Bind = readonly [source: string, key: string];

const nothingDeclared: Declaring = { configure: [], write: [], read: [], binds: [] };

function keysBySource(binds: readonly Bind[]): Map<string, Set<string>> {
  const groups = Map.groupBy(binds, ([source]) => source);
  return new Map([...groups].map(([source, group]) => [source, new Set(group.map(([, key]) => key))]));
}

/** For a service that asserts its own exchanges, queues and bindings at start. */
function declaringRights(world: World, { service }: Member): Declaring {
  const isOwn = (owned: Owned<unknown>) => owned.service === service && owned.provided !== true;
  const exchanges = [...world.exchanges.values()].filter(isOwn);
  const queues = [...world.queues.values()].filter(isOwn);
  const alternates = exchanges.map((owned) => ({
    name: owned.name,
    target: textArgument(exchangeArguments(world, owned), 'alternate-exchange'),
  }));
  const deadLetters = queues.map((owned) => ({
    name: owned.name,
    target: textArgument(queueArguments(world, owned), 'x-dead-letter-exchange'),
  }));
  const forwarding = [...alternates, ...deadLetters].filter((one) => one.target !== undefined);
  const bindings = [
    ...exchanges.flatMap((owned) => bindingsInto(owned, 'exchange')),
    ...queues.flatMap((owned) => bindingsInto(owned, 'queue')),
  ].map(({ spec }) => spec);
  const names = [...exchanges, ...queues].map((owned) => owned.name);
  return {
    configure: names,
    write: [...names, ...forwarding.map(({ target }) => permissionName(target ?? ''))],
    read: [...forwarding.map(({ name }) => name), ...bindings.map(({ source }) => permissionName(source))],
    binds: bindings.map(({ source, routingKey }) => [source, routingKey] as const),
  };
}

/** The name that a permission pattern is matched against. */
export function permissionName(exchange: string): string {
  return exchange === '' ? defaultExchange : exchange;
}
