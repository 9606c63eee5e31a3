/** What apply leaves on record, whatever becomes of it, and what two of them at once leave on the brokers. */
import { spawn } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyChain } from '../../src/history/chain.ts';
import { brokersForTests, type TestBrokers } from '../brokers/index.ts';
import { kafkaAdmin } from '../brokers/kafka-admin.ts';
import { startManagementProxy } from '../brokers/proxy-management.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { bin, withoutLock } from './run.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const brokers = brokersForTests();
const rabbit = rabbitAdmin(brokers.rabbitmq);
const places: Workspace[] = [];
afterAll(() => Promise.all(places.map((place) => place.remove())));

async function open(at: TestBrokers = brokers): Promise<Workspace> {
  const place = await openWorkspace(at);
  places.push(place);
  return place;
}

const usual = '.mqwarden/audit.jsonl';
const logOf = (place: Workspace, file = usual) => readFile(join(place.cwd, file), 'utf8');
const entriesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);

/** As the service, with the stored credential. */
async function login(place: Workspace, service: string) {
  const { cert, key } = await brokers.rabbitmq.clientCertificate(service);
  const { hostname, port } = new URL(brokers.rabbitmq.amqpsUrl);
  const vhost = encodeURIComponent(place.vhost);
  const credential = await place.stored(`rabbitmq/${service}`);
  return connect(
    { protocol: 'amqps', hostname, port: Number(port), vhost, ...credential },
    { ca: [brokers.rabbitmq.ca], cert, key },
  );
}

