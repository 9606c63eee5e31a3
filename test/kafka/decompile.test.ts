import { expect, test } from 'vitest';
import { decompile } from '../../src/brokers/kafka/decompile.ts';
import {
  aclAddress,
  type AclSpec,
  type KafkaResource,
  topicAddress,
  userAddress,
} from '../../src/brokers/kafka/resources.ts';
import { environment, landscape } from './landscape.ts';

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

const named = (naming: object, live: readonly KafkaResource[]) =>
  decompile({
    landscape: landscape({}, { environment: environment({ naming }) }),
    live,
    written: {},
    wanted: () => true,
  });

test('names that the naming of the environment gives are written without it', () => {
  const around = {
    user: '{service}.st',
    topic: 'st.{name}',
    group: 'st.{name}',
    transactionalId: 'st.{name}',
  };
  const { services, leftOut } = named(around, [
    ...[scram('shop.st'), topic('st.orders'), topic('other.orders')],
    ...acls('shop.st', 'topic', 'st.orders', ['write', 'describe']),
    ...acls('shop.st', 'transactional_id', 'st.tx', ['write', 'describe']),
    ...acls('shop.st', 'topic', 'st.or', ['read', 'describe'], { pattern: 'prefixed' }),
    ...acls('shop.st', 'group', 'st.g', ['read']),
    ...acls('shop.st', 'topic', 'st.', ['alter'], { pattern: 'prefixed' }),
    ...acls('shop.st', 'topic', '__consumer_offsets', ['describe']),
    ...acls('shop.st', 'user', 'User:audit.st', ['describe_tokens']),
  ]);
  expect(services.map(({ name, section }) => [name, section])).toEqual([
    [
      'shop',
      {
        topics: orders,
        produces: [{ topic: 'orders', transactionalId: 'tx' }],
        consumes: [{ prefix: 'or', group: 'g' }],
        grants: [
          { resource: 'topic', name: '*', operations: ['alter'], reason },
          { resource: 'topic', name: '__consumer_offsets', operations: ['describe'], reason },
          { resource: 'user', name: 'User:audit', operations: ['describe_tokens'], reason },
        ],
      },
    ],
  ]);
  expect(leftOut).toEqual([
    {
      address: topicAddress('other.orders'),
      reason: 'the naming of the environment gives no such name',
      unowned: true,
    },
  ]);
});

test.each([
  ['another environment’s topic', { topic: 'st.{name}' }, acls('shop', 'topic', 'orders', ['read'])],
  ['every topic', { topic: 'st.{name}' }, acls('shop', 'topic', '*', ['read'])],
  [
    'a wider beginning',
    { topic: 'st.{name}' },
    acls('shop', 'topic', 's', ['read'], { pattern: 'prefixed' }),
  ],
  [
    'a beginning, where names end',
    { topic: '{name}.st' },
    acls('shop', 'topic', 'o', ['read'], { pattern: 'prefixed' }),
  ],
  ['a group', { group: 'st.{name}' }, acls('shop', 'group', 'g', ['read'])],
])('a rule that the naming cannot give leaves its principal as it is: %s', (_name, naming, rules) => {
  const { services, leftOut } = named(naming, [scram('shop'), scram('plain'), ...rules]);
  expect(services.map(({ name }) => name)).toEqual(['plain']);
  expect(leftOut.map(({ address, unowned }) => [address, unowned])).toEqual([[userAddress('shop'), false]]);
  expect(leftOut[0]?.reason).toContain('which the naming of the environment cannot give');
});

test('a topic that no topology says is left out by its own name', () => {
  const broken = {
    ...topic('st.orders'),
    spec: { partitions: 0, replicationFactor: 1, config: {} },
  } as KafkaResource;
  const { leftOut } = named({ topic: 'st.{name}' }, [
    ...[scram('shop'), broken],
    ...acls('shop', 'topic', 'st.orders', ['write', 'describe']),
  ]);
  expect(leftOut).toMatchObject([{ address: topicAddress('st.orders'), unowned: false }]);
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
