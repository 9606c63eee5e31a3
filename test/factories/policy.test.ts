/**
 * What every factory refuses, sentence by sentence: a listening server counts who comes, and nobody does. What one broker alone
 * knows is in test/rabbitmq/connect.test.ts and test/kafka/connect.test.ts.
 */
import { createServer, type Server } from 'node:net';
import kafkajs from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { confluentOptions, createKafka, platformaticOptions } from '../../src/brokers/kafka/connect.ts';
import { connect, rabbitmqClientOptions } from '../../src/brokers/rabbitmq/connect.ts';
import { PolicyError } from '../../src/core/connect-policy.ts';
import { createAuthority } from '../brokers/certificates.ts';
import { weakListener } from './weak.ts';

let listener: Server;
let port = 0;
let [visits, received] = [0, ''];
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
  port = typeof at === 'object' && at !== null ? at.port : 0;
});
afterEach(() => {
  vi.unstubAllEnvs();
  [visits, received] = [0, ''];
});
afterAll(() => listener.close());

interface Factory {
  readonly factory: string;
  /** Where it would connect. */
  readonly at: (port: number) => object;
  /** As plain JavaScript calls it, and then connects where it does not do so by itself. */
  readonly use: (options: never) => Promise<unknown>;
}

const amqps = (at: number) => ({ url: `amqps://127.0.0.1:${at}`, vhost: 'v' });
const brokers = (at: number) => ({ brokers: [`127.0.0.1:${at}`] });

async function enter(options: never): Promise<void> {
  const quiet = { retry: { retries: 0 }, logLevel: kafkajs.logLevel.NOTHING };
  const admin = createKafka(Object.assign({}, quiet, options)).admin();
  try {
    await admin.connect();
  } finally {
    await admin.disconnect();
  }
}

/** What it throws becomes a rejection. */
const render = (options: never): Promise<unknown> =>
  new Promise((resolve) => resolve(platformaticOptions(options)));

const connecting: readonly Factory[] = [
  { factory: 'connect', at: amqps, use: async (options) => (await connect(options)).close() },
  { factory: 'createKafka', at: brokers, use: enter },
];
const factories: readonly Factory[] = [
  ...connecting,
  { factory: 'rabbitmqClientOptions', at: amqps, use: (options) => rabbitmqClientOptions(options) },
  { factory: 'platformaticOptions', at: brokers, use: render },
  { factory: 'confluentOptions', at: brokers, use: (options) => confluentOptions(options) },
];

const login = { service: 'order-service', username: 'canary-user', password: 'canary-password' };
const noLogin = { username: undefined, password: undefined };
const store = { getSecret: () => Promise.resolve('canary') };