describe('the audit log', () => {
  let place: Workspace;
  let service: string;
  beforeAll(async () => {
    place = await open();
    service = `order-${place.mark}`;
    await place.write({
      [service]: {
        rabbitmq: { exchanges: { events: {} } },
        kafka: { topics: { [`orders-${place.mark}`]: { partitions: 1, replicationFactor: 1 } } },
      },
    });
  });

  it('cannot be written: then nothing is applied', async () => {
    await mkdir(join(place.cwd, 'is-a-folder'));
    const { code, stderr } = await place.run('apply', '--yes', '--audit-log', 'is-a-folder');
    expect(code).toBe(1);
    expect(stderr).toContain(
      'the audit log is-a-folder cannot be written: is-a-folder is a folder, not a file',
    );
    expect(stderr).toContain('--audit-log FILE');
    expect((await rabbit.request('GET', `/vhosts/${encodeURIComponent(place.vhost)}`)).status).toBe(404);
    expect((await rabbit.request('GET', `/users/${service}`)).status).toBe(404);
  });

  it('holds each change with who, when, what and how it ended', async () => {
    const plan = await place.plan();
    await place.converge();
    const text = await logOf(place);
    const entries = entriesOf(text);
    expect(verifyChain(text)).toMatchObject({ ok: true, lines: plan.changes.length + 3, torn: [] });
    expect([entries.at(0)?.['result'], entries.at(-1)?.['result']]).toEqual(['started', 'finished']);
    const between = entries.slice(1, -1);
    const [ofCreator, ...more] = between.filter((one) => 'detail' in one);
    expect(more).toEqual([]);
    expect(ofCreator).toMatchObject({
      action: 'create',
      address: `rabbitmq:permission:${encodeURIComponent(place.vhost)}/${brokers.rabbitmq.admin.username}`,
      detail: 'RabbitMQ gives every permission in a new vhost to its creator',
      result: 'ok',
    });
    const changes = between.filter((one) => one !== ofCreator);
    expect(
      changes.map((one) => [one['action'], one['address'], one['service'], one['result']]).sort(),
    ).toEqual(plan.changes.map((one) => [one.action, one.address, one.service, 'ok']).sort());
    for (const entry of entries) {
      expect(entry).toMatchObject({
        environment: 'test',
        planDigest: plan.digest,
        correlationId: entries[0]?.['correlationId'],
        who: expect.stringMatching(/./) as string,
        host: expect.stringMatching(/./) as string,
      });
      expect(Date.now() - Date.parse(entry['time'] ?? '')).toBeLessThan(60_000);
    }
  });

  it('holds an apply that had nothing to do, too', async () => {
    await place.converge('--audit-log', 'idle.jsonl');
    const entries = entriesOf(await logOf(place, 'idle.jsonl'));
    expect(entries.map(({ action, result }) => `${String(action)} ${String(result)}`)).toEqual([
      'apply started',
      'apply finished',
    ]);
  });

  it('goes on where it was told to, and an edit of it is seen', async () => {
    await rabbit.delete(`/permissions/${encodeURIComponent(place.vhost)}/${service}`);
    await place.converge('--audit-log', 'elsewhere/log.jsonl');
    const text = await logOf(place, 'elsewhere/log.jsonl');
    expect(entriesOf(text).map(({ action, result }) => `${String(action)} ${String(result)}`)).toEqual([
      'apply started',
      'create ok',
      'apply finished',
    ]);
    expect(verifyChain(text).ok).toBe(true);
    expect(verifyChain(text.replace('create', 'delete')).ok).toBe(false);
    expect(entriesOf(await logOf(place)).at(-1)?.['result']).toBe('finished');
  });

  it('holds what was decided, the permissions that the administrator gave itself, and the connections that were closed', async () => {
    const vhost = encodeURIComponent(place.vhost);
    const section = (...consumes: string[]) => ({
      [service]: { rabbitmq: { exchanges: { events: {} }, queues: { one: {} }, consumes } },
    });
    await place.write(section('one'));
    await rabbit.delete(`/permissions/${vhost}/${brokers.rabbitmq.admin.username}`);
    await place.converge('--only', 'rabbitmq', '--audit-log', 'deeds.jsonl');
    const connection = await login(place, service);
    connection.on('error', () => undefined);
    await place.write(section());
    await place.converge('--only', 'rabbitmq', '--max-deletes', '50', '--audit-log', 'deeds.jsonl');
    const text = await logOf(place, 'deeds.jsonl');
    const deeds = entriesOf(text).filter((one) => 'detail' in one);
    expect(deeds.map(({ action, address, result, detail }) => ({ action, address, result, detail }))).toEqual(
      [
        {
          action: 'create',
          address: `rabbitmq:permission:${vhost}/${brokers.rabbitmq.admin.username}`,
          result: 'ok',
          detail: 'the administrator needs every permission in the vhost to declare in it',
        },
        {
          action: 'close',
          address: `rabbitmq:permission:${vhost}/${service}`,
          result: 'ok',
          detail: expect.stringMatching(
            `^connection 127\\.0\\.0\\.1:\\d+ -> 127\\.0\\.0\\.1:\\d+ of ${service} in vhost .*: its user lost a right$`,
          ) as string,
        },
      ],
    );
    const started = entriesOf(text).filter(({ result }) => result === 'started');
    const decisions = {
      prune: false,
      keepConnections: false,
      allowDataLoss: [],
      allowWidening: [],
      services: [],
    };
    expect(started.map((one) => one['decisions'])).toEqual([
      { ...decisions, maxDeletes: 30 },
      { ...decisions, maxDeletes: 50 },
    ]);
    expect(verifyChain(text).ok).toBe(true);
  });

  it('holds failures with the words of the broker', async () => {
    const vhost = encodeURIComponent(place.vhost);
    await rabbit.put(`/queues/${vhost}/one`, { durable: true });
    await rabbit.put(`/vhost-limits/${vhost}/max-queues`, { value: 1 });
    await place.write({ [service]: { rabbitmq: { queues: { two: {} } } } });
    const { code } = await place.run('apply', '--yes', '--only', 'rabbitmq', '--service', service);
    expect(code).toBe(1);
    const text = await logOf(place);
    const failed = entriesOf(text).find(({ result }) => result === 'failed');
    expect(failed?.['address']).toBe(`rabbitmq:queue:${vhost}/two`);
    expect(failed?.['error']).toContain('queue limit');
    expect(verifyChain(text).ok).toBe(true);
  });
});

