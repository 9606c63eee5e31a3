/** RabbitMQ lets a consumer that is attached read on after its grant is gone: who loses a right is made to log in again. */
import { type ChannelModel, connect } from 'amqplib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const brokers = brokersForTests();
const rabbit = rabbitAdmin(brokers.rabbitmq);
let place: Workspace;
let vhost: string;
let service: string;

beforeAll(async () => {
  place = await openWorkspace(brokers);
  vhost = encodeURIComponent(place.vhost);
  service = `order-${place.mark}`;
});
afterAll(() => place.remove());

const section = (...consumes: string[]) => ({
  [service]: { rabbitmq: { queues: { one: {}, two: {} }, consumes } },
});

interface Session {
  readonly connection: ChannelModel;
  readonly got: string[];
  closed: string;
}

/** Consumes queue `two`, as the service, until it is closed. */
async function consumeTwo(): Promise<Session> {
  const { cert, key } = await brokers.rabbitmq.clientCertificate(service);
  const { hostname, port } = new URL(brokers.rabbitmq.amqpsUrl);
  const connection = await connect(
    {
      protocol: 'amqps',
      hostname,
      port: Number(port),
      vhost,
      ...(await place.stored(`rabbitmq/${service}`)),
    },
    { ca: [brokers.rabbitmq.ca], cert, key },
  );
  const session: Session = { connection, got: [], closed: '' };
  connection.on('close', (error?: Error) => (session.closed = error?.message ?? 'in good order'));
  const channel = await connection.createChannel();
  await channel.consume('two', (message) => {
    if (message !== null) session.got.push(message.content.toString());
  });
  return session;
}

const publish = (payload: string) =>
  rabbit.post(`/exchanges/${vhost}/amq.default/publish`, {
    properties: {},
    routing_key: 'two',
    payload,
    payload_encoding: 'string',
  });

it('with --keep-connections a consumer keeps what it lost, and that is said', async () => {
  await place.write(section('one', 'two'));
  await place.converge('--only', 'rabbitmq');
  const session = await consumeTwo();
  await place.write(section('one'));
  const { stdout } = await place.converge('--only', 'rabbitmq', '--keep-connections');
  expect(stdout).toContain('warning connections that are open keep what they had until they are closed');
  await publish('after');
  await expect.poll(() => session.got, { timeout: 5_000 }).toEqual(['after']);
  expect(session.closed).toBe('');
  await session.connection.close();
});

it('without it, the plan counts the connections, and apply closes them', async () => {
  await place.write(section('one', 'two'));
  await place.converge('--only', 'rabbitmq');
  const session = await consumeTwo();
  await place.write(section('one'));
  const { stdout } = await place.converge('--only', 'rabbitmq');
  expect(stdout).toContain(`1 open connection of ${service}, closed after`);
  await expect.poll(() => session.closed, { timeout: 5_000 }).toMatch(/mqwarden: permissions were narrowed/);
});

it('and those that are too young to be in the list of all connections', async () => {
  await place.write(section('one', 'two'));
  await place.converge('--only', 'rabbitmq');
  await place.write(section('one'));
  const session = await consumeTwo();
  await place.converge('--only', 'rabbitmq');
  await expect.poll(() => session.closed, { timeout: 5_000 }).toMatch(/mqwarden: permissions were narrowed/);
});

it('and leaves them alone where nothing narrows', async () => {
  await place.write(section('one', 'two'));
  await place.converge('--only', 'rabbitmq');
  const session = await consumeTwo();
  const { [service]: own } = section('one', 'two');
  await place.write({ [service]: { rabbitmq: { ...own?.rabbitmq, sends: ['one'] } } });
  const { stdout } = await place.converge('--only', 'rabbitmq');
  expect(stdout).toContain('^amq\\.default$');
  await publish('still');
  await expect.poll(() => session.got, { timeout: 5_000 }).toContain('still');
  expect(session.closed).toBe('');
  await session.connection.close();
});
