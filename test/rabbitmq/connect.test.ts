import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { createServer, type Server } from 'node:net';
import { MqwardenError } from '../../src/core/errors.ts';
import { connect, rabbitmqClientOptions } from '../../src/brokers/rabbitmq/connect.ts';

/** What RabbitMQ's options alone can say; the policy of all factories is in test/factories/policy.test.ts. Counts who comes at all: a refusal must come before a byte is sent. */
let listener: Server;
let visits = 0;
let received = '';
let port = 0;
beforeEach(async () => {
  visits = 0;
  received = '';
  listener = createServer((socket) => {
    visits += 1;
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
      // What a plaintext broker would say to a TLS client.
      socket.end('AMQP\0\0\x09\x01');
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const at = listener.address();
  port = typeof at === 'object' && at !== null ? at.port : 0;
});
afterEach(() => {
  listener.close();
});

const good = () => ({
  service: 's',
  url: `amqps://127.0.0.1:${port}`,
  vhost: 'v',
  username: 'u',
  password: 'canary',
});

describe('what is refused before a byte is sent', () => {
  const cases: readonly { name: string; over: () => object; code: string }[] = [
    { name: 'amqp:', over: () => ({ url: `amqp://127.0.0.1:${port}` }), code: 'MQWARDEN_TLS_REQUIRED' },
    { name: 'guest', over: () => ({ username: 'guest' }), code: 'MQWARDEN_GUEST' },
    {
      name: 'guest from the store',
      over: () => ({
        username: undefined,
        password: undefined,
        secrets: { getSecret: () => Promise.resolve('guest') },
      }),
      code: 'MQWARDEN_GUEST',
    },
    {
      name: 'credentials in the URL',
      over: () => ({ url: `amqps://u:canary@127.0.0.1:${port}` }),
      code: 'MQWARDEN_CREDENTIALS_IN_URL',
    },
    { name: 'an unknown option', over: () => ({ heartbeat: 0 }), code: 'MQWARDEN_UNKNOWN_OPTION' },
    {
      name: 'rejectUnauthorized: 0, deep in options of the client',
      over: () => ({ socketOptions: { tls: { more: { rejectUnauthorized: 0 } } } }),
      code: 'MQWARDEN_TLS_UNVERIFIED',
    },
    {
      name: 'an option that is given with the help of a prototype',
      over: () => Object.assign(Object.create({ tls: false }) as object, { tls: undefined, noDelay: true }),
      code: 'MQWARDEN_UNKNOWN_OPTION',
    },
    {
      name: 'a query',
      over: () => ({ url: `amqps://127.0.0.1:${port}?heartbeat=0` }),
      code: 'MQWARDEN_OPTIONS',
    },
    { name: 'no vhost', over: () => ({ vhost: undefined }), code: 'MQWARDEN_OPTIONS' },
  ];
  describe.each([
    { factory: 'connect', call: connect },
    { factory: 'rabbitmqClientOptions', call: rabbitmqClientOptions },
  ])('$factory', ({ call }) => {
    test.each(cases)('$name', async ({ over, code }) => {
      const options = { ...good(), ...over() } as never;
      const error: unknown = await call(options).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(MqwardenError);
      expect((error as MqwardenError).code).toBe(code);
      expect((error as MqwardenError).hint).toMatch(/\w/);
      expect(String(error) + JSON.stringify(error)).not.toContain('canary');
      expect(visits).toBe(0);
    });
  });
});

it('uses what it checked: an option that answers differently each time is asked once', async () => {
  let asked = 0;
  const options = { ...good() };
  Object.defineProperty(options, 'url', {
    enumerable: true,
    get: () => {
      asked += 1;
      return asked === 1 ? `amqps://127.0.0.1:${port}` : `amqp://127.0.0.1:${port}`;
    },
  });
  await expect(connect(options)).rejects.toMatchObject({ code: 'MQWARDEN_CONNECTION' });
  expect(asked).toBe(1);
});

it('sends no credential to what answers without TLS', async () => {
  await expect(connect(good())).rejects.toMatchObject({ code: 'MQWARDEN_CONNECTION' });
  expect(visits).toBe(1);
  expect(received).not.toContain('canary');
});

it('asks the store by the paths of the reference, and reports what it cannot reach', async () => {
  const asked: string[] = [];
  const secrets = {
    getSecret(path: string) {
      asked.push(path);
      return Promise.resolve('x');
    },
  };
  const attempt = connect({
    service: 'order-service',
    url: `amqps://127.0.0.1:${port}`,
    vhost: 'v',
    secrets,
  });
  await expect(attempt).rejects.toMatchObject({ code: 'MQWARDEN_CONNECTION', endpoint: `127.0.0.1:${port}` });
  // Twice: the two fields are fetched apart, and must agree.
  expect(new Set(asked)).toEqual(
    new Set(['rabbitmq/order-service/username', 'rabbitmq/order-service/password']),
  );
  expect(asked).toHaveLength(4);
  expect(visits).toBe(1);
});