describe('an apply that is ended in the middle', () => {
  /** Sends the signal when the 40th of 60 exchanges is asked for, and lets that request pass or hang. */
  async function endBy(signal: NodeJS.Signals) {
    const proxy = await startManagementProxy(brokers.rabbitmq);
    const rabbitmq = { ...brokers.rabbitmq, managementUrl: proxy.managementUrl };
    const place = await open({ ...brokers, rabbitmq });
    const exchanges = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`e${index}`, {}]));
    await place.write({ [`order-${place.mark}`]: { rabbitmq: { exchanges }, kafka: {} } });

    const child = spawn(process.execPath, [bin, 'apply', '--yes', withoutLock], {
      cwd: place.cwd,
      env: { ...place.variables, PATH: process.env['PATH'] },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    let puts = 0;
    proxy.onRequest(async (_n, { method, path }) => {
      if (method === 'PUT' && path.startsWith('/api/exchanges/')) puts += 1;
      if (puts === 40) child.kill(signal);
      if (puts < 40) return 'pass';
      if (signal === 'SIGKILL') return 'hang';
      // The signal must have arrived before the next phase begins.
      await sleep(100);
      return 'pass';
    });
    const ended = await new Promise((resolve) => child.on('close', (code, by) => resolve(by ?? code)));
    proxy.onRequest(undefined);
    const half = await logOf(place);
    const goOn = async () => {
      await place.converge();
      expect((await place.plan()).changes).toEqual([]);
      await proxy.stop();
      return logOf(place);
    };
    return { place, ended, stderr, half, goOn };
  }

  it('by a kill leaves a readable log, and the next one converges', async () => {
    const { ended, half, goOn } = await endBy('SIGKILL');
    expect(ended).toBe('SIGKILL');
    expect(verifyChain(half).ok).toBe(true);
    expect(half).toContain('"result":"started"');
    expect(half).not.toContain('"result":"finished"');
    const whole = await goOn();
    expect(whole.startsWith(half)).toBe(true);
    expect(verifyChain(whole).ok).toBe(true);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s ends what is under way and names the rest',
    async (signal) => {
      const { place, ended, stderr, half, goOn } = await endBy(signal);
      expect(ended).toBe(1);
      expect(stderr).toContain('Stopping: what is under way is finished first.');
      const permission = `rabbitmq:permission:${encodeURIComponent(place.vhost)}/order-${place.mark}`;
      expect(stderr).toContain(`failed create ${permission}: not done: stopped before it`);
      const results = entriesOf(half).map(({ address, result }) => `${address ?? ''} ${String(result)}`);
      expect(results.filter((one) => /:exchange:.* ok$/.test(one))).toHaveLength(60);
      expect(results).toContain(`${permission} failed`);
      expect(results.at(-1)).toBe(' finished');
      expect(verifyChain(await goOn()).ok).toBe(true);
    },
  );
});

it('two applies at once of one topology: nothing is lost, and both know the passwords', async () => {
  const place = await open();
  const service = `order-${place.mark}`;
  const exchanges = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`e${index}`, { type: 'topic' }]),
  );
  const topics = Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [
      `t${index}-${place.mark}`,
      { partitions: 1, replicationFactor: 1 },
    ]),
  );
  await place.write({
    [service]: {
      rabbitmq: { exchanges, publishes: Object.keys(exchanges) },
      kafka: { topics, produces: Object.keys(topics) },
    },
  });
  const runs = await Promise.all([1, 2].map(() => place.run('apply', '--yes')));
  for (const { code, stderr } of runs) {
    const lines = stderr.split('\n').filter((line) => line.startsWith('failed'));
    expect(code, stderr).toBe(lines.length === 0 ? 0 : 1);
    for (const line of lines) expect(line).toMatch(/since the plan was read|already exists/);
  }
  await place.converge();
  expect((await place.plan()).changes).toEqual([]);
  const text = await logOf(place);
  expect(verifyChain(text).ok).toBe(true);
  expect(text.match(/"result":"started"/g)?.length).toBeGreaterThanOrEqual(2);

  await (await login(place, service)).close();
  const asService = await kafkaAdmin(brokers.kafka, await place.stored(`kafka/${service}`));
  expect((await asService.topics()).filter((name) => name in topics)).toHaveLength(10);
  await asService.close();
});
