/** Real brokers, and a folder with a topology for them, as a user would have it. */
import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  alterUserScramCredentialsV0,
  deleteAclsV3,
  deleteTopicsV6,
  describeAclsV3,
  describeUserScramCredentialsV0,
  metadataV12,
} from '@platformatic/kafka';
import { type Kafka, startKafka } from '../test/brokers/kafka.ts';
import { removeFolder, temporaryFolder } from '../test/brokers/process.ts';
import { rabbitAdmin } from '../test/brokers/rabbit-admin.ts';
import { type RabbitMQ, startRabbitMQ } from '../test/brokers/rabbitmq.ts';
import { batchesOf, rawKafka } from './raw.ts';
import { expected, makeTopology, vhost } from './topology.ts';

export interface Setting {
  /** `Node.js 24.1.0, RabbitMQ 3.10.8, Kafka 4.4.0`. */
  readonly versions: string;
  /** Where the programs run: the topology is in ./topology. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Users on RabbitMQ that the topology does not know, with three grants each. */
  readonly addStrangers: (users: number) => Promise<void>;
  /** Back to brokers, secrets and a log on which nothing was ever applied. */
  readonly reset: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What peers were measured with: writes to the metadata log are gathered for 25 ms. */
const brokerDefaults = ['controller.quorum.append.linger.ms=25'];

export async function openSetting(services = 200): Promise<Setting> {
  const [rabbit, kafka] = await Promise.all([
    startRabbitMQ({ clientCertificates: 'optional' }),
    startKafka({ extraConfig: brokerDefaults }),
  ]);
  const folder = temporaryFolder('mqwarden-bench-');
  await writeTopology(join(folder, 'topology'), services, rabbit, kafka);
  return {
    versions: `Node.js ${process.versions.node}, ${rabbit.name}, ${kafka.name}`,
    folder,
    variables: {
      [expected.passwords.rabbitmq]: rabbit.admin.password,
      [expected.passwords.kafka]: kafka.admin.password,
    },
    addStrangers: (users) => addStrangers(rabbit, users),
    reset: async () => {
      await Promise.all([emptyRabbitMQ(rabbit), emptyKafka(kafka)]);
      await rm(join(folder, 'topology', expected.secrets), { recursive: true, force: true });
      await rm(join(folder, '.mqwarden'), { recursive: true, force: true });
    },
    stop: async () => {
      await Promise.all([rabbit.stop(), kafka.stop()]);
      removeFolder(folder);
    },
  };
}

async function addStrangers(rabbit: RabbitMQ, count: number): Promise<void> {
  const admin = rabbitAdmin(rabbit);
  const names = Array.from({ length: count }, (_, index) => `stranger-${index}`);
  const exchanges = (await admin.get<{ name: string; type: string }[]>(`/exchanges/${vhost}`))
    .filter(({ type, name }) => type === 'topic' && !name.startsWith('amq.'))
    .map(({ name }) => name);
  const at = (index: number) => exchanges[index % exchanges.length] ?? 'amq.topic';
  await admin.post('/definitions', {
    users: names.map((name) => ({
      name,
      password_hash: randomBytes(36).toString('base64'),
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: '',
    })),
    permissions: names.map((user, index) => ({
      ...{ user, vhost, configure: '^$', read: '^$' },
      write: `^${at(index).replaceAll('.', '\\.')}$`,
    })),
    topic_permissions: names.flatMap((user, index) =>
      [0, 1].map((more) => ({ user, vhost, exchange: at(index + more), write: '^a\\.b$', read: '^$' })),
    ),
  });
}

async function writeTopology(
  folder: string,
  services: number,
  rabbit: RabbitMQ,
  kafka: Kafka,
): Promise<void> {
  const site = {
    managementUrl: rabbit.managementUrl,
    amqpsUrl: rabbit.amqpsUrl,
    brokers: kafka.brokers,
    rabbitAdmin: rabbit.admin.username,
    kafkaAdmin: kafka.admin.username,
  };
  await mkdir(folder);
  await writeFile(join(folder, expected.authorities.rabbitmq), rabbit.ca);
  await writeFile(join(folder, expected.authorities.kafka), kafka.ca);
  for (const [name, text] of makeTopology(services, site)) await writeFile(join(folder, name), text);
}

async function emptyRabbitMQ(rabbit: RabbitMQ): Promise<void> {
  const admin = rabbitAdmin(rabbit);
  await admin.delete(`/vhosts/${vhost}`);
  const users = (await admin.get<{ name: string }[]>('/users')).map(({ name }) => name);
  await admin.post('/users/bulk-delete', { users: users.filter((name) => name !== rabbit.admin.username) });
}

/** By filters and requests that take everything away at once, which mqwarden itself must never do. */
async function emptyKafka(kafka: Kafka): Promise<void> {
  const { username, password } = kafka.admin;
  const connection = await rawKafka({
    url: kafka.brokers[0] ?? '',
    caFile: kafka.caFile,
    username,
    password,
  });
  const topics = async () => (await metadataV12.api.async(connection, null, false, false)).topics;
  try {
    const all = { resourceType: 1, resourceName: null, resourcePatternType: 1 } as const;
    const anyone = { principal: null, host: null, operation: 1, permissionType: 1 } as const;
    const users = async () => {
      const { results } = await describeUserScramCredentialsV0.api.async(connection, []);
      return results.map(({ user }) => user).filter((user) => user.startsWith('service-'));
    };
    const acls = async () => (await describeAclsV3.api.async(connection, { ...all, ...anyone })).resources;
    await deleteAclsV3.api.async(connection, [{ ...all, ...anyone }] as never);
    const names = (await topics()).map(({ name }) => ({ name: name ?? '' }));
    for (const batch of batchesOf(names)) await deleteTopicsV6.api.async(connection, batch, 60_000);
    const gone = (await users()).map((name) => ({ name, mechanism: 2 }));
    for (const batch of batchesOf(gone)) await alterUserScramCredentialsV0.api.async(connection, batch, []);
    // A broker goes on deleting for seconds, and would keep the next run waiting.
    while ((await topics()).length > 0) await sleep(100);
    while ((await users()).length > 0) await sleep(100);
    while ((await acls()).length > 0) await sleep(100);
  } finally {
    await connection.close();
  }
}
