import { byNames, byStems, type Hint, type Owned, ownersOf } from '../../../core/import/owners.ts';
import { namesOf } from '../patterns/parse.ts';
import type { Live } from './live.ts';
import { namespaceIn, type Right } from './rights.ts';

export type What = 'exchange' | 'queue';
export type Owners = Readonly<Record<What, ReadonlyMap<string, Owned>>>;

/**
 * Whose exchanges and queues are: of those who may configure them, by namespace, by name, of those who write to the exchange
 * or read from the queue, and last by what they are bound to. `stem`: how the names of a user's things are likely to begin.
 */
export function ownersIn(live: Live, users: readonly string[], stem: (user: string) => string): Owners {
  const named = (right: Right) =>
    byNames(users, (user) => namesOf(live.permissions.get(user)?.[right] ?? '') ?? []);
  const [configured, called] = [named('configure'), byStems(users, stem)];
  return byNeighbours(live, {
    exchange: ownersOf(live.exchanges.keys(), [
      configured,
      spaced(live, users, 'exchange'),
      called,
      named('write'),
    ]),
    queue: ownersOf(live.queues.keys(), [configured, spaced(live, users, 'queue'), called, named('read')]),
  });
}

function spaced(live: Live, users: readonly string[], what: What): Hint {
  const spaces = users.flatMap((user) => {
    const permission = live.permissions.get(user);
    const namespace = permission === undefined ? undefined : namespaceIn(permission);
    return namespace === undefined ? [] : [{ user, start: `${namespace}.${what}.` }];
  });
  return (thing) => spaces.filter(({ start }) => thing.startsWith(start)).map(({ user }) => user);
}

/** A dead-letter exchange is whose queues fall into it; a queue that nobody reads is whose exchange fills it. */
function byNeighbours(live: Live, owners: Record<What, Map<string, Owned>>): Owners {
  const forwards = [
    ...[...live.queues].map(([name, { arguments: given }]) => ({
      to: given['x-dead-letter-exchange'],
      owner: owners.queue.get(name),
    })),
    ...[...live.exchanges].map(([name, { arguments: given }]) => ({
      to: given['alternate-exchange'],
      owner: owners.exchange.get(name),
    })),
  ];
  const feeders = Map.groupBy(forwards, ({ to }) => to);
  for (const name of live.exchanges.keys()) {
    const owner = onlyOne((feeders.get(name) ?? []).map((one) => one.owner));
    if (owner !== undefined && !owners.exchange.has(name)) owners.exchange.set(name, owner);
  }
  for (const name of live.queues.keys()) {
    const owner = onlyOne(live.bindingsInto('queue', name).map(({ source }) => owners.exchange.get(source)));
    if (owner !== undefined && !owners.queue.has(name)) owners.queue.set(name, owner);
  }
  return owners;
}

function onlyOne(owners: readonly (Owned | undefined)[]): Owned | undefined {
  const [first] = owners;
  const same = owners.every((one) => one?.principal === first?.principal);
  return first === undefined || !same ? undefined : { principal: first.principal, rivals: [] };
}
