/** The example service, as its own process, on the reference topology and real brokers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createFromTopology, type Service } from '../../src/service.ts';
import { brokersForTests } from '../brokers/index.ts';
import { type Local, openLocal } from '../matrix/local.ts';
import { until } from './support.ts';

const brokers = brokersForTests();
const root = join(import.meta.dirname, '../..');
let local: Local;
let notification: Service;

beforeAll(async () => {
  local = await openLocal(brokers);
  const { failures } = await local.apply();
  expect(failures).toEqual([]);
  const { topology, endpoints } = local;
  notification = await createFromTopology('notification-service', 'local', {
    topology,
    variables: endpoints,
  });
}, 120_000);
afterAll(() => local.remove());

async function start(): Promise<{ readonly child: ChildProcess; readonly url: string; said: () => string }> {
  const { certFile, keyFile } = await brokers.rabbitmq.clientCertificate('order-service');
  const child = spawn(process.execPath, ['examples/fastify-service/main.ts'], {
    cwd: root,
    env: {
      ...{ PATH: process.env['PATH'] ?? '', MQWARDEN_ENV: 'local', TOPOLOGY: local.topology, PORT: '0' },
      ...{ ...local.endpoints, TLS_CERT: certFile, TLS_KEY: keyFile, ORDERS_TOPIC: `${local.mark}-orders` },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  let address = '';
  child.stdout.on('data', (bytes: Buffer) => (address += bytes.toString()));
  await until(() => /^http:\S+$/m.test(address) || child.exitCode !== null, 'the service listens', 60_000);
  const url = /^http:\S+$/m.exec(address)?.[0];
  if (url === undefined) throw new Error(`it ended: ${said}`);
  return { child, url, said: () => said };
}

function post(url: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${url}/orders`, { method: 'POST', headers, body: JSON.stringify(body) });
}

it('takes orders, tells both brokers, and ends in order', { timeout: 120_000 }, async () => {
  const { child, url, said } = await start();
  const { cert, key } = await brokers.rabbitmq.clientCertificate('notification-service');
  const connection = await notification.rabbitmq({ tls: { cert, key } });
  onTestFinished(() => connection.close());
  const heard = new Set<string>();
  const take = (text: string, from: string): void => {
    heard.add(`${from} ${(JSON.parse(text) as { id: string }).id}`);
  };
  await connection.consumer('notification.queue.orders', ({ content }) =>
    take(content.toString(), 'rabbitmq'),
  );
  const kafka = await notification.kafka();
  const consumer = kafka.consumer({ groupId: `${local.mark}-notification-consumer-group` });
  onTestFinished(() => consumer.disconnect());
  await consumer.connect();
  await consumer.subscribe({ topics: [`${local.mark}-orders`], fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      take(message.value?.toString() ?? '', 'kafka');
      return Promise.resolve();
    },
  });

  const health = await fetch(`${url}/health`);
  expect([health.status, await health.json()]).toEqual([200, { healthy: true }]);
  const answers = await Promise.all([1, 2, 3].map((seats) => post(url, { seats })));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  // One that runs while it is told to end: answered all the same, and nothing of it lost.
  const last = post(url, { seats: 4 });
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = await last.catch(() => undefined);
  expect(await ended).toEqual([0, null]);
  for (const broker of ['rabbitmq', 'kafka']) {
    const file = join(local.topology, `local/secrets/${broker}/order-service.json`);
    const { password } = JSON.parse(readFileSync(file, 'utf8')) as { password: string };
    expect(said()).not.toContain(password);
  }
  const orders = await Promise.all(
    [...answers, late].flatMap((one) => (one?.status === 201 ? [one.json() as Promise<{ id: string }>] : [])),
  );
  expect(orders.length).toBeGreaterThanOrEqual(3);
  const told = orders.flatMap(({ id }) => [`rabbitmq ${id}`, `kafka ${id}`]);
  await until(() => told.every((one) => heard.has(one)), 'both brokers told of each order');
});
