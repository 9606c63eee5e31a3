import { createServer, type Server } from 'node:net';
import kafkajs from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  confluentOptions,
  createKafka,
  type KafkaOptions,
  platformaticOptions,
} from '../../src/brokers/kafka/connect.ts';
import { PolicyError } from '../../src/core/connect-policy.ts';

/** What Kafka's options alone can say; the policy of all factories is in test/factories/policy.test.ts. Counts who comes at all, and keeps what is said: a refusal must come before a byte is sent. */
let listener: Server;
let visits = 0;
let received = '';
let here = '';
beforeAll(async () => {
  listener = createServer((socket) => {
    visits += 1;
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
      socket.end();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const at = listener.address();
  here = `127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}`;
});
afterEach(() => {
  [visits, received] = [0, ''];
});
afterAll(() => listener.close());

const secrets = { getSecret: () => Promise.resolve('canary') };
const fine = { service: 'order-service', brokers: ['kafka-1.internal:9093'], secrets };

const renderings: readonly {
  readonly client: string;
  readonly render: (options: KafkaOptions) => unknown;
}[] = [
  { client: 'kafkajs', render: createKafka },
  { client: '@platformatic/kafka', render: platformaticOptions },
  { client: '@confluentinc/kafka-javascript', render: confluentOptions },
];

/** As plain JavaScript would call it. */
async function codeOf(render: (options: KafkaOptions) => unknown, options: object): Promise<string> {
  const brokers = 'brokers' in options ? options.brokers : undefined;
  const reached = Array.isArray(brokers) && brokers[0] === 'kafka-1.internal:9093' ? { brokers: [here] } : {};
  try {
    await render({ ...options, ...reached } as unknown as KafkaOptions);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    expect(error.hint).toMatch(/\w/);
    expect(error.message + JSON.stringify(error)).not.toContain('canary');
    return error.code;
  }
  return 'taken';
}

describe.each(renderings)('$client', ({ render }) => {
  it.each([
    [fine, 'taken'],
    [{ ...fine, clientId: 'c', tls: { minVersion: 'TLSv1.2' } }, 'taken'],
    [{ ...fine, secrets: undefined, username: 'u', password: 'p' }, 'taken'],
    [{ ...fine, 'sasl.mechanisms': 'PLAIN' }, 'MQWARDEN_SASL_MECHANISM'],
    [{ ...fine, ssl: true }, 'MQWARDEN_UNKNOWN_OPTION'],
    [{ ...fine, brokers: [] }, 'MQWARDEN_OPTIONS'],
    [{ ...fine, brokers: ['kafka://kafka-1.internal:9093'] }, 'MQWARDEN_OPTIONS'],
    [{ ...fine, brokers: ['u:p@kafka-1.internal:9093'] }, 'MQWARDEN_CREDENTIALS_IN_URL'],
    [{ ...fine, brokers: ['SASL_PLAINTEXT://kafka-1.internal:9092'] }, 'MQWARDEN_TLS_REQUIRED'],
  ])('%j: %s', async (options, code) => {
    expect(await codeOf(render, options)).toBe(code);
    expect(visits).toBe(0);
  });
});

const followed = { refreshMs: 1000, loginAttempts: 2, drainMs: 0, onEvent: () => undefined };

it('kafkajs takes all of it', async () => {
  const options = { ...fine, ...followed, tls: { minVersion: 'TLSv1.3' } };
  expect(await codeOf(createKafka, options)).toBe('taken');
});

it('librdkafka knows no least version of TLS: that it is 1.3 is refused, not dropped', async () => {
  const only = { ...fine, tls: { minVersion: 'TLSv1.3' } };
  expect(await codeOf(confluentOptions, only)).toBe('MQWARDEN_OPTIONS');
  expect(await codeOf(platformaticOptions, only)).toBe('taken');
});

it('sends no credential to what answers without TLS', async () => {
  const options = { ...fine, brokers: [here], retry: { retries: 0 }, logLevel: kafkajs.logLevel.NOTHING };
  await expect(createKafka(options).producer().connect()).rejects.toThrow();
  expect(visits).toBe(1);
  expect(received).not.toContain('canary');
  expect(received).not.toContain('order-service');
});

it('renders the same policy for librdkafka', async () => {
  expect(await confluentOptions(fine)).toEqual({
    'client.id': 'order-service',
    'bootstrap.servers': 'kafka-1.internal:9093',
    'security.protocol': 'sasl_ssl',
    'sasl.mechanisms': 'SCRAM-SHA-512',
    'sasl.username': 'canary',
    'sasl.password': 'canary',
    'enable.ssl.certificate.verification': true,
    'ssl.endpoint.identification.algorithm': 'https',
  });
});

it('renders the same policy for @platformatic/kafka', () => {
  const { authenticate, ...sasl } = platformaticOptions(fine).sasl ?? {};
  expect(authenticate).toBeTypeOf('function');
  expect(platformaticOptions(fine)).toMatchObject({
    clientId: 'order-service',
    bootstrapBrokers: ['kafka-1.internal:9093'],
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    tlsServerName: true,
  });
  expect(sasl).toEqual({ mechanism: 'SCRAM-SHA-512' });
});
