/** What a rotation that is killed is of, on either broker: a service with everything that a generation can have. */
import { readFileSync } from 'node:fs';
import type { SharedKafka, SharedRabbitMQ } from '../brokers/connection.ts';
import { uniqueName } from '../brokers/index.ts';
import { kafkaAdmin } from '../brokers/kafka-admin.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import type { Surroundings } from './detour.ts';
import { kafkaLogin, kafkaSubject } from './kafka.setting.ts';
import { rabbitLogin, rabbitSubject } from './rabbitmq.setting.ts';
import type { RotationSetting } from './rotation.ts';

export async function rotationOnRabbitMQ(rabbitmq: SharedRabbitMQ): Promise<RotationSetting> {
  const mark = uniqueName('rotation');
  const service = `order-${mark}`;
  const rabbit = rabbitAdmin(rabbitmq);
  return {
    broker: 'rabbitmq',
    subject: await withCertificate(rabbitmq, mark),
    service,
    services: (mode) => ({
      [service]: {
        rotation: mode,
        rabbitmq: {
          exchanges: { events: { type: 'topic' } },
          publishes: [{ exchange: 'events', routingKeys: ['order.#'] }],
          limits: { maxConnections: 9, maxChannels: 9 },
          tags: ['monitoring'],
        },
      },
    }),
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
async function withCertificate(rabbitmq: SharedRabbitMQ, mark: string): Promise<Surroundings> {
  const subject = rabbitSubject(rabbitmq, mark);
  const { certFile, keyFile } = await rabbitmq.clientCertificate('rotation');
  const files = { 'cert.pem': readFileSync(certFile, 'utf8'), 'key.pem': readFileSync(keyFile, 'utf8') };
  return {
    ...subject,
    section: { ...subject.section, tls: { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem' } },
    files: { ...subject.files, ...files },
  };
}

export function rotationOnKafka(kafka: SharedKafka): RotationSetting {
  const mark = uniqueName('rotation');
  const service = `order-${mark}`;
  return {
    broker: 'kafka',
    subject: kafkaSubject(kafka, mark),
    service,
    services: (mode) => ({
      [service]: {
        rotation: mode,
        kafka: {
          topics: { [mark]: { partitions: 1, replicationFactor: 1 } },
          produces: [mark],
          quota: { producerByteRate: 100_000 },
        },
      },
    }),
    login: (credential, patienceMs) => kafkaLogin(kafka, credential, patienceMs),
    users: async () => {
      const admin = await kafkaAdmin(kafka);
      const users = await admin.scramUsers();
      await admin.close();
      return users.filter((name) => name.startsWith(service));
    },
  };
}
