import { expect, test } from 'vitest';
import { decompile } from '../../src/brokers/rabbitmq/decompile.ts';
import {
  exchangeAddress,
  permissionAddress,
  policyAddress,
  queueAddress,
  type RabbitResource,
  topicPermissionAddress,
  userAddress,
  vhostAddress,
} from '../../src/brokers/rabbitmq/resources.ts';
import { landscape } from './support.ts';

const vhost = 'production';
const thing = { durable: true, autoDelete: false };
const exchange = (name: string, type = 'direct'): RabbitResource => ({
  kind: 'rabbitmq:exchange',
  address: exchangeAddress(vhost, name),
  spec: { type, ...thing, internal: false, arguments: {} },
});
const queue = (name: string, over: object = {}): RabbitResource => ({
  kind: 'rabbitmq:queue',
  address: queueAddress(vhost, name),
  spec: { type: 'classic', ...thing, arguments: {}, ...over },
});
const user = (name: string, configure: string, write: string, read: string): RabbitResource[] => [
  {
    kind: 'rabbitmq:user',
    address: userAddress(name),
    spec: { tags: [], limits: {}, auth: 'password' },
  },
  {
    kind: 'rabbitmq:permission',
    address: permissionAddress(vhost, name),
    spec: { configure, write, read },
  },
];
const row = (name: string, on: string, write: string, read: string): RabbitResource => ({
  kind: 'rabbitmq:topic-permission',
  address: topicPermissionAddress(vhost, name, on),
  spec: { write, read },
});
const live: RabbitResource[] = [
  {
    kind: 'rabbitmq:vhost',
    address: vhostAddress(vhost),
    spec: { description: '', tags: [], defaultQueueType: 'classic', limits: { maxQueues: 9 } },
  },
  exchange('shop.events', 'topic'),
  queue('shop.work'),
];

function imported(resources: readonly RabbitResource[], claims: readonly string[] = []) {
  return decompile({
    landscape: landscape({}, {}, { claims }),
    live: [...live, ...resources],
    written: { vhost },
    wanted: () => true,
  });
}

function sectionOf(name: string, resources: readonly RabbitResource[]) {
  return imported(resources).services.find((one) => one.name === name)?.section;
}

const reason = 'imported, to be reviewed';
const owned = {
  exchanges: { 'shop.events': { type: 'topic' } },
  queues: { 'shop.work': { type: 'classic' } },
};

test.each([
  [
    'a publisher without a topic permission, as rabbitmqctl leaves it',
    user('shop', '^$', '^shop\\.events$', '^shop\\.work$'),
    {
      ...owned,
      publishes: ['shop.events'],
      consumes: ['shop.work'],
      grants: [{ anyKey: ['shop.events'], reason }],
    },
  ],
  [
    'one with routing keys',
    [...user('shop', '^$', '^shop\\.events$', '^$'), row('shop', 'shop.events', '^order(\\..*)?$', '^$')],
    { ...owned, publishes: [{ exchange: 'shop.events', routingKeys: ['order.#'] }] },
  ],
  [
    'a topic permission of another making',
    [...user('shop', '^$', '^shop\\.events$', '^$'), row('shop', 'shop.events', '^order', '.*')],
    {
      ...owned,
      publishes: ['shop.events'],
      grants: [{ exchange: 'shop.events', write: '^order', read: '.*', reason }],
    },
  ],
  [
    'everything',
    user('shop', '.*', '.*', '.*'),
    {
      ...owned,
      grants: [
        { configure: '.*', write: '.*', read: '.*', reason },
        { anyKey: ['shop.events'], reason },
      ],
    },
  ],
  [
    'a pattern with an option',
    user('shop', '^$', '(?i)SHOP', '^$'),
    {
      ...owned,
      grants: [
        { write: '(?i)SHOP', reason },
        { anyKey: ['shop.events'], reason },
      ],
    },
  ],
  [
    'a queue of its own that it declares',
    [
      ...user('shop', '^(shop\\.events|shop\\.work)$', '^(shop\\.events|shop\\.work)$', '^shop\\.work$'),
      row('shop', 'shop.events', '^$', '^$'),
    ],
    { ...owned, declares: true, consumes: ['shop.work'] },
  ],
  ['the default exchange', user('shop', '^$', '^amq\\.default$', '^$'), { ...owned, sends: ['shop.work'] }],
])('%s', (_name, resources, want) => {
  expect(sectionOf('shop', resources)).toEqual(want);
});

test('limits of the vhost are written down', () => {
  expect(imported(user('shop', '^$', '^$', '^$')).environment).toEqual({
    vhost: { name: vhost, limits: { maxQueues: 9 } },
  });
});

