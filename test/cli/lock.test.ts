/**
 * One writer at a time, on real brokers. The lock is of the whole broker, so that everything about it stands in this file:
 * its tests run one after the other.
 */
import { hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { startTcpProxy, type TcpProxy } from '../brokers/proxy.ts';
import { type KafkaProxy, startKafkaProxy } from '../brokers/proxy-kafka.ts';
import { type ManagementProxy, startManagementProxy } from '../brokers/proxy-management.ts';
import type { Fault } from '../brokers/proxy-sockets.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { type Gate, gate, type LockBench, openLockBench, type Running, until } from './lock-bench.ts';

const brokers = brokersForTests();
const { rabbitmq, kafka } = brokers;
const rabbit = rabbitAdmin(rabbitmq);
const me = `${userInfo().username}@${hostname()}`;
const [heartbeat, createTopics, createAcls] = [12, 19, 30];

let bench: LockBench;
let cluster: KafkaAdmin;
let management: ManagementProxy;
let amqps: TcpProxy;
let front: KafkaProxy;
/** By way of the proxies. */
let over: { readonly rabbitmq: object; readonly kafka: object };

beforeAll(async () => {
  bench = await openLockBench(brokers);
  cluster = await kafkaAdmin(kafka);
  management = await startManagementProxy(rabbitmq);
  amqps = await startTcpProxy(rabbitmq.amqpsUrl);
  front = await startKafkaProxy(kafka);
  over = {
    rabbitmq: { managementUrl: management.managementUrl, amqpsUrl: `amqps://localhost:${amqps.port}` },
    kafka: { brokers: front.brokers },
  };
});
const started: { readonly running: Running; readonly held: Gate }[] = [];
afterEach(async () => {
  // What a failed test has left would hold the lock of the next one.
  for (const { running, held } of started.splice(0)) {
    running.signal('SIGKILL');
    held.open();
    await running.ended;
  }
  management.onRequest(undefined);
  front.onRequest(undefined);
});
afterAll(async () => {
  for (const proxy of [management, amqps, front]) await proxy.stop();
  await cluster.close();
  await rabbit.delete(`/vhosts/${bench.vhost}`);
  await rabbit.delete(`/users/order-${bench.mark}`);
  await bench.remove();
});

/** Exchanges and topics of its own, and rights on them for the one service that all topologies here have. */
function services(name: string, count = 3) {
  const names = Array.from({ length: count }, (_, index) => `${name}${index}-${bench.mark}`);
  const exchanges = Object.fromEntries(names.map((one) => [one, { type: 'topic' }] as const));
  const topics = Object.fromEntries(
    names.map((one) => [one, { partitions: 1, replicationFactor: 1 }] as const),
  );
  return {
    [`order-${bench.mark}`]: {
      rabbitmq: { exchanges, publishes: names },
      kafka: { topics, produces: names },
    },
  };
}

/** The first write to RabbitMQ, or the first topic on Kafka, waits: the apply has its plan, and its locks. */
function holdWrites(): Gate {
  const held = gate();
  management.onRequest(async (_n, { method, path }): Promise<Fault> => {
    if (method !== 'GET' && !/\/(vhosts|permissions)\/mqwarden/.test(path)) await held.pass();
    return 'pass';
  });
  let topics = 0;
  front.onRequest(async (_n, { apiKey }): Promise<Fault> => {
    if (apiKey === createTopics) topics += 1;
    // The first only asks whether it could be done.
    if ((apiKey === createTopics && topics > 1) || apiKey === createAcls) await held.pass();
    return 'pass';
  });
  return held;
}

/** The topologies here take each other's rights away. */
const freely = ['--yes', '--max-deletes', '100'];

/** Starts an apply by way of the proxies and returns when it is about to write. */
async function holder(name: string, ...args: string[]): Promise<{ running: Running; held: Gate }> {
  const held = holdWrites();
  const running = bench.start('apply', `${name}.yaml`, ...freely, ...args);
  started.push({ running, held });
  await until(() => held.waiting > 0 || running.isOver);
  if (running.isOver) throw new Error(`it did not come to write: ${(await running.ended).stderr}`);
  return { running, held };
}

let fresh = 0;
/** A topology that has something to do, by way of the proxies or straight. */
async function pending(count?: number, by: object = over): Promise<string> {
  const name = `n${(fresh += 1)}x`;
  await bench.write(name, services(name, count), by);
  return name;
}

const straight = {};

const permission = async () =>
  (await rabbit.get<{ write: string }>(`/permissions/${bench.vhost}/order-${bench.mark}`)).write;
const topicsGranted = async () =>
  new Set((await cluster.acls(`User:order-${bench.mark}`)).map(({ name }) => name));

describe('two applies at once', () => {
  it(
    'of different topologies, 20 times: one waits, both end, the result is one of the two orders',
    { timeout: 180_000 },
    async () => {
      const names = ['a', 'b'] as const;
      for (const name of names) await bench.write(name, services(name, 1), over);
      for (let round = 1; round <= 20; round += 1) {
        const waited: string[] = [];
        // The one that reads first is kept there until the other one has met its lock.
        management.onRequest(async (_n, { path }): Promise<Fault> => {
          if (path === '/api/definitions') await until(() => waited.length > 0);
          return 'pass';
        });
        const results = await Promise.all(names.map((name) => bench.apply(name, () => waited.push(name))));
        for (const result of results) {
          const { left, errors } =
            result.status === 'applied' ? result : { left: undefined, errors: [result] };
          expect([errors, left?.changes], `round ${round}`).toEqual([[], []]);
        }
        expect(waited, `round ${round}`).toHaveLength(1);
        // The one that waited was the last.
        const last = waited[0] ?? '';
        for (const name of names) {
          expect((await permission()).includes(`${name}0-${bench.mark}`)).toBe(name === last);
        }
        expect([...(await topicsGranted())]).toEqual([`${last}0-${bench.mark}`]);
      }
    },
  );

  it.each(['rabbitmq', 'kafka'] as const)(
    '%s: waits no longer than asked, says who holds it, and writes nothing',
    async (only) => {
      const { running, held } = await holder(await pending(), '--only', only);
      const other = await pending(3, straight);
      const { code, stdout, stderr } = await bench.run(
        ...['apply', `${other}.yaml`, ...freely, '--only', only, '--lock-timeout', '3s'],
      );
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain(`is locked by ${me} (`);
      expect(stderr).toMatch(
        /since \d{4}-\d\d-\d\dT[\d:.]+Z, correlation id [0-9a-f-]{36}\): waiting up to [123] s/,
      );
      expect(stderr).toMatch(
        /error .*, and still after 3 s; nothing was written\n {2}apply again .*--lock-timeout/,
      );
      const exchange = `/exchanges/${bench.vhost}/${other}0-${bench.mark}`;
      expect((await rabbit.request('GET', exchange)).status).toBe(404);
      expect(await cluster.topics()).not.toContain(`${other}0-${bench.mark}`);

      // To plan takes no lock, and neither does who says so.
      const plan = await bench.run('plan', `${other}.yaml`, '--only', only);
      expect([plan.code, plan.stderr]).toEqual([0, '']);
      held.open();
      expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
    },
  );

  it('a rotation is kept out as an apply is, and keeps others out', async () => {
    const service = `rotated-${bench.mark}`;
    const alone = { [service]: { rabbitmq: {} } };
    await bench.write('rotated', alone);
    await bench.write('proxied', alone, over);
    const only = ['--yes', '--only', 'rabbitmq'];
    expect((await bench.run('apply', 'rotated.yaml', ...only)).code).toBe(0);
    const rotate = ['rotate', ...only, '--grace', '0s'];
    const { running, held } = await holder(await pending(), '--only', 'rabbitmq');
    const kept = await bench.run(...rotate, 'rotated.yaml', '--lock-timeout', '1s');
    expect([kept.code, kept.stdout]).toEqual([1, '']);
    expect(kept.stderr).toContain(`is locked by ${me} (`);
    held.open();
    await running.ended;

    const writes = holdWrites();
    const rotating = bench.start(...rotate, 'proxied.yaml');
    started.push({ running: rotating, held: writes });
    await until(() => writes.waiting > 0 || rotating.isOver);
    const other = await bench.run(...rotate, 'rotated.yaml', '--lock-timeout', '1s');
    expect([other.code, other.stdout]).toEqual([1, '']);
    expect(other.stderr).toContain(`is locked by ${me} (`);
    writes.open();
    expect(await rotating.ended).toMatchObject({ code: 0 });
    const users = (await rabbit.get<{ name: string }[]>('/users')).map(({ name }) => name);
    expect(users.filter((name) => name.startsWith(service))).toEqual([`${service}.g2`]);
    await rabbit.delete(`/users/${service}.g2`);
  });

  it('--no-lock neither waits nor keeps others out', async () => {
    const { running, held } = await holder(await pending());
    const name = `free-${bench.mark}`;
    await bench.write(name, services('free'));
    const free = await bench.run('apply', `${name}.yaml`, ...freely, '--no-lock');
    expect(free).toMatchObject({ code: 0, stderr: '' });
    held.open();
    await running.ended;
  });
});