/** What the caller wrote, the code it gets. */
const refused: readonly (readonly [sentence: string, over: object, code: string])[] = [
  ['tls: false', { tls: false }, 'MQWARDEN_TLS_REQUIRED'],
  ['tls: null', { tls: null }, 'MQWARDEN_TLS_REQUIRED'],
  ['ssl: false', { ssl: false }, 'MQWARDEN_TLS_REQUIRED'],
  ['a protocol without TLS', { protocol: 'amqp' }, 'MQWARDEN_TLS_REQUIRED'],
  ['SASL without TLS', { securityProtocol: 'SASL_PLAINTEXT' }, 'MQWARDEN_TLS_REQUIRED'],
  ['the same for librdkafka', { 'security.protocol': 'sasl_plaintext' }, 'MQWARDEN_TLS_REQUIRED'],
  ['rejectUnauthorized: false', { rejectUnauthorized: false }, 'MQWARDEN_TLS_UNVERIFIED'],
  ['the same in tls', { tls: { rejectUnauthorized: false } }, 'MQWARDEN_TLS_UNVERIFIED'],
  ['the same in ssl', { ssl: { rejectUnauthorized: false } }, 'MQWARDEN_TLS_UNVERIFIED'],
  ['the same, deep', { a: { b: { rejectUnauthorized: 0 } } }, 'MQWARDEN_TLS_UNVERIFIED'],
  ['no word for true', { tls: { rejectUnauthorized: 'no' } }, 'MQWARDEN_TLS_UNVERIFIED'],
  ['nobody to check', { tls: { checkServerIdentity: () => undefined } }, 'MQWARDEN_TLS_UNVERIFIED'],
  ['the same beside tls', { checkServerIdentity: () => undefined }, 'MQWARDEN_TLS_UNVERIFIED'],
  ['librdkafka without checks', { 'enable.ssl.certificate.verification': false }, 'MQWARDEN_TLS_UNVERIFIED'],
  ['or without names', { 'ssl.endpoint.identification.algorithm': 'none' }, 'MQWARDEN_TLS_UNVERIFIED'],
  ['TLS 1.0', { tls: { minVersion: 'TLSv1' } }, 'MQWARDEN_TLS_VERSION'],
  ['TLS 1.1', { tls: { minVersion: 'TLSv1.1' } }, 'MQWARDEN_TLS_VERSION'],
  ['the same beside tls', { minVersion: 'TLSv1.1' }, 'MQWARDEN_TLS_VERSION'],
  ['at most TLS 1.1', { tls: { maxVersion: 'TLSv1.1' } }, 'MQWARDEN_TLS_VERSION'],
  ['one version of TLS', { tls: { secureProtocol: 'TLSv1_method' } }, 'MQWARDEN_TLS_VERSION'],
  ['options of OpenSSL', { tls: { secureOptions: 0 } }, 'MQWARDEN_TLS_VERSION'],
  ['the same, deep', { socketOptions: { secureOptions: 0 } }, 'MQWARDEN_TLS_VERSION'],
  ['SASL PLAIN', { sasl: { mechanism: 'plain' } }, 'MQWARDEN_SASL_MECHANISM'],
  ['the same by its name', { mechanism: 'PLAIN' }, 'MQWARDEN_SASL_MECHANISM'],
  ['the same for librdkafka', { 'sasl.mechanisms': 'PLAIN' }, 'MQWARDEN_SASL_MECHANISM'],
  ['weak ciphers', { tls: { ciphers: 'ALL:eNULL:@SECLEVEL=0' } }, 'MQWARDEN_UNKNOWN_OPTION'],
  ['the same beside tls', { ciphers: 'NULL' }, 'MQWARDEN_UNKNOWN_OPTION'],
  ['weak signatures', { tls: { sigalgs: 'RSA+MD5' } }, 'MQWARDEN_UNKNOWN_OPTION'],
  ['a weak group', { tls: { ecdhCurve: 'secp112r1' } }, 'MQWARDEN_UNKNOWN_OPTION'],
  ['a context of your own', { tls: { secureContext: {} } }, 'MQWARDEN_UNKNOWN_OPTION'],
  ['keys without certificates', { tls: { pskCallback: () => null } }, 'MQWARDEN_UNKNOWN_OPTION'],
  ['another name than the host', { tls: { servername: 'elsewhere' } }, 'MQWARDEN_UNKNOWN_OPTION'],
  ['the same beside tls', { servername: 'elsewhere' }, 'MQWARDEN_UNKNOWN_OPTION'],
  ['a socket of your own', { socketFactory: () => undefined }, 'MQWARDEN_UNKNOWN_OPTION'],
  ['a stream of your own', { socket: {} }, 'MQWARDEN_UNKNOWN_OPTION'],
  ['any other option', { noDelay: true }, 'MQWARDEN_UNKNOWN_OPTION'],
  ['no service', { service: '' }, 'MQWARDEN_OPTIONS'],
  ['a certificate without its key', { tls: { cert: '/etc/ssl/cert.pem' } }, 'MQWARDEN_OPTIONS'],
  ['no name to expect', { tls: { serverName: '' } }, 'MQWARDEN_OPTIONS'],
  ['a CA that is no text', { tls: { ca: ['x'] } }, 'MQWARDEN_OPTIONS'],
  ['no credential', noLogin, 'MQWARDEN_CREDENTIALS'],
  ['half of one', { password: undefined }, 'MQWARDEN_CREDENTIALS'],
  ['two sources', { secrets: store }, 'MQWARDEN_CREDENTIALS'],
  ['secrets that are no store', { ...noLogin, secrets: {} }, 'MQWARDEN_CREDENTIALS'],
  ['a store without a name', { ...noLogin, secrets: '' }, 'MQWARDEN_CREDENTIALS'],
  ['an identity of its own', { auth: 'none' }, 'MQWARDEN_OPTIONS'],
  ['by a certificate, and none', { ...noLogin, auth: 'certificate' }, 'MQWARDEN_CREDENTIALS'],
  [
    'by a certificate and a password',
    { auth: 'certificate', tls: { cert: 'c.pem', key: 'k.pem' } },
    'MQWARDEN_CREDENTIALS',
  ],
  [
    'by a certificate and a store',
    { ...noLogin, secrets: store, auth: 'certificate', tls: { cert: 'c.pem', key: 'k.pem' } },
    'MQWARDEN_CREDENTIALS',
  ],
  ['by a certificate, without TLS', { ...noLogin, auth: 'certificate', tls: false }, 'MQWARDEN_TLS_REQUIRED'],
];

