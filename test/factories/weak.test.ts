/** The table of docs/factories.md: every client, under the policy, against every weak listener. */
import { once } from 'node:events';
import { connect as tlsConnect } from 'node:tls';
import { Admin } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { Connection } from 'rabbitmq-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKafka, platformaticOptions } from '../../src/brokers/kafka/connect.ts';
import { connect, rabbitmqClientOptions } from '../../src/brokers/rabbitmq/connect.ts';
import { type Authority, createAuthority } from '../brokers/certificates.ts';
import { type Listener, weakListener, weaknesses } from './weak.ts';

const login = { service: 'order-service', username: 'canary-user', password: 'canary-password' };
let authority: Authority;
beforeAll(async () => {
  authority = await createAuthority();
});

type Attempt = (port: number, ca: string) => Promise<unknown>;

/** Connection.start with PLAIN, as a broker without TLS would send it. */
const amqpStart = Buffer.from(
  `${['01000000000025000a000a0009', '00000000', '00000005504c41494e', '00000005656e5f5553'].join('')}ce`,
  'hex',
);

const clients: readonly { readonly client: string; readonly ask: Buffer; readonly attempt: Attempt }[] = [
  {
    client: 'amqplib',
    ask: amqpStart,
    attempt: async (port, ca) => {
      const connection = await connect({
        ...login,
        url: `amqps://127.0.0.1:${port}`,
        vhost: 'v',
        tls: { ca },
      });
      await connection.close();
    },
  },
  {
    client: 'rabbitmq-client',
    ask: amqpStart,
    attempt: async (port, ca) => {
      const url = `amqps://127.0.0.1:${port}`;
      const options = await rabbitmqClientOptions({ ...login, url, vhost: 'v', tls: { ca } });
      const connection = new Connection({ ...options, connectionTimeout: 2_000 });
      try {
        await new Promise((resolve, reject) => {
          connection.once('connection', resolve);
          connection.once('error', reject);
        });
      } finally {
        connection.unsafeDestroy();
      }
    },
  },
  {
    client: 'kafkajs',
    ask: Buffer.alloc(0),
    attempt: async (port, ca) => {
      const brokers = [`127.0.0.1:${port}`];
      const { NOTHING: logLevel } = kafkajs.logLevel;
      const kafka = createKafka({ ...login, brokers, tls: { ca }, retry: { retries: 0 }, logLevel });
      const admin = kafka.admin();
      try {
        await admin.connect();
      } finally {
        await admin.disconnect();
      }
    },
  },
  {
    client: '@platformatic/kafka',
    ask: Buffer.alloc(0),
    attempt: async (port, ca) => {
      const options = platformaticOptions({ ...login, brokers: [`127.0.0.1:${port}`], tls: { ca } });
      const admin = new Admin({ ...options, retries: 0, connectTimeout: 2_000, timeout: 2_000 });
      try {
        await admin.listTopics();
      } finally {
        await admin.close().catch(() => undefined);
      }
    },
  },
];

it.each(['TLS 1.0 only', 'TLS 1.1 only'] as const)(
  'a listener with %s serves who asks for it',
  async (weakness) => {
    const listener = await weakListener(weakness, authority, Buffer.alloc(0));
    const old = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const socket = tlsConnect({ port: listener.port, host: '127.0.0.1', ca: authority.ca, ...old });
    await once(socket, 'secureConnect');
    expect(socket.getProtocol()).toBe(weakness === 'TLS 1.0 only' ? 'TLSv1' : 'TLSv1.1');
    socket.destroy();
    listener.close();
  },
);

describe.each(clients)('$client', ({ ask, attempt }) => {
  const listeners: Listener[] = [];
  afterAll(() => {
    for (const listener of listeners) listener.close();
  });

  it.concurrent.each(weaknesses)('weakness: %s', async (weakness) => {
    const listener = await weakListener(weakness, authority, ask);
    listeners.push(listener);
    // The good one, too, says nothing: only whether it was trusted counts.
    await expect(attempt(listener.port, authority.ca)).rejects.toThrow();
    const encrypted = !weakness.startsWith('plaintext');
    if (encrypted) expect(listener.trusted() > 0).toBe(weakness === 'none');
    expect(listener.received()).not.toContain('canary');
    if (weakness === 'none') expect(listener.received()).not.toBe('');
  });
});