describe('what is read while locks are being taken', () => {
  const [syncGroup, describeAcls] = [14, 29];
  /** How often the ACLs have been asked for since. */
  const readings = (from: number) =>
    front.requests.slice(from).filter(({ apiKey }) => apiKey === describeAcls).length;

  it('is read once nobody else can get the lock, before the broker gives it', async () => {
    const name = await pending();
    const from = front.requests.length;
    let early = false;
    let before = 0;
    front.onRequest(async (_n, { apiKey }): Promise<Fault> => {
      if (apiKey === syncGroup) await until(() => (early = readings(from) > 0)).catch(() => undefined);
      if (apiKey === createAcls) before = readings(from);
      return 'pass';
    });
    const { code, stderr } = await bench.run('apply', `${name}.yaml`, ...freely, '--only', 'kafka');
    expect({ code, stderr, early, before }).toEqual({ code: 0, stderr: '', early: true, before: 1 });
  });

  it('is read again where the holder was thrown out before it had the lock', async () => {
    const name = await pending();
    const from = front.requests.length;
    let thrownOut = 0;
    front.onRequest(async (_n, { apiKey }): Promise<Fault> => {
      if (apiKey === syncGroup && thrownOut === 0) {
        await until(() => readings(from) > 0);
        // Written by the time that anybody could have written: it must be seen, and not made again.
        await cluster.createTopic(`${name}0-${bench.mark}`);
        thrownOut = await cluster.throwOut('mqwarden-lock');
      }
      return 'pass';
    });
    const { code, stdout, stderr } = await bench.run('apply', `${name}.yaml`, ...freely, '--only', 'kafka');
    expect([code, thrownOut], stderr).toEqual([0, 1]);
    expect(stderr).not.toContain('failed');
    expect(stdout).toContain(`${name}1-${bench.mark}`);
    expect(await topicsGranted()).toContain(`${name}0-${bench.mark}`);
  });

  it('is read again where the lock of another broker had to be waited for', async () => {
    await rabbit.put(`/vhosts/${bench.vhost}`);
    const all = { configure: '.*', write: '.*', read: '.*' };
    await rabbit.put(`/permissions/${bench.vhost}/${rabbitmq.admin.username}`, all);
    const { running, held } = await holder(await pending(), '--only', 'kafka');
    const name = await pending();
    const from = management.requests.length;
    const second = bench.start('apply', `${name}.yaml`, ...freely);
    started.push({ running: second, held });
    const wasRead = () =>
      management.requests.slice(from).some((one) => one.path === '/api/definitions' && one.status === 200);
    await until(() => (second.said.includes('Kafka is locked by') && wasRead()) || second.isOver);
    const exchange = `/exchanges/${bench.vhost}/${name}0-${bench.mark}`;
    await rabbit.put(exchange, { type: 'topic', durable: true });
    held.open();
    expect((await running.ended).code).toBe(0);
    const { code, stderr } = await second.ended;
    expect(code, stderr).toBe(0);
    expect(stderr).not.toContain('failed');
  });
});