async function codeOf({ use }: Factory, options: object): Promise<string> {
  const error: unknown = await use(options as never).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof PolicyError)) throw new Error(`not refused: ${String(error)}`);
  expect(error.hint).toMatch(/\w/);
  expect(error.message + JSON.stringify(error)).not.toContain('canary');
  return error.code;
}

describe.each(factories)('$factory', (factory) => {
  it.each(refused)('%s: %j', async (_sentence, over, code) => {
    expect(await codeOf(factory, { ...login, ...factory.at(port), ...over })).toBe(code);
    expect([visits, received]).toEqual([0, '']);
  });

  it.each(['0'])('NODE_TLS_REJECT_UNAUTHORIZED=%s, set after it was imported', async (value) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', value);
    expect(await codeOf(factory, { ...login, ...factory.at(port) })).toBe('MQWARDEN_TLS_UNVERIFIED');
    expect([visits, received]).toEqual([0, '']);
  });
});

/** What a connection that is followed takes. */
const followed = { refreshMs: 1000, loginAttempts: 1, drainMs: 1000, onEvent: () => undefined };

describe.each(factories.filter((one) => !connecting.includes(one)))('$factory, which does not', (factory) => {
  it.each(Object.entries(followed))('refuses %s, which would have no effect', async (name, value) => {
    const options = { ...login, ...factory.at(port), [name]: value };
    expect(await codeOf(factory, options)).toBe('MQWARDEN_UNKNOWN_OPTION');
  });
});

describe.each(connecting)('$factory, which connects', ({ at, use, factory }) => {
  it.each([
    { drainMs: '30s' },
    { drainMs: -1 },
    { drainMs: Number.NaN },
    // A timer of Node.js that is longer fires at once.
    { drainMs: 2 ** 31 },
    // A look at the store in every millisecond, and endless refusals.
    { refreshMs: 1 },
    { loginAttempts: Number.POSITIVE_INFINITY },
  ])('refuses what is no time, or no number of tries: %o', async (over) => {
    const options = { ...login, ...at(port), ...over };
    expect(await codeOf({ at, use, factory }, options)).toBe('MQWARDEN_OPTIONS');
    expect(visits).toBe(0);
  });

  it('comes where nothing is refused, so that who does not come was kept', async () => {
    await expect(use({ ...login, ...at(port) } as never)).rejects.toThrow();
    expect(visits).toBe(1);
    expect(received).not.toContain('canary');
  });

  it('shows no credential to a broker of another name than serverName', async () => {
    const authority = await createAuthority();
    const good = await weakListener('none', authority, Buffer.alloc(0));
    const options = (serverName: string) =>
      ({ ...login, ...at(good.port), tls: { ca: authority.ca, serverName } }) as never;
    await expect(use(options('elsewhere.internal'))).rejects.toThrow();
    expect([good.trusted(), good.received()]).toEqual([0, '']);
    await expect(use(options('localhost'))).rejects.toThrow();
    expect(good.trusted()).toBe(1);
    good.close();
  });
});

describe('NODE_TLS_REJECT_UNAUTHORIZED=0, set after a client was made', () => {
  it('does not make kafkajs trust anybody', async () => {
    const untrusted = await weakListener('self-signed certificate', await createAuthority(), Buffer.alloc(0));
    const quiet = { retry: { retries: 0 }, logLevel: kafkajs.logLevel.NOTHING };
    const { ca } = await createAuthority();
    const admin = createKafka({
      ...{ ...login, ...quiet, brokers: [`127.0.0.1:${untrusted.port}`], tls: { ca } },
    }).admin();
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    await expect(admin.connect()).rejects.toThrow();
    await admin.disconnect();
    expect([untrusted.trusted(), untrusted.received()]).toEqual([0, '']);
    untrusted.close();
  });

  it('does not make amqplib trust anybody, while the store is asked', async () => {
    const untrusted = await weakListener('self-signed certificate', await createAuthority(), Buffer.alloc(0));
    const { ca } = await createAuthority();
    const secrets = {
      getSecret: () => {
        vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
        return Promise.resolve('canary');
      },
    };
    const attempt = connect({ service: 's', ...amqps(untrusted.port), secrets, tls: { ca } });
    await expect(attempt).rejects.toMatchObject({ code: 'MQWARDEN_CONNECTION' });
    expect([untrusted.trusted(), untrusted.received()]).toEqual([0, '']);
    untrusted.close();
  });
});
