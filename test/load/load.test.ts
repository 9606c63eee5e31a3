/**
 * Twenty publishers and twenty consumers on each broker, through rotations and a restart, counted by id. Short, for every run;
 * `npm run test:load` makes it long.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { kafkaAdmin, type KafkaEndpoint } from '../brokers/kafka-admin.ts';
import { startKafka } from '../brokers/kafka.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { type RabbitMQ, startRabbitMQ } from '../brokers/rabbitmq.ts';
import { kafkaUsers, rabbitUsers, rotate, type Store, until } from '../factories/support.ts';
import { kafkaLoad, type Load, rabbitLoad } from './load.ts';

const shared = brokersForTests();
const long = process.env['MQWARDEN_LOAD'] === 'long';
const services = 20;
const rotations = long ? 6 : 2;
/** Each service sends this many between two changes. */
const each = long ? 200 : 5;
const timeout = long ? 900_000 : 300_000;

interface Ground {
  readonly secrets: Store;
  readonly start: () => Promise<Load>;
  readonly add: (name: string) => Promise<Store>;
  readonly drop: (name: string) => Promise<void>;
  readonly clean: () => Promise<void>;
}

type RabbitPlace = Pick<RabbitMQ, 'managementUrl' | 'admin' | 'amqpsUrl' | 'ca' | 'clientCertificate'>;

async function onRabbitMQ(at: RabbitPlace): Promise<Ground> {
  const admin = rabbitAdmin(at);
  const [vhost, queue] = [uniqueName('load'), uniqueName('queue')];
  await admin.put(`/vhosts/${vhost}`);
  const own = `/permissions/${vhost}/${at.admin.username}`;
  await admin.put(own, { configure: '.*', write: '.*', read: '.*' });
  await admin.put(`/queues/${vhost}/${queue}`, { durable: true });
  const { cert, key } = await at.clientCertificate('load');
  const users = rabbitUsers(admin, vhost);
  const secrets = await users.add(uniqueName('service'));
  const start = () =>
    rabbitLoad({ amqpsUrl: at.amqpsUrl, ca: at.ca, cert, key }, vhost, queue, secrets, services);
  const clean = () => admin.delete(`/vhosts/${vhost}`);
  return { secrets, start, add: (name) => users.add(name), drop: (name) => users.drop(name), clean };
}

async function onKafka(at: KafkaEndpoint): Promise<Ground> {
  const admin = await kafkaAdmin(at);
  const [topic, group] = [uniqueName('load'), uniqueName('group')];
  await admin.createTopic(topic, services);
  const users = kafkaUsers(admin, topic, group);
  const secrets = await users.add(uniqueName('service'));
  const start = () => kafkaLoad(at, topic, group, secrets, services);
  const clean = () => admin.close();
  return { secrets, start, add: (name) => users.add(name), drop: (name) => users.drop(name), clean };
}

async function some(load: Load): Promise<void> {
  const goal = load.confirmed.size + each * services;
  await until(() => load.confirmed.size >= goal, 'more messages', 120_000);
}

/** By id, so that a failure tells which. */
function lost({ confirmed, delivered }: Load): string[] {
  return [...confirmed].filter((id) => !delivered.has(id));
}

function doubled({ delivered }: Load): [string, number][] {
  return [...delivered].filter(([, times]) => times > 1);
}

it.each([
  { broker: 'RabbitMQ', ground: () => onRabbitMQ(shared.rabbitmq) },
  { broker: 'Kafka', ground: () => onKafka(shared.kafka) },
])(
  'rotations on $broker lose nothing, double nothing and refuse nothing',
  { timeout },
  async ({ ground }) => {
    const { secrets, start, add, drop, clean } = await ground();
    const load = await start();
    const name = secrets.username;
    for (let generation = 2; generation < 2 + rotations; generation += 1) {
      await some(load);
      const old = secrets.username;
      rotate(secrets, await add(`${name}.g${generation}`));
      await until(() => load.rotated(), 'all services use the new credential', 60_000);
      await drop(old);
    }
    await some(load);
    await load.finish();
    await drop(secrets.username);
    await clean();
    expect(load.refused).toEqual([]);
    expect(lost(load)).toEqual([]);
    expect(doubled(load)).toEqual([]);
    const failed = load.events.filter(
      ({ type, outcome }) => type !== 'disconnect' && outcome !== 'succeeded',
    );
    expect(failed).toEqual([]);
  },
);

it.each([
  {
    broker: 'RabbitMQ',
    open: async () => {
      const broker = await startRabbitMQ();
      return { broker, ground: () => onRabbitMQ(broker) };
    },
  },
  {
    broker: 'Kafka, whose sessions end after 12 s',
    open: async () => {
      const broker = await startKafka({ extraConfig: ['connections.max.reauth.ms=12000'] });
      return { broker, ground: () => onKafka(broker) };
    },
  },
])('a restart of $broker loses nothing', { timeout }, async ({ open }) => {
  const { broker, ground } = await open();
  try {
    const { secrets, start, add, clean } = await ground();
    const load = await start();
    await some(load);
    await broker.restart();
    await some(load);
    // And a rotation while sessions are renewed.
    rotate(secrets, await add(`${secrets.username}.g2`));
    await until(() => load.rotated(), 'all services use the new credential', 60_000);
    if (long) await sleep(30_000);
    await some(load);
    await load.finish();
    await clean();
    expect(load.refused).toEqual([]);
    expect(lost(load)).toEqual([]);
  } finally {
    await broker.stop();
  }
});
