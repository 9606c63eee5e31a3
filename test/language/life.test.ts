/** The life of an identity on real brokers: suspended and back, by certificate, renamed, removed. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { actions } from '../cli/workspace.ts';
import { type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { type Bench, openBench } from '../safety/bench.ts';

const brokers = brokersForTests();
const rabbit = rabbitAdmin(brokers.rabbitmq);
let kafka: KafkaAdmin;
const benches: Bench[] = [];

beforeAll(async () => {
  kafka = await kafkaAdmin(brokers.kafka);
});
afterAll(async () => {
  await kafka.close();
  await Promise.all(benches.map((bench) => bench.remove()));
});

async function open(over: object = {}): Promise<Bench> {
  const bench = await openBench(brokers, over);
  benches.push(bench);
  return bench;
}

const section = (mark: string) => ({
  rabbitmq: { exchanges: { events: { type: 'topic' } }, publishes: ['events'], limits: { maxChannels: 7 } },
  kafka: {
    topics: { [`orders-${mark}`]: { partitions: 1, replicationFactor: 1 } },
    produces: [`orders-${mark}`],
    quota: { producerByteRate: 1_000_000 },
  },
});

/** Whether the stored credential is let in: by AMQP into the vhost, and by SCRAM. */
async function logins(bench: Bench, service: string, username = service) {
  const [amqp, scram] = await Promise.all([
    bench.stored(`rabbitmq/${service}`).then(({ password }) => letIn(bench, { username, password })),
    bench.stored(`kafka/${service}`).then(async ({ password }) => {
      const session = await kafkaAdmin(brokers.kafka, { username, password }).catch(() => undefined);
      await session?.close();
      return session !== undefined;
    }),
  ]);
  return { amqp, scram };
}

async function letIn(bench: Bench, { username, password }: { username: string; password: string }) {
  const connection = await openSession(bench, username, password).catch((error: unknown) => String(error));
  if (typeof connection === 'string') {
    expect(connection).toMatch(/403|ACCESS_REFUSED|ACCESS-REFUSED/);
    return false;
  }
  await connection.close();
  return true;
}

async function openSession(bench: Bench, username: string, password: string) {
  const { connect } = await import('amqplib');
  const { hostname, port } = new URL(brokers.rabbitmq.amqpsUrl);
  const login = {
    protocol: 'amqps',
    hostname,
    port: Number(port),
    username,
    password,
    vhost: encodeURIComponent(bench.vhost),
  };
  const { cert, key } = await brokers.rabbitmq.clientCertificate(username);
  return connect(login, { ca: [brokers.rabbitmq.ca], cert, key });
}

const both = { amqp: true, scram: true };
const neither = { amqp: false, scram: false };

describe('suspended', () => {
  it('refuses the login on both brokers and closes what is open; unsuspending restores the stored credential', async () => {
    const bench = await open();
    const service = `order-${bench.mark}`;
    await bench.write({ [service]: section(bench.mark) });
    await bench.settle();
    expect(await logins(bench, service)).toEqual(both);
    const stored = await bench.stored(`rabbitmq/${service}`);
    const session = await openSession(bench, service, stored.password);
    session.on('error', () => undefined);
    const closed = new Promise((resolve) => session.on('close', resolve));

    await bench.write({ [service]: { ...section(bench.mark), suspended: true } });
    const { changes } = await bench.see();
    expect(new Set(changes.filter(({ action }) => action === 'delete').map(({ reason }) => reason))).toEqual(
      new Set([`${service} is suspended`]),
    );
    await bench.settle();
    await closed;
    expect(await logins(bench, service)).toEqual(neither);
    expect(await kafka.acls(`User:${service}`)).toEqual([]);

    await bench.write({ [service]: section(bench.mark) });
    await bench.settle();
    expect(await logins(bench, service)).toEqual(both);
    expect(await bench.stored(`rabbitmq/${service}`)).toEqual(stored);
  });
});

describe('auth: certificate', () => {
  it('takes the password away when a service moves to it, makes none for a new one, and gives the stored one back', async () => {
    const bench = await open();
    const [service, fresh] = [`order-${bench.mark}`, `fresh-${bench.mark}`];
    const by = (auth: string) => ({ rabbitmq: { auth }, kafka: { auth } });
    await bench.write({ [service]: by('password') });
    await bench.settle();
    await bench.write({ [service]: by('certificate'), [fresh]: by('certificate') });
    const lines = await bench.settle();
    expect(lines).toContain(`update rabbitmq:user:${service}: done`);
    expect(lines).toContain(`delete kafka:user:${service}: done`);
    expect(lines).toContain(`create rabbitmq:user:${fresh}: done`);
    await expect(bench.stored(`rabbitmq/${fresh}`)).rejects.toThrow('ENOENT');
    expect(await logins(bench, service)).toEqual(neither);
    // Nobody logs in by a password that is not there: a new one takes nothing away.
    await bench.write({ [service]: by('password'), [fresh]: by('password') });
    await bench.settle();
    expect(await logins(bench, fresh)).toEqual(both);
    await bench.write({ [service]: by('password'), [fresh]: by('external') });
    await bench.settle();
    expect(await logins(bench, service)).toEqual(both);
    expect((await rabbit.get<{ name: string }>(`/users/${fresh}`)).name).toBe(fresh);
  });
});

