import type { Credential } from '../../src/core/broker.ts';
import type { SharedKafka } from '../brokers/connection.ts';
import { uniqueName } from '../brokers/index.ts';
import { kafkaAdmin } from '../brokers/kafka-admin.ts';
import { until } from './front.ts';
import type { KafkaProbes } from './kafka-grants.ts';
import type { Surroundings } from './detour.ts';
import type { Setting } from './scene.ts';

export interface KafkaSetting extends Setting {
  readonly probes: KafkaProbes;
}

export function kafkaSubject(at: SharedKafka, mark: string): Surroundings {
  return {
    section: {
      brokers: at.brokers,
      tls: { ca: 'ca.pem' },
      admin: { username: at.admin.username, password: 'env:ADMIN_PASSWORD' },
    },
    files: { 'ca.pem': at.ca },
    variables: { ADMIN_PASSWORD: at.admin.password },
    claims: { principals: `*-${mark}` },
  };
}

/** A broker hears of a new credential a moment after the controller has confirmed it. */
export async function kafkaLogin(at: SharedKafka, credential: Credential, patienceMs = 3_000): Promise<void> {
  let refusal: unknown;
  const loggedIn = async (): Promise<boolean> => {
    try {
      await (await kafkaAdmin(at, credential)).close();
      return true;
    } catch (error) {
      refusal = error;
      return false;
    }
  };
  await until(loggedIn, patienceMs).catch(() => {
    throw new Error(`${credential.username} cannot log in with what the store holds`, { cause: refusal });
  });
}

/** Two topologies that differ in every kind, and in every way in which ALLOW and DENY can move. */
export function kafkaSetting(at: SharedKafka): KafkaSetting {
  const mark = uniqueName('kill');
  const name = (service: string) => `${service}-${mark}`;
  const topic = (one: string) => `${mark}.${one}`;
  const services = ['owner', 'mover', 'narrowed', 'widened', 'flipper', 'leaver', 'joiner'].map(name);
  const deny = (service: string, one: string, operation: string) =>
    `kafka:acl:topic/literal/${topic(one)}/User%3A${name(service)}/*/${operation}/deny`;
  return {
    broker: 'kafka',
    mark,
    subject: kafkaSubject(at, mark),
    old: (round) => oldServices(name, topic, round),
    fresh: (round) => freshServices(name, topic, round),
    decisions: {
      prune: true,
      maxDeletes: 100,
      allowDataLoss: ['open', 'gone', 'fresh'].map((one) => `kafka:topic:${topic(one)}`),
      allowWidening: [
        deny('narrowed', 'secret', 'read'),
        deny('widened', 'secret', 'read'),
        deny('flipper', 'open', 'write'),
        deny('flipper', 'open', 'read'),
        deny('leaver', 'secret', 'read'),
      ],
    },
    logins: [name('owner'), name('joiner')],
    newcomer: name('joiner'),
    login: (credential) => kafkaLogin(at, credential),
    probes: {
      principals: services,
      hosts: ['10.0.0.1', '10.0.0.2'],
      resources: {
        TOPIC: ['open', 'secret', 'gone', 'fresh', 'other'].map(topic),
        GROUP: ['old', 'new'].map(topic),
        TRANSACTIONAL_ID: [topic('tx')],
      },
    },
  };
}

type Name = (short: string) => string;

function allow(pattern: 'literal' | 'prefixed', name: string, ...operations: readonly string[]) {
  return { resource: 'topic', pattern, name, operations, reason: 'a test' };
}

function deny(name: string, operation: string) {
  return { resource: 'topic', name, operations: [operation], permission: 'deny', reason: 'a test' };
}

/** Partitions only grow: each round begins with one more than the one before it ended with, at least. */
function oldServices(name: Name, topic: Name, round: number) {
  const everything = topic('');
  return {
    [name('owner')]: {
      kafka: {
        topics: {
          [topic('open')]: { partitions: round, replicationFactor: 1, config: { 'retention.ms': 3_600_000 } },
          [topic('secret')]: { partitions: 1, replicationFactor: 1 },
          [topic('gone')]: { partitions: 1, replicationFactor: 1 },
        },
        quota: { producerByteRate: 1024 },
        produces: [topic('open')],
      },
    },
    [name('mover')]: {
      kafka: {
        produces: [{ topic: topic('open'), transactionalId: topic('tx') }],
        consumes: [{ topic: topic('gone'), group: topic('old') }],
      },
    },
    // A DENY goes together with the wide ALLOW that it was there for.
    [name('narrowed')]: {
      kafka: { grants: [allow('prefixed', everything, 'read'), deny(topic('secret'), 'read')] },
    },
    // The other way: a DENY comes together with a wider ALLOW.
    [name('widened')]: { kafka: { grants: [allow('literal', topic('open'), 'read')] } },
    // ALLOW and DENY change places on one topic, and the wide ALLOW turns from one operation to the other.
    [name('flipper')]: {
      kafka: {
        grants: [
          allow('literal', topic('open'), 'read'),
          allow('prefixed', everything, 'write'),
          deny(topic('open'), 'write'),
        ],
      },
    },
    [name('leaver')]: {
      kafka: {
        quota: { consumerByteRate: 1024 },
        grants: [allow('prefixed', everything, 'read'), deny(topic('secret'), 'read')],
      },
    },
  };
}

function freshServices(name: Name, topic: Name, round: number) {
  const everything = topic('');
  return {
    [name('owner')]: {
      kafka: {
        topics: {
          [topic('open')]: {
            partitions: round + 1,
            replicationFactor: 1,
            config: { 'retention.ms': 7_200_000 },
          },
          [topic('secret')]: { partitions: 1, replicationFactor: 1 },
          [topic('fresh')]: { partitions: 2, replicationFactor: 1 },
        },
        quota: { producerByteRate: 2048 },
        produces: [topic('open')],
      },
    },
    [name('mover')]: {
      kafka: {
        produces: [topic('fresh')],
        consumes: [{ topic: topic('open'), group: topic('new') }],
      },
    },
    [name('narrowed')]: { kafka: { grants: [allow('literal', topic('open'), 'read')] } },
    [name('widened')]: {
      kafka: { grants: [allow('prefixed', everything, 'read'), deny(topic('secret'), 'read')] },
    },
    [name('flipper')]: {
      kafka: {
        grants: [
          allow('literal', topic('open'), 'write'),
          allow('prefixed', everything, 'read'),
          deny(topic('open'), 'read'),
        ],
      },
    },
    [name('joiner')]: {
      kafka: {
        consumes: [{ topic: topic('fresh'), group: topic('new') }],
        quota: { consumerByteRate: 4096 },
      },
    },
  };
}