describe('a lock that is lost', () => {
  /** Everything that the holder sent after `from`, and what it said. */
  async function afterwards(running: Running, from: number) {
    const { code, stderr } = await running.ended;
    const writes = management.requests
      .slice(from)
      .filter(({ method }) => method !== 'GET')
      .map(({ method, path }) => `${method} ${path}`);
    return { code, writes, stderr };
  }

  it('by a connection that breaks: nothing more is written, and each change that was not done is named', async () => {
    // Vhost and user are there then, so that the exchanges come first: so many of them are permitted at once.
    const only = [...freely, '--only', 'rabbitmq'];
    expect((await bench.run('apply', `${await pending(1, straight)}.yaml`, ...only)).code).toBe(0);
    const name = await pending(40);
    const { running, held } = await holder(name, '--only', 'rabbitmq');
    await until(() => held.waiting === 16);
    await amqps.hangUp();
    const from = management.requests.length;
    held.open();
    const { code, writes, stderr } = await afterwards(running, from);
    expect(code).toBe(1);
    expect(writes).toEqual([]);
    const named = stderr.match(/^failed \w+ rabbitmq:\S+: the lock of RabbitMQ is lost: .*$/gm) ?? [];
    expect(named).toHaveLength(20);
    expect(stderr).toMatch(/^and \d+ more: the lock of RabbitMQ is lost: /m);
    expect(stderr).toContain('apply again: it goes on from here');
    const again = await bench.run('apply', `${name}.yaml`, ...freely, '--only', 'rabbitmq');
    expect(again).toMatchObject({ code: 0, stderr: '' });
  });

  it('by heartbeats that are not answered', { timeout: 60_000 }, async () => {
    const name = await pending(5);
    const { running, held } = await holder(name, '--only', 'kafka');
    const before = front.requests.length;
    front.onRequest((_n, { apiKey }) => (apiKey === heartbeat ? 'hang' : 'pass'));
    // Longer than the lease: by the clock, not by what it hears, it must know that the lock may be gone.
    await sleep(9_000);
    held.open();
    const { code, stderr } = await running.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^failed create kafka:acl:\S+: the lock of Kafka is lost: /m);
    const acls = front.requests.slice(before).filter(({ apiKey }) => apiKey === createAcls);
    expect(acls).toEqual([]);
    front.onRequest(undefined);
    expect((await bench.run('apply', `${name}.yaml`, ...freely, '--only', 'kafka')).code).toBe(0);
  });

  it.each(['rabbitmq', 'kafka'] as const)(
    '%s: a stopped process finds out before its next write',
    { timeout: 90_000 },
    async (only) => {
      // One exchange or topic, and nothing else to make: a write that is permitted beside the first would be sent later.
      const before = await bench.run(
        'apply',
        `${await pending(1, straight)}.yaml`,
        ...freely,
        '--only',
        only,
      );
      expect(before.code, before.stderr).toBe(0);
      const { running, held } = await holder(await pending(1), '--only', only);
      running.signal('SIGSTOP');
      const since = performance.now();
      const other = `other-${bench.mark}`;
      await bench.write(other, services('other'));
      const next = await bench.run('apply', `${other}.yaml`, ...freely, '--only', only);
      expect(next.code, next.stderr).toBe(0);
      expect(performance.now() - since).toBeGreaterThan(4_000);

      const [writes, requests] = [management.requests.length, front.requests.length];
      held.open();
      running.signal('SIGCONT');
      const { code, writes: sent, stderr } = await afterwards(running, writes);
      expect(code).toBe(1);
      expect(sent).toEqual([]);
      expect(front.requests.slice(requests).filter(({ apiKey }) => apiKey === createAcls)).toEqual([]);
      expect(stderr).toMatch(/^failed \w+ \S+: the lock of \w+ is lost: /m);
    },
  );
});

