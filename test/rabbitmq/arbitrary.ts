import fc from 'fast-check';
import type { JsonObject } from '../../src/core/json.ts';
import { isReserved, nameProblem } from '../../src/brokers/rabbitmq/names.ts';
import { builtInExchanges } from '../../src/brokers/rabbitmq/resources.ts';
import { given, nonEmpty, pick } from '../topology/wishes.ts';

/** RabbitMQ's part of random topologies: what the services wish for, then the same made to hold together. */

const words = fc.constantFrom('order', 'payment', 'exchange', 'queue', 'events', 'dead', 'a', 'b-c', 'X');

/** Names as people give them, and as nobody should: patterns, blanks, quotes, percent signs, any script. */
const names = fc
  .oneof(
    { weight: 3, arbitrary: fc.array(words, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.')) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('^(a|b)$', '.*', 'a/b', '%2F', 'é', "it's", '"', '<<', '~', '# x', '404'),
    },
  )
  .filter((name) => nameProblem(name) === undefined && !isReserved(name) && name !== '__proto__');

const word = fc.constantFrom('order', 'paid', '*', '#', '', 'x y', 'a+');
const routingKeys = fc.array(word, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
/** A binding by a key of dots alone could not be deleted. */
const bindingKeys = routingKeys.filter((key) => key !== '.' && key !== '..');
/** What a reference points at is chosen when all names are known. */
const reference = fc.nat(1000);

const binding = fc.record({
  source: reference,
  keys: fc.uniqueArray(bindingKeys, { maxLength: 3 }),
  arguments: fc.option(fc.constantFrom({ 'x-match': 'all', kind: 'invoice' }, { n: 1 })),
});

const exchange = fc.record({
  name: names,
  type: fc.constantFrom('direct', 'fanout', 'topic', 'topic', 'headers'),
  durable: fc.boolean(),
  autoDelete: fc.boolean(),
  internal: fc.boolean(),
  alternate: fc.option(reference, { freq: 3 }),
  arguments: fc.option(fc.constantFrom({ 'x-note': 'kept' }, { 'x-list': ['a', 1, { b: true }] })),
  bindings: fc.array(binding, { maxLength: 2 }),
  allow: fc.boolean(),
});

const queue = fc.record({
  name: names,
  type: fc.option(fc.constantFrom('classic', 'quorum', 'stream')),
  durable: fc.boolean(),
  deadLetter: fc.option(
    fc.record({ exchange: fc.option(reference), queue: reference, key: fc.option(routingKeys) }),
  ),
  arguments: fc.option(
    fc.constantFrom({ 'x-max-length': 100 }, { 'x-max-length': 0, 'x-overflow': 'drop-head' }),
  ),
  bindings: fc.array(binding, { maxLength: 3 }),
  allow: fc.boolean(),
});

const pattern = fc.constantFrom(
  '.*',
  '^order\\..*',
  'order',
  '^$',
  '^(a|b)$',
  '^a$|^b$',
  '^payment\\.exchange\\.events$',
  '(?i)order',
);

const grant = fc
  .record({ configure: fc.option(pattern), write: fc.option(pattern), read: fc.option(pattern) })
  .filter((one) => (one.configure ?? one.write ?? one.read) !== null);

export const rabbitWish = fc.record({
  user: fc.option(fc.constantFrom('app', 'User Two', 'ü')),
  tags: fc.option(fc.subarray(['monitoring', 'policymaker', 'x']), { freq: 4 }),
  maxConnections: fc.option(fc.nat(50), { freq: 4 }),
  maxChannels: fc.option(fc.nat(50), { freq: 4 }),
  declares: fc.boolean(),
  namespace: fc.boolean(),
  exchanges: fc.array(exchange, { maxLength: 3 }),
  queues: fc.array(queue, { maxLength: 3 }),
  publishes: fc.array(
    fc.record({
      exchange: reference,
      keys: fc.option(fc.uniqueArray(routingKeys, { minLength: 1, maxLength: 3 })),
    }),
    { maxLength: 3 },
  ),
  consumes: fc.array(reference, { maxLength: 2 }),
  sends: fc.array(reference, { maxLength: 1 }),
  grants: fc.array(grant, { maxLength: 1 }),
});

type Wish = typeof rabbitWish extends fc.Arbitrary<infer W> ? W : never;

interface Owner {
  readonly service: string;
  readonly wish: Wish;
  readonly namespace: string;
  readonly exchanges: readonly (Wish['exchanges'][number] & { readonly name: string })[];
  readonly queues: readonly (Wish['queues'][number] & { readonly name: string })[];
}

/** What there is to refer to. */
interface Pool {
  readonly exchanges: readonly string[];
  readonly queues: readonly string[];
  readonly types: ReadonlyMap<string, string>;
  readonly internal: ReadonlySet<string>;
  readonly services: readonly string[];
  /** Literal grants reach what they like: owners that guard something would refuse them. */
  readonly guarded: boolean;
  /** Names of exchanges that are names of queues, too: who may use the one has rights on the other. */
  readonly shared: ReadonlySet<string>;
  readonly closed: boolean;
}

/** The sections of services, by name. With `closed` nothing is referred to that no service owns, nor lost with the broker. */
export function rabbitSections(wishes: ReadonlyMap<string, Wish>, closed: boolean): Map<string, JsonObject> {
  const owners = ownersOf(wishes);
  const exchanges = owners.flatMap((owner) => owner.exchanges);
  const queues = new Set(owners.flatMap((owner) => owner.queues.map(({ name }) => name)));
  const elsewhere = closed ? [] : ['elsewhere.exchange'];
  const pool: Pool = {
    exchanges: [
      ...exchanges.map(({ name }) => name),
      ...[...builtInExchanges.keys()].filter((name) => name !== ''),
      ...elsewhere,
    ],
    queues: [...queues, ...(closed ? [] : ['elsewhere.queue'])],
    types: new Map([...builtInExchanges, ...exchanges.map(({ name, type }) => [name, type] as const)]),
    internal: new Set(exchanges.filter(({ internal }) => internal).map(({ name }) => name)),
    services: owners.map(({ service }) => service),
    guarded: owners.every(({ wish }) => wish.grants.length === 0),
    shared: new Set(exchanges.map(({ name }) => name).filter((name) => queues.has(name))),
    closed,
  };
  const users = new Set<string>(owners.map(({ service }) => service));
  return new Map(owners.map((owner) => [owner.service, section(owner, pool, users)]));
}

/** Each name belongs to the first who wished for it; a namespace is the service's alone. */
function ownersOf(wishes: ReadonlyMap<string, Wish>): Owner[] {
  const taken = { exchanges: new Set<string>(), queues: new Set<string>() };
  return [...wishes].map(([service, wish], at) => {
    const namespace = `ns${at}`;
    const free = <T extends { readonly name: string }>(
      kind: 'exchanges' | 'queues',
      list: readonly T[],
    ): T[] =>
      list.flatMap((one, index) => {
        const own =
          wish.namespace && index === 0
            ? `${namespace}.${kind.slice(0, -1)}.${one.name}`.slice(0, 60)
            : one.name;
        const name = nameProblem(own) === undefined ? own : one.name;
        if (taken[kind].has(name)) return [];
        taken[kind].add(name);
        return [{ ...one, name }];
      });
    return {
      service,
      wish,
      namespace,
      exchanges: free('exchanges', wish.exchanges),
      queues: free('queues', wish.queues),
    };
  });
}

function section(
  { service, wish, namespace, exchanges, queues }: Owner,
  pool: Pool,
  users: Set<string>,
): JsonObject {
  const user = wish.user !== null && !users.has(wish.user) ? { user: wish.user } : {};
  if (user.user !== undefined) users.add(user.user);
  const { tags, maxConnections, maxChannels, declares } = wish;
  const limits = { ...given({ maxConnections }), ...given({ maxChannels }) };
  const consumes = wish.consumes.flatMap((at) => pick(pool.queues, at));
  const sends = wish.sends.flatMap((at) => pick(pool.queues, at));
  const grants = wish.grants.map(({ configure, write, read }) => ({
    ...given({ configure }),
    ...given({ write }),
    ...given({ read }),
    reason: `for ${service}`,
  }));
  return {
    ...user,
    ...given({ tags }),
    ...nonEmpty({ limits }),
    ...(declares ? { declares } : {}),
    ...(wish.namespace ? { namespace } : {}),
    ...nonEmpty({
      exchanges: Object.fromEntries(exchanges.map((one) => [one.name, exchangeSection(one, pool)])),
    }),
    ...nonEmpty({ queues: Object.fromEntries(queues.map((one) => [one.name, queueSection(one, pool)])) }),
    ...nonEmpty({ publishes: wish.publishes.flatMap((one) => publish(one, pool)) }),
    ...nonEmpty({ consumes: [...new Set(consumes)] }),
    ...nonEmpty({ sends }),
    ...nonEmpty({ grants }),
  };
}

function exchangeSection(one: Wish['exchanges'][number], pool: Pool): JsonObject {
  const alternate = one.alternate === null ? [] : pick(pool.exchanges, one.alternate);
  return {
    type: one.type,
    ...(one.durable || pool.closed ? {} : { durable: false }),
    ...(one.autoDelete && !pool.closed ? { autoDelete: true } : {}),
    ...(one.internal ? { internal: true } : {}),
    ...(alternate[0] === undefined ? {} : { alternateExchange: alternate[0] }),
    ...given({ arguments: one.arguments }),
    ...nonEmpty({ bindings: one.bindings.flatMap((bound) => bindingSection(bound, pool)) }),
    ...allowSection(one, pool),
  };
}

function queueSection(one: Wish['queues'][number], pool: Pool): JsonObject {
  // Left out, the type is the vhost's default, which may be one that must be durable.
  const isClassic = one.type === 'classic';
  // A stream keeps what it has: it takes neither a dead-letter exchange nor a length in messages.
  const isStream = one.type === 'stream';
  return {
    ...given({ type: one.type }),
    ...(one.durable || !isClassic || pool.closed ? {} : { durable: false }),
    ...(isStream ? {} : given({ arguments: one.arguments })),
    ...(isStream || one.deadLetter === null ? {} : { deadLetter: deadLetter(one.deadLetter, pool) }),
    ...nonEmpty({ bindings: one.bindings.flatMap((bound) => bindingSection(bound, pool)) }),
    ...allowSection(one, pool),
  };
}

function deadLetter(wish: NonNullable<Wish['queues'][number]['deadLetter']>, pool: Pool): JsonObject {
  const [target] = wish.exchange === null ? [] : pick(pool.exchanges, wish.exchange);
  if (target !== undefined) return { exchange: target, ...given({ routingKey: wish.key }) };
  // Through the default exchange, the key is the name of a queue.
  return { exchange: '', routingKey: pick(pool.queues, wish.queue)[0] ?? 'nowhere' };
}

function bindingSection(
  { source, keys, arguments: args }: Wish['queues'][number]['bindings'][number],
  pool: Pool,
): JsonObject[] {
  const [first, ...more] = keys;
  const withArguments = args !== null && !keys.some((key) => key.includes('~'));
  return pick(pool.exchanges, source).map((exchange) => ({
    exchange,
    ...(more.length > 0 ? { routingKeys: keys } : first === undefined ? {} : { routingKey: first }),
    ...(withArguments ? { arguments: args } : {}),
  }));
}

function publish({ exchange: at, keys }: Wish['publishes'][number], pool: Pool): (JsonObject | string)[] {
  return pick(pool.exchanges, at)
    .filter((name) => !pool.internal.has(name))
    .map((exchange) => {
      const isTopic = (pool.types.get(exchange) ?? 'topic') === 'topic';
      return keys === null || !isTopic ? exchange : { exchange, routingKeys: keys };
    });
}

/** Everybody by name: who asks follows from so much that listing fewer would only make topologies that are refused. */
function allowSection(
  { name, allow }: { readonly name: string; readonly allow: boolean },
  { guarded, shared, services }: Pool,
): JsonObject {
  return allow && guarded && !shared.has(name) ? { allow: { publish: services, consume: services } } : {};
}
