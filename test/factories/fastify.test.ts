/** The example service, as its own process, on the reference topology and real brokers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createFromTopology, type Service } from '../../src/service.ts';
import { brokersForTests } from '../brokers/index.ts';
import { type Local, openLocal } from '../matrix/local.ts';
import { again, until } from './support.ts';

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

/** As the service whose topology says so; and at the end what nobody has taken. */
async function publishCheckouts() {
  const { cert, key } = await brokers.rabbitmq.clientCertificate('checkout');
  const by = { topology: local.topology, variables: local.endpoints };
  const connectAs = async (service: string) => {
    const connection = await (
      await createFromTopology(service, 'local', by)
    ).rabbitmq({ tls: { cert, key } });
    onTestFinished(() => connection.close());
    return connection;
  };
  const publisher = (await connectAs('checkout-service')).publisher();
  const sent: string[] = [];
  const work = again(async (number) => {
    const id = `checkout-${number}`;
    const body = Buffer.from(JSON.stringify({ id, of: { seats: 1 } }));
    await publisher.publish('checkout.exchange.commands', 'place', body);
    sent.push(id);
    await sleep(5);
  });
  const stop = async (): Promise<ReadonlySet<string>> => {
    await work.end();
    const left = new Set<string>();
    const channel = await (await connectAs('order-service')).createChannel();
    for (;;) {
      const message = await channel.get('order.queue.checkouts', { noAck: true });
      if (message === false) return left;
      const { id } = JSON.parse(message.content.toString()) as { id: string };
      left.add(id);
    }
  };
  return { sent, stop };
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
  expect([health.status, await health.json()]).toEqual([200, { healthy: true, rabbitmq: true, kafka: true }]);
  const answers = await Promise.all([1, 2, 3].map((seats) => post(url, { seats })));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  // Checkouts come all the time, also while it ends.
  const checkouts = await publishCheckouts();
  await until(() => checkouts.sent.some((id) => heard.has(`kafka ${id}`)), 'a checkout became an order');
  // One that runs while it is told to end: answered all the same, and nothing of it lost.
  const last = post(url, { seats: 4 });
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = await last.catch(() => undefined);
  expect(await ended).toEqual([0, null]);
  const left = await checkouts.stop();
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
  // What it has taken is an order, told to both, and acknowledged; the rest is there still, and nobody was told
  // of it. (A quorum queue marks some of it as redelivered: those that were on their way when the consumer was cancelled.)
  const taken = checkouts.sent.filter((id) => !left.has(id));
  expect(taken.length).toBeGreaterThan(0);
  await until(
    () => taken.every((id) => heard.has(`rabbitmq ${id}`) && heard.has(`kafka ${id}`)),
    'both brokers told of each checkout that was taken',
  );
  const both = [...left].filter((id) => heard.has(`rabbitmq ${id}`) || heard.has(`kafka ${id}`));
  expect(both).toEqual([]);
});
