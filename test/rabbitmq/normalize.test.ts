import { describe, expect, it, test } from 'vitest';
import type { Definitions } from '../../src/brokers/rabbitmq/definitions.ts';
import { parseJson } from '../../src/brokers/rabbitmq/json.ts';
import { normalize } from '../../src/brokers/rabbitmq/normalize.ts';
import { keptUsers, refusals } from '../../src/brokers/rabbitmq/refusals.ts';
import type { RabbitResource } from '../../src/brokers/rabbitmq/resources.ts';
import { isAtLeast } from '../../src/brokers/rabbitmq/version.ts';
import { compiled } from './support.ts';

const specs = (definitions: Definitions, version = '4.0.5') =>
  normalize(definitions, version, new Set(['v'])).map(({ address, spec }) => [address, spec]);

describe('the forms that versions differ in', () => {
  const cases: readonly { name: string; definitions: Definitions; version?: string; want: unknown }[] = [
    {
      name: 'a vhost of 3.10 keeps no default queue type',
      version: '3.10.8',
      definitions: {
        vhosts: [{ name: 'v', description: 'd', tags: ['b', 'a'], default_queue_type: 'undefined' }],
      },
      want: [['rabbitmq:vhost:v', { description: 'd', tags: ['a', 'b'], limits: {} }]],
    },
    {
      name: 'a vhost of 4.3 has its fields under metadata',
      version: '4.3.6',
      definitions: {
        vhosts: [{ name: 'v', metadata: { description: 'd', tags: [], default_queue_type: 'quorum' } }],
      },
      want: [['rabbitmq:vhost:v', { description: 'd', tags: [], defaultQueueType: 'quorum', limits: {} }]],
    },
    {
      name: 'limits of a vhost are a parameter, and negative ones are none',
      definitions: {
        vhosts: [{ name: 'v' }],
        parameters: [
          {
            vhost: 'v',
            component: 'vhost-limits',
            name: 'limits',
            value: { 'max-connections': 5, 'max-queues': -1 },
          },
        ],
      },
      want: [
        [
          'rabbitmq:vhost:v',
          { description: '', tags: [], defaultQueueType: 'classic', limits: { maxConnections: 5 } },
        ],
      ],
    },
    {
      name: 'tags as text, limits as a list',
      definitions: { users: [{ name: 'u', password_hash: 'secret', tags: 'b, a', limits: [] }] },
      want: [['rabbitmq:user:u', { tags: ['a', 'b'], limits: {}, auth: 'password' }]],
    },
    {
      name: 'tags as a list, limits as a table, no password',
      definitions: {
        users: [{ name: 'u', password_hash: '', tags: ['b', 'a'], limits: { 'max-channels': 3 } }],
      },
      want: [['rabbitmq:user:u', { tags: ['a', 'b'], limits: { maxChannels: 3 }, auth: 'none' }]],
    },
    {
      name: 'an empty pattern is ^$, in this vhost only',
      definitions: {
        permissions: [
          { user: 'u', vhost: 'v', configure: '', write: 'a', read: '^$' },
          { user: 'u', vhost: 'w', configure: '', write: '', read: '' },
        ],
      },
      want: [['rabbitmq:permission:v/u', { configure: '^$', write: 'a', read: '^$' }]],
    },
    {
      name: 'a queue of 3.10 without a type is classic',
      definitions: { queues: [{ name: 'q', vhost: 'v', durable: true, auto_delete: false, arguments: [] }] },
      want: [['rabbitmq:queue:v/q', { type: 'classic', durable: true, autoDelete: false, arguments: {} }]],
    },
    {
      name: 'a queue of 4.x says its type among the arguments',
      definitions: {
        queues: [
          {
            name: 'q',
            vhost: 'v',
            durable: true,
            auto_delete: false,
            arguments: { 'x-queue-type': 'quorum', x: 1 },
          },
        ],
      },
      want: [
        ['rabbitmq:queue:v/q', { type: 'quorum', durable: true, autoDelete: false, arguments: { x: 1 } }],
      ],
    },
    {
      name: 'a binding to a queue that is not among the queues is of a session, as 4.3 lists it',
      definitions: {
        queues: [{ name: 'q', vhost: 'w', durable: true, auto_delete: false }],
        bindings: ['queue', 'exchange'].map((type) => ({
          source: 'e',
          vhost: 'v',
          destination: 'q',
          destination_type: type,
          routing_key: 'k',
        })),
      },
      want: [
        [
          'rabbitmq:binding:v/e/exchange/q/k',
          { source: 'e', destinationType: 'exchange', destination: 'q', routingKey: 'k', arguments: {} },
        ],
      ],
    },
  ];
  test.each(cases)('$name', ({ definitions, version, want }) => {
    expect(specs(definitions, version)).toEqual(want);
  });

  it('keeps nothing of a hash', () => {
    expect(
      JSON.stringify(specs({ users: [{ name: 'u', password_hash: 'canary', hashing_algorithm: 'x' }] })),
    ).not.toContain('canary');
  });
});