describe('a holder that is gone', () => {
  it.each([
    ['rabbitmq', 5_000],
    ['kafka', 14_000],
  ] as const)('%s: killed, the broker frees it by itself', { timeout: 60_000 }, async (only, ms) => {
    const name = await pending();
    const { running, held } = await holder(name, '--only', only);
    running.signal('SIGKILL');
    const since = performance.now();
    await running.ended;
    held.open();
    const next = await bench.run('apply', `${name}.yaml`, ...freely, '--only', only);
    expect(next.code, next.stderr).toBe(0);
    expect(performance.now() - since).toBeLessThan(ms);
  });

  it('by Ctrl-C, frees it at once', async () => {
    const name = await pending();
    const { running, held } = await holder(name);
    running.signal('SIGINT');
    await until(() => running.said.includes('Stopping'));
    held.open();
    expect((await running.ended).code).toBe(1);
    const next = await bench.run('apply', `${name}.yaml`, ...freely, '--lock-timeout', '0s');
    expect(next).toMatchObject({ code: 0, stderr: '' });
  });

  it('by Ctrl-C while it waits, ends at once and has written nothing', async () => {
    const { running, held } = await holder(await pending());
    const waiting = bench.start('apply', `${await pending()}.yaml`, ...freely);
    await until(() => waiting.said.includes('is locked by'));
    waiting.signal('SIGINT');
    const { code, stdout, stderr, ms } = await waiting.ended;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('stopped while RabbitMQ was locked by somebody else; nothing was written');
    expect(ms).toBeLessThan(10_000);
    held.open();
    expect((await running.ended).code).toBe(0);
  });
});