describe('formerly', () => {
  it('both names live with equal grants until --prune; nothing is made for one that does not live', async () => {
    const bench = await open();
    const [old, service] = [`old-${bench.mark}`, `order-${bench.mark}`];
    await bench.write({ [old]: section(bench.mark) });
    await bench.settle();
    const { password } = await bench.stored(`rabbitmq/${old}`);
    const renamed = { ...section(bench.mark), formerly: [old, `never-${bench.mark}`] };
    await bench.write({ [service]: renamed });
    const lines = await bench.settle();
    expect(lines.filter((line) => line.includes(old) || line.includes('never'))).toEqual([]);
    const wider = {
      ...renamed,
      kafka: { ...renamed.kafka, consumes: [{ topic: `orders-${bench.mark}`, group: 'g' }] },
    };
    await bench.write({ [service]: wider });
    await bench.settle();
    const grantsOf = async (who: string) =>
      (await kafka.acls(`User:${who}`)).map((one) => JSON.stringify({ ...one, principal: '' })).sort();
    await expect.poll(() => grantsOf(old)).toEqual(await grantsOf(service));
    expect(await letIn(bench, { username: old, password })).toBe(true);
    expect((await bench.see()).changes).toEqual([]);

    // Not `settle`: topics of other tests stand on the same broker, and need their names.
    const pruned = await bench.make({ prune: true, maxDeletes: 100 });
    expect(pruned).toContain(`delete kafka:quota:user=${old}: done`);
    expect(await kafka.acls(`User:${old}`)).toEqual([]);
    await expect(rabbit.get(`/users/${old}`)).rejects.toThrow('404');
    expect(await logins(bench, service)).toEqual(both);
  });
});

describe('removed', () => {
  it('deletes the principals of a service that is gone, generations among them, without --prune', async () => {
    const bench = await open({ claims: {} });
    const [gone, service] = [`gone-${bench.mark}`, `order-${bench.mark}`];
    await bench.write({
      [gone]: { rabbitmq: {}, kafka: { quota: { producerByteRate: 5 } } },
      [service]: section(bench.mark),
    });
    await bench.settle();
    for (const name of [`${gone}.g2`, `${gone}.gx`]) {
      await rabbit.put(`/users/${name}`, { password: 'p', tags: '' });
      await kafka.setPassword(name, 'p');
    }
    await bench.write({ [service]: section(bench.mark) });
    expect((await bench.see()).changes).toEqual([]);
    const tombstone = { version: 1, removed: [gone] };
    await writeFile(join(bench.cwd, 'topology', 'removed.yaml'), JSON.stringify(tombstone));
    const vhost = encodeURIComponent(bench.vhost);
    const want = [
      `delete kafka:quota:user=${gone}`,
      `delete kafka:user:${gone}`,
      `delete kafka:user:${gone}.g2`,
      `delete rabbitmq:permission:${vhost}/${gone}`,
      `delete rabbitmq:user:${gone}`,
      `delete rabbitmq:user:${gone}.g2`,
    ];
    await expect.poll(async () => actions((await bench.see()).changes)).toEqual(want);
    await bench.settle({ maxDeletes: 100 });
    expect((await rabbit.get<{ name: string }>(`/users/${gone}.gx`)).name).toBe(`${gone}.gx`);
  });
});

describe('principals', () => {
  it('beside the services have the same blocks, and may be named by allow', async () => {
    const bench = await open();
    const [service, exporter] = [`order-${bench.mark}`, `connect-${bench.mark}`];
    const topic = `orders-${bench.mark}`;
    const owner = {
      kafka: { topics: { [topic]: { partitions: 1, replicationFactor: 1, allow: { consume: [exporter] } } } },
    };
    await bench.write({ [service]: owner });
    const principals = { [exporter]: { kafka: { consumes: [{ topic, group: exporter }] } } };
    await writeFile(
      join(bench.cwd, 'topology', 'principals.yaml'),
      JSON.stringify({ version: 1, principals }),
    );
    const { changes } = await bench.see();
    expect(changes.find(({ address }) => address === `kafka:user:${exporter}`)?.service).toBe(exporter);
    await bench.settle();
    expect(await kafka.acls(`User:${exporter}`)).toHaveLength(3);
  });
});
