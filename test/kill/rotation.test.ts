/**
 * `npm run test:kill` kills a rotation at every step and at every write, in both ways; else one in a few. Before the next run each
 * time: whoever reads the store can log in, a plan is empty, and the record names every user that lives.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { kafkaAdmin } from '../brokers/kafka-admin.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import type { Surroundings } from './detour.ts';
import { type Front, frontOfKafka, frontOfRabbitMQ } from './front.ts';
import { kafkaLogin, kafkaSubject } from './kafka.setting.ts';
import { rabbitLogin, rabbitSubject } from './rabbitmq.setting.ts';
import { clear, openRotation, type RotationScene, type RotationSetting } from './rotation.ts';
import type { Moment } from './victim.ts';

const { rabbitmq, kafka } = brokersForTests();
const every = process.env['MQWARDEN_KILL'] === 'every';
const steps = ['create', 'grant', 'test', 'publish', 'drain', 'close', 'revoke', 'remove', 'prove'];

async function onRabbitMQ(): Promise<RotationSetting> {
  const mark = uniqueName('rotation');
  const service = `order-${mark}`;
  const rabbit = rabbitAdmin(rabbitmq);
  return {
    broker: 'rabbitmq',
    subject: await withCertificate(mark),
    service,
    services: {
      [service]: {
        rabbitmq: {
          exchanges: { events: { type: 'topic' } },
          publishes: [{ exchange: 'events', routingKeys: ['order.#'] }],
          limits: { maxConnections: 9, maxChannels: 9 },
          tags: ['monitoring'],
        },
      },
    },
    login: (credential) => rabbitLogin(rabbitmq, mark, credential),
    users: async () => {
      const users = await rabbit.get<{ name: string }[]>('/users');
      return users
        .map(({ name }) => name)
        .filter((name) => name.startsWith(service))
        .sort();
    },
  };
}

/** The listener demands a certificate, of the administrator's logins too. */
async function withCertificate(mark: string): Promise<Surroundings> {
  const subject = rabbitSubject(rabbitmq, mark);
  const { certFile, keyFile } = await rabbitmq.clientCertificate('rotation');
  const files = { 'cert.pem': readFileSync(certFile, 'utf8'), 'key.pem': readFileSync(keyFile, 'utf8') };
  return {
    ...subject,
    section: { ...subject.section, tls: { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' } },
    files: { ...subject.files, ...files },
  };
}

function onKafka(): RotationSetting {
  const mark = uniqueName('rotation');
  const service = `order-${mark}`;
  return {
    broker: 'kafka',
    subject: kafkaSubject(kafka, mark),
    service,
    services: {
      [service]: {
        kafka: {
          topics: { [mark]: { partitions: 1, replicationFactor: 1 } },
          produces: [mark],
          quota: { producerByteRate: 100_000 },
        },
      },
    },
    login: (credential) => kafkaLogin(kafka, credential),
    users: async () => {
      const admin = await kafkaAdmin(kafka);
      const users = await admin.scramUsers();
      await admin.close();
      return users.filter((name) => name.startsWith(service));
    },
  };
}

describe.each([
  { name: 'RabbitMQ', open: onRabbitMQ, front: () => frontOfRabbitMQ(rabbitmq) as Promise<Front>, stride: 4 },
  { name: 'Kafka', open: onKafka, front: () => frontOfKafka(kafka), stride: 3 },
])('$name: a rotation that is killed', ({ open, front: openFront, stride }) => {
  let front: Front;
  let scene: RotationScene;
  let writes = 0;

  beforeAll(async () => {
    front = await openFront();
    scene = await openRotation(await open(), front);
    writes = await scene.count();
  });
  afterAll(async () => {
    await front.stop();
    await clear(scene);
  });

  it('at any step, locks nobody out and is ended by the next run', { timeout: 600_000 }, async () => {
    const sampled = steps.filter((_step, at) => every || at % stride === 0);
    let kills = 0;
    for (const step of sampled) if (await scene.killAtStep(step)) kills += 1;
    // A step may be over before it is seen.
    expect(kills).toBeGreaterThan(0);
  });

  it('at any write to the broker, likewise', { timeout: 600_000 }, async () => {
    expect(writes).toBeGreaterThan(4);
    const boundaries = Array.from({ length: writes }, (_, at) => at + 1);
    const both: readonly Moment[] = ['unsent', 'unanswered'];
    for (const n of boundaries.filter((_n, at) => every || at % stride === 0)) {
      for (const moment of every ? both : [both[n % 2] ?? 'unsent']) {
        expect(await scene.killAtWrite(n, moment), `write ${n}`).toBe(true);
      }
    }
  });
});
