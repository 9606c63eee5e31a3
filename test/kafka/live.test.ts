import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { kafka as broker } from '../../src/brokers/kafka/index.ts';
import { aclAddress } from '../../src/brokers/kafka/resources.ts';
import { deletion } from '../../src/core/diff.ts';
import { acls, aclLine, isAcl } from './landscape.ts';
import { type KafkaChange, type Live, unwatched, scram256, type Services, startLive } from './live.ts';
import { containing, matching } from './matchers.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 120_000 });

let live: Live;

beforeAll(async () => {
  live = await startLive();
});

afterAll(async () => {
  await live.kafka.stop();
});

afterEach(async () => {
  await live.wipe();
});

/** `action address`, sorted. */
function actions(changes: readonly KafkaChange[]): string[] {
  return changes.map(({ action, address }) => `${action} ${address}`).sort();
}

describe('every kind, made, changed and gone', () => {
  const steps: [string, Services, Services, string][] = [
    [
      'a topic',
      {
        o: {
          topics: { orders: { partitions: 2, config: { 'retention.ms': 1000, 'cleanup.policy': 'delete' } } },
        },
      },
      { o: { topics: { orders: { partitions: 3, config: { 'cleanup.policy': 'delete,compact' } } } } },
      'update kafka:topic:orders',
    ],
    [
      'a topic that leaves everything to the broker',
      { o: { topics: { orders: null } } },
      { o: { topics: { orders: { config: { 'min.cleanable.dirty.ratio': 1, preallocate: false } } } } },
      'update kafka:topic:orders',
    ],
    [
      'an ACL',
      { o: { consumes: [{ topic: 'orders', group: 'a' }] } },
      { o: { consumes: [{ topic: 'orders', group: 'b' }] } },
      'create kafka:acl:group/literal/b/User%3Ao/*/read/allow,delete kafka:acl:group/literal/a/User%3Ao/*/read/allow',
    ],
    [
      'a quota',
      { o: { quota: { producerByteRate: 1000, requestPercentage: 12.5 } } },
      { o: { quota: { producerByteRate: 2000, consumerByteRate: 10 } } },
      'update kafka:quota:user=o',
    ],
    ['a user', { o: {} }, { p: {} }, 'create kafka:user:p'],
  ];

  it.each(steps)('%s', async (_name, first, second, changed) => {
    await live.converge(first);
    const difference = await live.converge(second);
    expect(actions(difference.changes).join()).toBe(changed);
    await live.wipe();
    const { resources } = await live.read({});
    expect(resources.map(({ address }) => address).sort()).toEqual([
      'kafka:user:admin',
      'kafka:user:mqwarden-broker',
    ]);
  });
});

