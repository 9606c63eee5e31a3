import { expect, test } from 'vitest';
import { decompile } from '../../src/brokers/kafka/decompile.ts';
import {
  aclAddress,
  type AclSpec,
  type KafkaResource,
  topicAddress,
  userAddress,
} from '../../src/brokers/kafka/resources.ts';
import { landscape } from './landscape.ts';

const scram = (name: string, mechanism = 'SCRAM-SHA-512'): KafkaResource => ({
  kind: 'kafka:user',
  address: userAddress(name),
  spec: { mechanism, iterations: 8192 },
});
const topic = (name: string, config = {}): KafkaResource => ({
  kind: 'kafka:topic',
  address: topicAddress(name),
  spec: { partitions: 3, replicationFactor: 1, config },
});
const acls = (
  principal: string,
  resource: string,
  name: string,
  operations: readonly string[],
  over: Partial<AclSpec> = {},
): KafkaResource[] =>
  operations.map((operation) => {
    const base = { resource, pattern: 'literal', name, principal: `User:${principal}`, host: '*' };
    const spec = { ...base, operation, permission: 'allow', ...over };
    return { kind: 'kafka:acl', address: aclAddress(spec), spec };
  });

const imported = (live: readonly KafkaResource[], claims: readonly string[] = []) =>
  decompile({ landscape: landscape({}, { claims }), live, written: {}, wanted: () => true });

const reason = 'imported, to be reviewed';
const orders = { orders: { partitions: 3, replicationFactor: 1 } };

test.each<[string, KafkaResource[], object]>([
  [
    'a producer',
    acls('shop', 'topic', 'orders', ['write', 'describe']),
    { topics: orders, produces: ['orders'] },
  ],
  [
    'a producer as kafka-acls makes it, with an idempotent transaction',
    [
      ...acls('shop', 'topic', 'orders', ['write', 'describe', 'create']),
      ...acls('shop', 'transactional_id', 'tx', ['write', 'describe']),
      ...acls('shop', 'cluster', 'kafka-cluster', ['idempotent_write']),
    ],
    {
      topics: orders,
      grantStyle: 'kafka-acls',
      produces: [{ topic: 'orders', transactionalId: 'tx', idempotent: true }],
    },
  ],
  [
    'a consumer from two addresses, who owns nothing',
    ['10.0.0.1', '10.0.0.2'].flatMap((host) => [
      ...acls('shop', 'topic', 'orders', ['read', 'describe'], { host }),
      ...acls('shop', 'group', 'g', ['read'], { host }),
    ]),
    { hosts: ['10.0.0.1', '10.0.0.2'], consumes: [{ topic: 'orders', group: 'g' }] },
  ],
  [
    'every topic, and a DENY',
    [
      ...acls('shop', 'topic', '*', ['all']),
      ...acls('shop', 'topic', 'orders', ['write'], { permission: 'deny', host: '10.0.0.1' }),
    ],
    {
      grants: [
        { resource: 'topic', name: '*', operations: ['all'], reason },
        {
          resource: 'topic',
          name: 'orders',
          operations: ['write'],
          permission: 'deny',
          host: '10.0.0.1',
          reason,
        },
      ],
    },
  ],
  [
    'a prefix',
    [
      ...acls('shop', 'topic', 'or', ['read', 'describe'], { pattern: 'prefixed' }),
      ...acls('shop', 'group', 'g', ['read']),
    ],
    { consumes: [{ prefix: 'or', group: 'g' }] },
  ],
  [
    'Kafka Streams',
    [
      ...acls('shop', 'topic', 'app-', ['read', 'write', 'describe', 'create', 'delete'], {
        pattern: 'prefixed',
      }),
      ...acls('shop', 'transactional_id', 'app-', ['write', 'describe'], { pattern: 'prefixed' }),
      ...acls('shop', 'group', 'app', ['read']),
    ],
    { streams: { applicationId: 'app' } },
  ],
])('%s', (_name, rules, want) => {
  const { services, leftOut } = imported([scram('shop'), topic('orders'), ...rules]);
  expect(services).toMatchObject([{ name: 'shop' }]);
  expect(services[0]?.section).toEqual(want);
  expect(leftOut.filter(({ unowned }) => !unowned)).toEqual([]);
});

test('a certificate’s principal is known by its common name', () => {
  const { services } = imported(acls('CN=orders,OU=shop', 'topic', 'orders', ['write', 'describe']));
  expect(services.map(({ name, section }) => [name, section])).toEqual([
    ['orders', { principal: 'CN=orders,OU=shop', produces: ['orders'] }],
  ]);
});

test('what no topology says leaves its principal as it is', () => {
  const { services, leftOut } = imported([
    ...[scram('a'), scram('b'), scram('c', 'SCRAM-SHA-256')],
    ...acls('a', 'topic', 'x', ['unknown_99']),
    ...acls('b', 'topic', 'x', ['read'], { host: 'host.example' }),
  ]);
  expect(leftOut.map(({ address }) => address)).toEqual(['a', 'b'].map(userAddress));
  expect(services.map(({ name, section }) => [name, section])).toEqual([['c', { auth: 'external' }]]);
});

test('what everyone is granted belongs to nobody', () => {
  const { services, leftOut } = imported([scram('a'), ...acls('*', 'topic', 'x', ['read'])]);
  expect(services.map(({ name }) => name)).toEqual(['a']);
  expect(leftOut).toMatchObject([{ unowned: true }]);
});

test('settings of a topic are written as a person would', () => {
  const config = { 'retention.ms': '604800000', 'cleanup.policy': 'compact', preallocate: 'true' };
  const { services } = imported([scram('orders'), topic('orders.v1', config)]);
  expect(services[0]?.section).toEqual({
    topics: {
      'orders.v1': {
        partitions: 3,
        replicationFactor: 1,
        config: { 'retention.ms': 604800000, 'cleanup.policy': 'compact', preallocate: true },
      },
    },
  });
});
