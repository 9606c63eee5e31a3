import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { createServer, type Server } from 'node:net';
import { MqwardenError } from '../../src/core/errors.ts';
import { connect } from '../../src/brokers/rabbitmq/connect.ts';

/** Counts who comes at all: a refusal must come before a byte is sent. */
let listener: Server;
let visits = 0;
let port = 0;
beforeEach(async () => {
  visits = 0;
  listener = createServer((socket) => {
    visits += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const at = listener.address();
  port = typeof at === 'object' && at !== null ? at.port : 0;
});
afterEach(() => {
  listener.close();
  vi.unstubAllEnvs();
});

const good = () => ({
  service: 's',
  url: `amqps://127.0.0.1:${port}`,
  vhost: 'v',
  username: 'u',
  password: 'canary',
});

describe('what is refused before a byte is sent', () => {
  const cases: readonly { name: string; over: () => object; code: string; env?: boolean }[] = [
    { name: 'amqp:', over: () => ({ url: `amqp://127.0.0.1:${port}` }), code: 'MQWARDEN_TLS_REQUIRED' },
    { name: 'tls: false', over: () => ({ tls: false }), code: 'MQWARDEN_TLS_REQUIRED' },
    {
      name: 'rejectUnauthorized: false',
      over: () => ({ rejectUnauthorized: false }),
      code: 'MQWARDEN_TLS_UNVERIFIED',
    },
    {
      name: 'the same in tls',
      over: () => ({ tls: { rejectUnauthorized: false } }),
      code: 'MQWARDEN_TLS_UNVERIFIED',
    },
    { name: 'the environment variable', over: () => ({}), code: 'MQWARDEN_TLS_UNVERIFIED', env: true },
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
      name: 'an unknown option of tls',
      over: () => ({ tls: { minVersion: 'TLSv1' } }),
      code: 'MQWARDEN_UNKNOWN_OPTION',
    },
    {
      name: 'a query',
      over: () => ({ url: `amqps://127.0.0.1:${port}?heartbeat=0` }),
      code: 'MQWARDEN_OPTIONS',
    },
    { name: 'no vhost', over: () => ({ vhost: undefined }), code: 'MQWARDEN_OPTIONS' },
    {
      name: 'no credentials',
      over: () => ({ username: undefined, password: undefined }),
      code: 'MQWARDEN_CREDENTIALS',
    },
    {
      name: 'two sources of them',
      over: () => ({ secrets: { getSecret: () => Promise.resolve('x') } }),
      code: 'MQWARDEN_CREDENTIALS',
    },
  ];
  test.each(cases)('$name', async ({ over, code, env = false }) => {
    if (env) vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const error: unknown = await connect({ ...good(), ...over() }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(MqwardenError);
    expect((error as MqwardenError).code).toBe(code);
    expect((error as MqwardenError).hint).toMatch(/\w/);
    expect(String(error)).not.toContain('canary');
    expect(visits).toBe(0);
  });
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
  expect(asked).toEqual(['rabbitmq/order-service/username', 'rabbitmq/order-service/password']);
  expect(visits).toBe(1);
});
