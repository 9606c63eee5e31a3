/**
 * Brokers that somebody else runs, named by environment variables:
 *
 *   MQWARDEN_TEST_RABBITMQ_URL        management API, for example https://rabbit.test:15671
 *   MQWARDEN_TEST_RABBITMQ_AMQPS_URL  for example amqps://rabbit.test:5671
 *   MQWARDEN_TEST_KAFKA_BROKERS       SASL_SSL with SCRAM-SHA-512, for example kafka.test:9093,kafka.test:9094
 *   MQWARDEN_TEST_KAFKA_CERTIFICATE_LISTENER  SASL_SSL that demands a client certificate
 *   MQWARDEN_TEST_KAFKA_TLS_LISTENER          SSL alone, with a client certificate
 *
 * and for both, with RABBITMQ or KAFKA in place of X (all are needed):
 *
 *   MQWARDEN_TEST_X_USERNAME, MQWARDEN_TEST_X_PASSWORD    an administrator, a super user
 *   MQWARDEN_TEST_X_CA_FILE, MQWARDEN_TEST_X_CA_KEY_FILE  the authority and its key: client certificates are made from it
 *
 * They must be throwaway brokers, set up as rabbitmq-config.ts and kafka-config.ts say; the tests write to them and clean
 * up only what they can.
 */
import { readFileSync } from 'node:fs';
import type { KafkaConnection, RabbitConnection } from './connection.ts';
import { temporaryFolder } from './process.ts';

export function givenRabbitMQ(env: NodeJS.ProcessEnv = process.env): RabbitConnection | undefined {
  const managementUrl = env['MQWARDEN_TEST_RABBITMQ_URL'];
  if (managementUrl === undefined || managementUrl === '') return undefined;
  return {
    ...common('RABBITMQ', env),
    name: `RabbitMQ at ${managementUrl}`,
    managementUrl: managementUrl.replace(/\/+$/, ''),
    amqpsUrl: needed(env, 'MQWARDEN_TEST_RABBITMQ_AMQPS_URL', 'MQWARDEN_TEST_RABBITMQ_URL'),
  };
}

export function givenKafka(env: NodeJS.ProcessEnv = process.env): KafkaConnection | undefined {
  const brokers = env['MQWARDEN_TEST_KAFKA_BROKERS'];
  if (brokers === undefined || brokers === '') return undefined;
  const because = 'MQWARDEN_TEST_KAFKA_BROKERS';
  return {
    ...common('KAFKA', env),
    name: `Kafka at ${brokers}`,
    brokers: brokers.split(',').map((broker) => broker.trim()),
    certificateListener: needed(env, 'MQWARDEN_TEST_KAFKA_CERTIFICATE_LISTENER', because),
    tlsListener: needed(env, 'MQWARDEN_TEST_KAFKA_TLS_LISTENER', because),
    proxySlots: [],
  };
}

function common(broker: 'RABBITMQ' | 'KAFKA', env: NodeJS.ProcessEnv) {
  const because = broker === 'RABBITMQ' ? 'MQWARDEN_TEST_RABBITMQ_URL' : 'MQWARDEN_TEST_KAFKA_BROKERS';
  const value = (name: string): string => needed(env, `MQWARDEN_TEST_${broker}_${name}`, because);
  return {
    source: 'given' as const,
    version: 'unknown',
    ca: readFileSync(value('CA_FILE'), 'utf8'),
    caFile: value('CA_FILE'),
    caKey: readFileSync(value('CA_KEY_FILE'), 'utf8'),
    folder: temporaryFolder('mqwarden-given-'),
    admin: { username: value('USERNAME'), password: value('PASSWORD') },
  };
}

function needed(env: NodeJS.ProcessEnv, name: string, because: string): string {
  const value = env[name];
  if (value === undefined || value === '') {
    throw new Error(`${because} is set, so ${name} must be too: test/brokers/given.ts lists them all`);
  }
  return value;
}
