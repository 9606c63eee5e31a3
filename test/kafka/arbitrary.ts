import fc from 'fast-check';
import type { JsonObject } from '../../src/core/json.ts';
import { operationsOf } from '../../src/brokers/kafka/words.ts';
import { given, nonEmpty, pick } from '../topology/wishes.ts';

/** Kafka's part of random topologies. */

const topicNames = fc.constantFrom(
  'orders',
  'payments',
  'order.events',
  'a',
  'a-b',
  'A_b',
  '0',
  'x'.repeat(40),
  'app-changelog',
);
const groups = fc.constantFrom('group', 'Group Two', 'a/b', 'ü', "it's", 'orders');
const reference = fc.nat(1000);

const topic = fc.record({
  name: topicNames,
  partitions: fc.option(fc.integer({ min: 1, max: 3 })),
  replicationFactor: fc.option(fc.constant(1)),
  config: fc.option(
    fc.constantFrom(
      {},
      { 'retention.ms': 604800000, 'cleanup.policy': 'delete' },
      { 'cleanup.policy': 'compact, delete' },
      { 'min.cleanable.dirty.ratio': 0.5, 'retention.bytes': -1, 'unclean.leader.election.enable': false },
    ),
  ),
  allow: fc.boolean(),
});

const target = fc.record({
  at: reference,
  prefix: fc.option(fc.constantFrom('order', 'a', 'zz-'), { freq: 4 }),
});
const transactionalIds = fc.constantFrom('tx-1', 'tx-2', 'Tx 3');

const resources = ['topic', 'group', 'cluster', 'transactional_id'] as const;
const grant = fc.constantFrom(...resources).chain((resource) =>
  fc.record({
    resource: fc.constant(resource),
    name: fc.constantFrom('*', 'orders', 'elsewhere', 'a'),
    pattern: fc.constantFrom('literal', 'prefixed'),
    operations: fc.oneof(
      fc.constant(['all']),
      fc.subarray([...operationsOf[resource]], { minLength: 1, maxLength: 3 }),
    ),
    permission: fc.constantFrom('allow', 'allow', 'deny'),
    host: fc.option(fc.constantFrom('*', '10.0.0.1', '::1')),
  }),
);

export const kafkaWish = fc.record({
  principal: fc.option(fc.constantFrom('CN=orders,OU=shop', 'app', 'CN=x'), { freq: 4 }),
  topics: fc.array(topic, { maxLength: 3 }),
  produces: fc.array(
    fc.record({ target, transactionalId: fc.option(transactionalIds), idempotent: fc.option(fc.boolean()) }),
    { maxLength: 3 },
  ),
  consumes: fc.array(fc.record({ target, group: groups }), { maxLength: 3 }),
  streams: fc.option(fc.constantFrom('app', 'order-stats'), { freq: 4 }),
  quota: fc.option(
    fc.constantFrom({ producerByteRate: 1024 }, { consumerByteRate: 4096, requestPercentage: 0.5 }),
  ),
  createTopics: fc.option(fc.boolean()),
  grantStyle: fc.option(fc.constantFrom('minimal', 'kafka-acls')),
  hosts: fc.option(fc.uniqueArray(fc.constantFrom('10.0.0.1', '10.0.0.2', '::1'), { minLength: 1 }), {
    freq: 4,
  }),
  grants: fc.array(grant, { maxLength: 2 }),
});

type Wish = typeof kafkaWish extends fc.Arbitrary<infer W> ? W : never;

/** The sections of services, by name. With `closed` nothing is referred to that no service owns. */
export function kafkaSections(wishes: ReadonlyMap<string, Wish>, closed: boolean): Map<string, JsonObject> {
  const taken = new Set<string>();
  const principals = new Set<string>(wishes.keys());
  const guarded = [...wishes.values()].every(({ grants }) => grants.length === 0);
  const owned = new Map(
    [...wishes].map(([service, wish]) => [
      service,
      wish.topics.filter(({ name }) => !taken.has(name) && taken.add(name)),
    ]),
  );
  // An application's own names are one service's alone.
  const applications = new Set<string>();
  const isFree = (id: string, service: string) =>
    !applications.has(id) &&
    ![...owned].some(
      ([owner, all]) => owner !== service && all.some(({ name }) => name.startsWith(`${id}-`)),
    );
  const pool = [...taken, ...(closed ? [] : ['elsewhere'])];
  return new Map(
    [...wishes].map(([service, wish]) => {
      const topics = (owned.get(service) ?? []).map(({ name, allow, ...rest }) => {
        const everybody = { publish: [...wishes.keys()], consume: [...wishes.keys()] };
        return [name, { ...given(rest), ...(allow && guarded ? { allow: everybody } : {}) }] as const;
      });
      const principal = wish.principal !== null && !principals.has(wish.principal) ? wish.principal : null;
      if (principal !== null) principals.add(principal);
      const streams = wish.streams !== null && isFree(wish.streams, service) ? wish.streams : null;
      if (streams !== null) applications.add(streams);
      return [service, section(service, { ...wish, principal, streams }, Object.fromEntries(topics), pool)];
    }),
  );
}

function section(service: string, wish: Wish, topics: JsonObject, pool: readonly string[]): JsonObject {
  const { principal, quota, createTopics, grantStyle, hosts } = wish;
  const streams = wish.streams === null ? null : { applicationId: wish.streams };
  const produces = wish.produces.flatMap(({ target: to, transactionalId: id, ...rest }) => {
    // No two services may produce with the same one.
    const transactionalId = id === null ? null : `${id} of ${service}`;
    return targets(to, pool).map((found) => ({ ...found, ...given({ ...rest, transactionalId }) }));
  });
  const consumes = wish.consumes.flatMap(({ target: from, group }) =>
    targets(from, pool).map((found) => ({ ...found, group })),
  );
  return {
    ...given({ principal, quota, createTopics, grantStyle, hosts, streams }),
    ...nonEmpty({ topics, produces, consumes, grants: wish.grants.map(grantSection) }),
  };
}

function targets({ at, prefix }: Wish['produces'][number]['target'], pool: readonly string[]): JsonObject[] {
  return prefix === null ? pick(pool, at).map((name) => ({ topic: name })) : [{ prefix }];
}

function grantSection({
  resource,
  name,
  pattern,
  operations,
  permission,
  host,
}: Wish['grants'][number]): JsonObject {
  const isCluster = resource === 'cluster';
  return {
    resource,
    ...(isCluster ? {} : { name }),
    // The literal `*` is everything; a prefix of it is only that character, which no topic begins with.
    ...(isCluster || name === '*' ? {} : { pattern }),
    operations,
    permission,
    ...given({ host }),
    reason: 'by hand',
  };
}