describe('identity', () => {
  it('keeps twins apart: ALLOW and DENY, * literal and prefixed', async () => {
    const grant = { resource: 'topic', name: '*', operations: ['read'], reason: 'r' };
    const services = {
      o: {
        grants: [
          grant,
          { ...grant, permission: 'deny' },
          { ...grant, resource: 'group', pattern: 'prefixed' },
        ],
      },
    };
    await live.converge(services);
    const { resources } = await live.read({});
    expect(resources.filter(isAcl).map(aclLine).sort()).toEqual(acls(services));
    const twin = resources.find(({ address }) => address.endsWith('/deny'));
    await live.write(twin === undefined ? [] : [deletion(twin, '')]);
    const left = await live.plan(services);
    expect(actions(left.changes)).toEqual(['create kafka:acl:topic/literal/*/User%3Ao/*/read/deny']);
  });

  it('takes every resource type, operation, pattern and permission', async () => {
    const every = (resource: string, operations: string[], name?: string) =>
      ['allow', 'deny'].map((permission) => ({ resource, operations, permission, name, reason: 'r' }));
    const services = {
      o: {
        hosts: ['*', '10.0.0.1'],
        grants: [
          ...every(
            'topic',
            [
              'all',
              'read',
              'write',
              'create',
              'describe',
              'delete',
              'alter',
              'describe_configs',
              'alter_configs',
            ],
            't',
          ),
          ...every('group', ['all', 'read', 'describe', 'delete'], 'g'),
          ...every('cluster', [
            'all',
            'create',
            'cluster_action',
            'describe_configs',
            'alter_configs',
            'idempotent_write',
            'alter',
            'describe',
          ]),
          ...every('transactional_id', ['all', 'describe', 'write'], 'x'),
          ...every('delegation_token', ['all', 'describe'], 'd'),
          ...every('user', ['create_tokens', 'describe_tokens'], 'User:u'),
        ],
      },
    };
    await live.converge(services);
    expect((await live.plan(services)).changes).toEqual([]);
  });

  it('takes names with any character, down to the login', async () => {
    const user = 'o / % @ + ~ . , =';
    const odd = `${user} é ✓`;
    const services = {
      [user]: {
        topics: { orders: null },
        quota: { producerByteRate: 1e9 },
        produces: [{ topic: 'orders', transactionalId: odd }],
        consumes: [{ topic: 'orders', group: odd }],
      },
    };
    await live.converge(services);
    const client = live.connect(user);
    const producer = client.producer({ transactionalId: odd, idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic: 'orders', messages: [{ value: 'one' }] });
    await transaction.commit();
    await producer.disconnect();
    const consumer = client.consumer({ groupId: odd });
    await consumer.connect();
    await consumer.subscribe({ topic: 'orders', fromBeginning: true });
    const received = await new Promise<string>((resolve, reject) => {
      consumer
        .run({
          eachMessage: ({ message }) => {
            resolve(String(message.value));
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
    await consumer.disconnect();
    expect(received).toBe('one');
  });
});

describe('what is granted is all that is granted', () => {
  it('a producer may not write elsewhere, a stranger may not log in', async () => {
    await live.converge({ o: { topics: { orders: null, other: null }, produces: ['orders'] } });
    const producer = live.connect('o').producer({ retry: { retries: 0 } });
    await producer.connect();
    await expect(producer.send({ topic: 'orders', messages: [{ value: 'x' }] })).resolves.toHaveLength(1);
    await expect(producer.send({ topic: 'other', messages: [{ value: 'x' }] })).rejects.toThrow(
      /authorized/i,
    );
    await producer.disconnect();
    live.credentials.stored.set('kafka/o', { username: 'o', password: 'wrong' });
    await expect(
      live
        .connect('o')
        .admin({ retry: { retries: 0 } })
        .connect(),
    ).rejects.toThrow(/refused user "o"/);
  });
});

describe('an idempotent producer', () => {
  it('needs nothing on the cluster', async () => {
    const produces = [{ topic: 'orders', idempotent: true }];
    await live.converge({ o: { topics: { orders: null }, produces } });
    const producer = live.connect('o').producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    await expect(producer.send({ topic: 'orders', messages: [{ value: 'x' }] })).resolves.toHaveLength(1);
    await producer.disconnect();
  });
});

describe('a quota that a service no longer declares, or never did', () => {
  it('stays, is reported as claimed, and can be pruned', async () => {
    await live.converge({ o: { quota: { producerByteRate: 1000 } } });
    const { changes, unmanaged } = await live.plan({ o: {} });
    expect(changes).toEqual([]);
    expect(unmanaged).toMatchObject([
      { resource: { address: 'kafka:quota:user=o' }, claimed: true, prunable: true },
    ]);
  });
});

describe("Kafka's own kafka-acls", () => {
  const cases: [string, string[], object][] = [
    ['order-service', ['--producer', '--topic', 'orders'], { produces: ['orders'] }],
    [
      'notification-service',
      ['--consumer', '--topic', 'orders', '--group', 'notification-consumer-group'],
      { consumes: [{ topic: 'orders', group: 'notification-consumer-group' }] },
    ],
    [
      'payment-service',
      ['--producer', '--topic', 'payments', '--transactional-id', 'tx', '--idempotent'],
      { produces: [{ topic: 'payments', transactionalId: 'tx', idempotent: true }] },
    ],
  ];

  it.each(cases)(
    'gives %s exactly what grantStyle: kafka-acls compiles to',
    async (service, args, section) => {
      await live.kafka.aclCommand(['--add', '--allow-principal', `User:${service}`, ...args]);
      const wanted = acls({ [service]: { grantStyle: 'kafka-acls', ...section } });
      await expect
        .poll(async () => (await live.read({})).resources.filter(isAcl).map(aclLine).sort(), {
          timeout: 5000,
        })
        .toEqual(wanted);
    },
  );
});

describe('batches', () => {
  it('2,500 ACLs in, and out again', async () => {
    const grants = Array.from({ length: 2500 }, (_, index) => ({
      resource: 'topic',
      name: `t${index}`,
      operations: ['read'],
      reason: 'r',
    }));
    const difference = await live.converge({ o: { grants } });
    expect(difference.changes).toHaveLength(2501);
    const gone = await live.converge({ o: {} });
    expect(gone.changes).toHaveLength(2500);
  });

  it('more partitions than the controller takes in one request are still asked about', async () => {
    const names = Array.from({ length: 400 }, (_, index) => [`t${index}`, { partitions: 30 }] as const);
    const { changes, blocked } = await live.plan({ o: { topics: Object.fromEntries(names) } });
    expect(blocked).toEqual([]);
    expect(changes).toHaveLength(401);
  });

  it('one bad item fails alone', async () => {
    await live.converge({ o: { topics: { there: null } } });
    const plan = await live.plan({ o: { topics: { there: null, fresh: null } } });
    const again: KafkaChange = {
      action: 'create',
      address: 'kafka:topic:there' as KafkaChange['address'],
      kind: 'kafka:topic',
      reason: '',
      before: null,
      after: { partitions: 1, replicationFactor: 1 },
    };
    const outcomes = await live.write([...plan.changes, again]);
    expect(outcomes.get('kafka:topic:fresh')).toEqual({ status: 'done' });
    expect(outcomes.get('kafka:topic:there')).toEqual({
      status: 'failed',
      error: "TOPIC_ALREADY_EXISTS: Topic 'there' already exists.",
      hint: 'somebody made it since the plan was read: run plan again',
    });
  });

  it('one bad ACL fails alone', async () => {
    const spec = {
      resource: 'topic',
      pattern: 'literal',
      name: 't',
      host: '*',
      operation: 'read',
      permission: 'allow',
    };
    const [fine, bad] = ['User:o', 'nobody'].map((principal): KafkaChange => {
      const after = { ...spec, principal };
      return {
        action: 'create',
        address: aclAddress(after),
        kind: 'kafka:acl',
        reason: '',
        before: null,
        after,
      };
    });
    if (fine === undefined || bad === undefined) throw new Error('two changes');
    const outcomes = await live.write([bad, fine]);
    expect(outcomes.get(fine.address)).toEqual({ status: 'done' });
    expect(outcomes.get(bad.address)).toMatchObject({
      status: 'failed',
      error: matching(/^INVALID_REQUEST: /),
    });
    // Reads lag: what the next test would not see yet, it would not take away.
    await broker.shown?.(live.target(), [fine], 20_000, live.context());
  });

  it('what is gone already is done', async () => {
    await live.converge({
      o: { topics: { orders: null }, produces: ['orders'], quota: { producerByteRate: 1 } },
    });
    const { resources } = await live.read({});
    const changes = resources
      .filter(({ address }) => !/:(?:admin|mqwarden-broker)$/.test(address))
      .map((one) => deletion(one, ''));
    const first = await live.write(changes);
    const second = await live.write(changes);
    expect(first.size).toBe(changes.length);
    expect([...second.values()]).toEqual(changes.map(() => ({ status: 'done' })));
  });
});

describe('passwords', () => {
  it('of a user that somebody made in between are not overwritten', async () => {
    const { changes } = await live.plan({ o: {} });
    await live.converge({ o: {} });
    live.credentials.stored.clear();
    const outcomes = await live.write(changes);
    expect(outcomes.get('kafka:user:o')).toMatchObject({
      status: 'failed',
      error: containing('since the plan'),
    });
    expect(live.credentials.stored.size).toBe(0);
  });

  it("with Kafka's default of 4,096 iterations stay, with a warning, stored or not", async () => {
    const made = await live.plan({ o: {} });
    const few = made.changes.map((change) => ({
      ...change,
      after: { mechanism: 'SCRAM-SHA-512', iterations: 4096 },
    })) as KafkaChange[];
    await live.write(few);
    await expect.poll(async () => (await live.plan({ o: {} })).changes, { timeout: 5000 }).toEqual([]);
    expect((await live.plan({ o: {} })).warnings).toEqual([
      { address: 'kafka:user:o', message: 'its password has 4096 iterations, below 8192: rotate it' },
    ]);
    // Of somebody else's user nothing is said.
    expect((await live.plan({ p: {} })).warnings).toEqual([]);
    const admin = live.connect('o').admin();
    await admin.connect();
    await admin.disconnect();
  });

  it('of SHA-256 only become SHA-512 where they are stored, and are not replaced where not', async () => {
    await scram256(live, 'o', 'before');
    await expect
      .poll(async () => actions((await live.plan({ o: {} })).changes), { timeout: 5000 })
      .toEqual(['update kafka:user:o']);
    const { changes } = await live.plan({ o: {} });
    expect((await live.write(changes)).get('kafka:user:o')).toMatchObject({
      status: 'failed',
      error: 'no password of o is stored at kafka/o, and a new one would lock out who uses it now',
    });
    live.credentials.stored.set('kafka/o', { username: 'o', password: 'before' });
    await live.converge({ o: {} });
    expect(live.credentials.stored.get('kafka/o')?.password).toBe('before');
    const admin = live.connect('o').admin();
    await admin.connect();
    await admin.disconnect();
  });

  it('of users that the administrator may not describe are neither overwritten nor deleted', async () => {
    const limited = { username: 'limited', password: 'pässword of limited' };
    const cluster = { resource: 'cluster', reason: 'r' };
    const grants = [
      { ...cluster, operations: ['alter'] },
      { ...cluster, operations: ['describe'], permission: 'deny' },
    ];
    const { changes } = await live.plan({ o: {} });
    await live.converge({ limited: { grants }, o: {} });
    live.credentials.stored.delete('kafka/o');
    const there = (await live.read({})).resources.filter(({ address }) => address === 'kafka:user:o');
    for (const attempt of [changes, there.map((one) => deletion(one, ''))]) {
      expect((await live.write(attempt, limited)).get('kafka:user:o')).toMatchObject({
        status: 'failed',
        error: containing('the SCRAM users of Kafka'),
        hint: containing('give limited'),
      });
    }
    expect(live.credentials.stored.has('kafka/o')).toBe(false);
    expect((await live.read({})).resources.map(({ address }) => address)).toContain('kafka:user:o');
  });

  it('that cannot be stored never reach the broker', async () => {
    const { changes } = await live.plan({ o: {} });
    const broken = { ...live.credentials, ensure: () => Promise.reject(new Error('the store is full')) };
    const writer = await broker.writer(live.target(), live.context(), broken, unwatched);
    const outcomes: unknown[] = [];
    await writer.write(changes, (_change, outcome) => outcomes.push(outcome));
    await writer.close();
    expect(outcomes).toEqual([
      { status: 'failed', error: 'the password of o cannot be stored: the store is full' },
    ]);
    expect((await live.plan({ o: {} })).changes).toHaveLength(1);
  });
});

describe('before anything is lost', () => {
  it('the size of what a topic holds is known', async () => {
    const services = { o: { topics: { full: null, empty: null }, produces: ['full'] } };
    await live.converge(services);
    const producer = live.connect('o').producer();
    await producer.connect();
    await producer.send({ topic: 'full', messages: [{ value: 'x'.repeat(5000) }] });
    await producer.disconnect();
    const { resources } = await live.read(services);
    const topics = resources.filter(({ kind }) => kind === 'kafka:topic').map((one) => deletion(one, ''));
    const costs = await broker.weigh(live.target(), topics, live.context());
    expect(costs.get('kafka:topic:full' as KafkaChange['address'])).toBe('5.1 KB of messages');
    expect(costs.get('kafka:topic:empty' as KafkaChange['address'])).toBe('no messages');
  });

  it('what the administrator may not look at is not called empty', async () => {
    const limited = { username: 'limited', password: 'pässword of limited' };
    await live.converge({ limited: {}, o: { topics: { full: null } } });
    const { resources } = await live.read({});
    const topics = resources.filter(({ kind }) => kind === 'kafka:topic').map((one) => deletion(one, ''));
    const admin = { username: 'limited', password: 'env:KAFKA_ADMIN' };
    const sizes = await broker.weigh(live.target({ admin }), topics, live.context(limited.password));
    expect([...sizes.values()]).toEqual(['size unknown']);
  });
});

describe('waiting until a write shows', () => {
  const services = {
    o: { topics: { orders: { partitions: 1 } }, consumes: [{ topic: 'orders', group: 'a' }] },
  };
  const shown = (changes: readonly KafkaChange[], patienceMs: number) =>
    broker.shown?.(live.target(), changes, patienceMs, live.context());

  it.each(['topic', 'user', 'acl'])('of a %s ends when it is there, and when it is gone', async (kind) => {
    const { changes } = await live.plan(services);
    const own = changes.filter((change) => change.kind === `kafka:${kind}`);
    const read = async () => (await live.read(services)).resources.map(({ address }) => address);
    await live.write(own);
    await shown(own, 20_000);
    const there = await read();
    expect(own.filter(({ address }) => !there.includes(address))).toEqual([]);
    const gone = (await live.read(services)).resources
      .filter(({ address }) => own.some((change) => change.address === address))
      .map((one) => deletion(one, 'not wanted any more'));
    await live.write(gone);
    await shown(gone, 20_000);
    const left = await read();
    expect(gone.filter(({ address }) => left.includes(address))).toEqual([]);
  });

  it('ends with its patience, too', async () => {
    const { changes } = await live.plan(services);
    const since = performance.now();
    await shown(changes, 300);
    expect(performance.now() - since).toBeGreaterThan(100);
    expect(performance.now() - since).toBeLessThan(10_000);
  });
});