describe('an administrator that cannot lock', () => {
  const limited = () => `limited-${bench.mark}`;
  const password = 'canary-limited-password';

  it('without amqpsUrl: says so, and where', async () => {
    const name = `plain-${bench.mark}`;
    await bench.write(name, services('plain'), { rabbitmq: { amqpsUrl: undefined } });
    const { code, stdout, stderr } = await bench.run('apply', `${name}.yaml`, ...freely);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^error .*plain-\w+\.yaml:1:\d+: RabbitMQ cannot be locked: .*no amqpsUrl\n {2}add amqpsUrl/,
    );
    expect(stderr).toContain('--no-lock');
  });

  it('without the client certificate that the listener wants', async () => {
    const name = `bare-${bench.mark}`;
    await bench.write(name, services('bare'), { rabbitmq: { tls: { ca: 'rabbitmq.pem' } } });
    const { code, stderr } = await bench.run('apply', `${name}.yaml`, ...freely, '--only', 'rabbitmq');
    expect(code).toBe(1);
    expect(stderr).toContain('RabbitMQ cannot be locked: cannot reach the AMQPS listener at localhost:');
    expect(stderr).toMatch(/tls: \{ cert/);
    expect(stderr).toContain('--no-lock');
  });

  it('without Read on the group: names the ACL, and with it locks', async () => {
    const place = await openLockBench(brokers, { LIMITED_PASSWORD: password });
    const principal = `User:${limited()}`;
    const allow = { pattern: 'LITERAL', principal, host: '*', permission: 'ALLOW' } as const;
    const on = (resource: 'CLUSTER' | 'TOPIC' | 'GROUP', name: string, operations: readonly string[]) =>
      operations.map((operation) => ({ ...allow, resource, name, operation: operation as 'READ' }));
    await cluster.setPassword(limited(), password);
    const acls = [
      ...on('CLUSTER', 'kafka-cluster', ['DESCRIBE', 'ALTER', 'DESCRIBE_CONFIGS', 'ALTER_CONFIGS', 'CREATE']),
      ...on('TOPIC', '*', ['DESCRIBE', 'DESCRIBE_CONFIGS', 'ALTER', 'ALTER_CONFIGS', 'CREATE', 'DELETE']),
    ];
    const read = on('GROUP', 'mqwarden-lock', ['READ']);
    await cluster.createAcls(acls);
    try {
      const admin = { username: limited(), password: 'env:LIMITED_PASSWORD' };
      await place.write('limited', services(`limited`), { kafka: { admin } });
      const args = ['apply', 'limited.yaml', '--yes', '--only', 'kafka'];
      const refused = await place.run(...args);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain(`refuses ${limited()} the consumer group mqwarden-lock`);
      expect(refused.stderr).toContain(
        `kafka-acls --add --allow-principal ${principal} --operation Read --group mqwarden-lock`,
      );
      expect((await place.run(...args, '--no-lock')).code).toBe(0);
      await cluster.createAcls(read);
      expect(await place.run(...args)).toMatchObject({ code: 0, stderr: '' });
    } finally {
      await cluster.deleteAcls([...acls, ...read]);
      await cluster.deleteScramUser(limited());
      await place.remove();
    }
  });
});

it('is in no plan and in no digest, and leaves nothing but its own vhost', async () => {
  const name = `seen-${bench.mark}`;
  await bench.write(name, services('seen'));
  const quiet = await bench.run('plan', `${name}.yaml`, '--format', 'json');
  const { running, held } = await holder(await pending());
  const during = await bench.run('plan', `${name}.yaml`, '--format', 'json');
  held.open();
  await running.ended;
  const digest = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as { digest: string }).digest;
  expect(digest(during)).toBe(digest(quiet));
  expect(during.stdout).not.toContain('mqwarden-lock');
  expect(during.stdout).not.toContain('/lock');
  expect(await rabbit.get('/queues/mqwarden')).toEqual([]);
});