it('keeps every digit of large integers', () => {
  expect(parseJson('{"a":9007199254740993,"b":1,"c":"9007199254740993"}')).toEqual({
    a: { integer: '9007199254740993' },
    b: 1,
    c: '9007199254740993',
  });
});

test.each([
  ['3.10.8', false],
  ['3.11.0', true],
  ['4.3.0-rc.1', true],
  ['', false],
])('%s is at least 3.11: %s', (version, want) => {
  expect(isAtLeast(version, 3, 11)).toBe(want);
});

describe('refusals', () => {
  const queues = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => [`${String(at).padStart(2, '0')}.queue.of.a.long.name`, {}]),
  );
  const desired: readonly RabbitResource[] = compiled({
    s: { queues, consumes: Object.keys(queues) },
  }).resources;
  test.each([
    ['3.10.8', []],
    ['4.0.5', []],
    ['4.3.6', ['rabbitmq:permission:production/s']],
  ])('long patterns on %s', (version, want) => {
    expect(refusals(version, desired).map(({ address }) => address)).toEqual(want);
  });

  it('of a topic row has a hint of its own', () => {
    const routingKeys = Array.from({ length: 60 }, (_, at) => `${at}.${'x'.repeat(40)}`);
    const keyed = { exchanges: { e: { type: 'topic' } }, publishes: [{ exchange: 'e', routingKeys }] };
    expect(
      refusals('4.3.6', compiled({ s: keyed }).resources).map(({ address, hint }) => [address, hint]),
    ).toEqual([
      [
        'rabbitmq:topic-permission:production/s/e',
        'take routing keys together with wildcards (`order.#`), or split them over several exchanges',
      ],
    ]);
  });

  it('is about all that is joined: names are factored where grants leave them too little room', () => {
    const names = Array.from({ length: 32 }, (_, at) => `order.queue.of-the-shop-${at}`);
    const queues = Object.fromEntries(names.map((name) => [name, {}]));
    const grants = [{ read: `^${'x'.repeat(300)}$`, reason: 'r' }];
    const { resources } = compiled({ s: { queues, consumes: names, grants } });
    expect(refusals('4.3.6', resources)).toEqual([]);
  });
});

describe('users that stay since they have permissions elsewhere', () => {
  const row = (user: string, vhost: string) => ({ user, vhost, configure: '', write: '', read: '' });
  it('names every vhost outside the environment, and the way out', () => {
    const permissions = [row('u', 'w'), row('u', 'v'), row('u', 'a b'), row('here', 'v')];
    expect(keptUsers(permissions, new Set(['v']))).toEqual([
      {
        address: 'rabbitmq:user:u',
        action: 'delete',
        reason: 'it has permissions in the vhosts a b, w, outside this environment, which would go with it',
        hint: "if nobody needs them there, take them away first: rabbitmqctl clear_permissions -p 'a b' u",
      },
    ]);
  });

  it('is nobody where there are none', () => {
    expect(keptUsers([], new Set(['v']))).toEqual([]);
  });
});