const policy = (kind: 'policy' | 'operator-policy', name: string, over: object): RabbitResource => ({
  kind: `rabbitmq:${kind}`,
  address: policyAddress(`rabbitmq:${kind}`, vhost, name),
  spec: { pattern: '^shop', applyTo: 'all', priority: 0, definition: { 'message-ttl': 5 }, ...over },
});

test('policies are written down as they are; those that have no words are left out, each with its reason', () => {
  const { environment, leftOut } = imported([
    ...user('shop', '^$', '^$', '^shop\\.work$'),
    policy('policy', 'ttl', {}),
    policy('policy', 'dead', {
      priority: 2,
      applyTo: 'queues',
      definition: { 'dead-letter-exchange': 'shop.events' },
    }),
    policy('operator-policy', 'cap', { applyTo: 'queues', definition: { 'max-length': 9 } }),
    policy('policy', 'loop', { definition: { 'dead-letter-exchange': '' } }),
    policy('policy', 'odd', { applyTo: 'streaming' }),
    policy('policy', 'huge', { definition: { 'message-ttl': { integer: '9223372036854775807' } } }),
  ]);
  expect(environment).toEqual({
    vhost: {
      name: vhost,
      limits: { maxQueues: 9 },
      policies: {
        ttl: { pattern: '^shop', definition: { 'message-ttl': 5 } },
        dead: {
          ...{ pattern: '^shop', applyTo: 'queues', priority: 2 },
          definition: { 'dead-letter-exchange': 'shop.events' },
        },
      },
      operatorPolicies: { cap: { pattern: '^shop', definition: { 'max-length': 9 } } },
    },
  });
  expect(
    leftOut.filter(({ unowned }) => !unowned).map(({ address, reason: why }) => `${address}: ${why}`),
  ).toEqual([
    expect.stringMatching(/^rabbitmq:policy:production\/odd: the language does not take it: /),
    "rabbitmq:policy:production/huge: an argument is an integer past 2^53, which the management API's JSON cannot carry back",
    expect.stringMatching(
      /^rabbitmq:policy:production\/loop: policy loop dead-letters queue shop.work to the default exchange/,
    ),
  ]);
});

test('policies of the environment that do not live are not written', () => {
  const section = { name: vhost, policies: { gone: { pattern: 'x', definition: { 'message-ttl': 1 } } } };
  const { environment } = decompile({
    landscape: landscape({}, { vhost: section }),
    live: [...live, ...user('shop', '^$', '^$', '^$')],
    written: { vhost: section },
    wanted: () => true,
  });
  expect(environment).toEqual({ vhost: { name: vhost, limits: { maxQueues: 9 } } });
});

test('what is nobody’s and what has no words is left out, each with its reason', () => {
  const gone = queue('gone', { autoDelete: true });
  const { leftOut, services } = imported([
    exchange('nobodys'),
    gone,
    ...user('other', '^$', '^$', '^$'),
    ...user('guest', '.*', '.*', '.*'),
  ]);
  expect(services.map(({ name }) => name)).toEqual(['other']);
  expect(leftOut.map(({ address, unowned }) => [address, unowned])).toEqual([
    [queueAddress(vhost, 'gone'), false],
    [permissionAddress(vhost, 'guest'), false],
    [exchangeAddress(vhost, 'shop.events'), true],
    [exchangeAddress(vhost, 'nobodys'), true],
    [queueAddress(vhost, 'shop.work'), true],
  ]);
});

test('only those whom a claim matches are services', () => {
  const { services, strangers } = imported(
    [...user('order-service', '^$', '^$', '^$'), ...user('ops', '.*', '.*', '.*')],
    ['*-service'],
  );
  expect([services.map(({ name }) => name), strangers]).toEqual([['order-service'], ['ops']]);
});

test('names that the naming of the environment gives are written without it; others are not ours', () => {
  const { services, strangers } = decompile({
    landscape: landscape({}, { naming: { user: '{service}.staging' } }),
    live: [...live, ...user('shop.staging', '^$', '^$', '^shop\\.work$'), ...user('shop', '^$', '^$', '^$')],
    written: { vhost },
    wanted: () => true,
  });
  expect(services.map(({ name, section }) => [name, section['user'], section['consumes']])).toEqual([
    ['shop', undefined, ['shop.work']],
  ]);
  expect(strangers).toEqual(['shop']);
});

test('a user without a password logs in by certificate', () => {
  const [identity, permission] = user('shop', '^$', '^$', '^$');
  const passwordless = { ...identity, spec: { tags: [], limits: {}, auth: 'none' } } as RabbitResource;
  const [service] = imported([passwordless, ...(permission === undefined ? [] : [permission])]).services;
  expect(service?.section['auth']).toBe('certificate');
});
