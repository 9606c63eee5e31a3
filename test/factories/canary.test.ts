/**
 * What the factories tell of themselves: events, errors with all that they are caused by, log lines, and the connections as a
 * logger would print them. No password, key or passphrase is in any of it, whether all goes well or not.
 */
import { createPrivateKey } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type ConnectionEvent } from '../../src/brokers/rabbitmq/connect.ts';
import { createKafka } from '../../src/brokers/kafka/connect.ts';
import { type Authority, restoreAuthority } from '../brokers/certificates.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { namedPorts } from '../brokers/ports.ts';
import { startTcpProxy, type TcpProxy } from '../brokers/proxy.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { leaksIn, type Text } from '../cli/canary-search.ts';
import { closingWithEcho } from './echo.ts';
import { kafkaUsers, rabbitUsers, rotate, storeOf, type Store, until } from './support.ts';
import { type Listener, type Weakness, weakListener } from './weak.ts';

const { rabbitmq, kafka: cluster } = brokersForTests();
const rabbit = rabbitAdmin(rabbitmq);
const mark = uniqueName('canary');
const vhost = uniqueName('canary');
const decorated = (what: string) => `${uniqueName(what)} "p\\ä%ss/w+rd&<é>~ü`;
const [first, second, wrong, passphrase, token] = ['first', 'second', 'wrong', 'passphrase', 'token'].map(
  decorated,
) as [string, string, string, string, string];

let certificate: { cert: string; key: string };
let locked: string;
let folder: string;
let down: number;
let admin: KafkaAdmin;
let amqps: TcpProxy;
let echo: Awaited<ReturnType<typeof closingWithEcho>>;
const listeners = new Map<string, Listener>();
/** All that was told, thrown, logged, or printed of an object. */
const texts: Text[] = [];

const users = () => rabbitUsers(rabbit, vhost);
const [one, two] = [`one-${mark}`, `two-${mark}`];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqwarden-factories-'));
  const { cert, key } = await rabbitmq.clientCertificate(one);
  certificate = { cert, key };
  locked = createPrivateKey(certificate.key).export({
    ...{ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase },
  }) as string;
  down = (await namedPorts('down')).down;
  await rabbit.put(`/vhosts/${vhost}`);
  admin = await kafkaAdmin(cluster);
  for (const [name, password] of Object.entries({ [one]: first, [two]: second })) {
    await rabbit.put(`/users/${name}`, { password, tags: '' });
    const all = { configure: '.*', write: '.*', read: '.*' };
    await rabbit.put(`/permissions/${vhost}/${name}`, all);
    await kafkaUsers(admin, mark, mark).add(name);
    await admin.setPassword(name, password);
  }
  await admin.createTopic(mark, 1);
  amqps = await startTcpProxy(rabbitmq.amqpsUrl);
  for (const [broker, at] of Object.entries({ rabbitmq, kafka: cluster })) {
    const authority: Authority = await restoreAuthority(at.ca, at.caKey);
    for (const weakness of weak) {
      listeners.set(`${broker} ${weakness}`, await weakListener(weakness, authority, Buffer.alloc(0)));
    }
  }
  echo = await closingWithEcho(rabbitmq, certificate);
});
afterAll(async () => {
  for (const listener of listeners.values()) listener.close();
  await Promise.all([amqps.stop(), echo.stop()]);
  await rabbit.delete(`/vhosts/${vhost}`);
  for (const name of [one, two]) {
    await users().drop(name);
    await kafkaUsers(admin, mark, mark).drop(name);
  }
  await admin.deleteTopics([mark]);
  await admin.close();
  await rm(folder, { recursive: true, force: true });
});

const weak = [
  'plaintext',
  'self-signed certificate',
  'certificate for another host',
  'expired certificate',
  'TLS 1.1 only',
] as const satisfies Weakness[];
const portOf = (name: string): number => listeners.get(name)?.port ?? 0;

/** As a careful logger would print it, and as a careless one. */
function show(name: string, value: unknown): void {
  const depth = Number.POSITIVE_INFINITY;
  const unlimited = { depth, maxArrayLength: null, maxStringLength: null, breakLength: Infinity };
  texts.push({ name, text: inspect(value, unlimited) });
  if (value instanceof Error) texts.push({ name, text: `${value.message}\n${value.stack ?? ''}` });
  const json = jsonOf(value);
  if (json !== undefined) texts.push({ name: `${name} as JSON`, text: json });
}

/** Undefined where it goes in circles. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** What a failure is, and the words that it must be told with. */
interface Failure {
  readonly name: string;
  readonly options: () => object | Promise<object>;
  readonly says: RegExp;
}

/** What both have in common: the source of the credential, and the client's certificate. */
const ofSources: readonly Failure[] = [
  {
    name: 'a wrong password',
    options: () => ({ secrets: storeOf(one, wrong) }),
    says: /refused user|authentication failed/i,
  },
  {
    name: 'a wrong password that was given',
    options: () => ({ secrets: undefined, username: one, password: wrong }),
    says: /refused user|authentication failed/i,
  },
  {
    name: 'a source that throws with the secret in its words',
    options: () => ({
      secrets: {
        getSecret: () =>
          Promise.reject(Object.assign(new Error('the source is down'), { config: { token } })),
      },
    }),
    says: /cannot be read: the source is down/,
  },
  {
    name: 'a source whose parser repeats the secret',
    options: () => ({
      secrets: { getSecret: () => Promise.resolve().then(() => JSON.parse(`"${first} ${token}`) as string) },
    }),
    says: /cannot be read/,
  },
  {
    name: 'a store with a file that is no JSON',
    options: async () => {
      for (const broker of ['rabbitmq', 'kafka']) {
        await mkdir(join(folder, broker), { recursive: true, mode: 0o700 });
        const file = join(folder, broker, `${one}.json`);
        await writeFile(file, `{"username": "${one}", "password": ${first}`);
        await chmod(file, 0o600);
      }
      return { secrets: `file:${folder}` };
    },
    says: /is not a JSON object/,
  },
  {
    name: 'half a credential',
    options: () => ({ secrets: undefined, password: first }),
    says: /no complete credential/,
  },
  {
    name: 'a key with a passphrase',
    options: () => ({ tls: { ca: rabbitmq.ca, cert: certificate.cert, key: locked } }),
    says: /tls.cert and tls.key cannot be used/,
  },
  {
    name: 'an option with the passphrase',
    options: () => ({ tls: { ca: rabbitmq.ca, cert: certificate.cert, key: locked, passphrase } }),
    says: /option tls.passphrase is not known/,
  },
  {
    name: 'a key that is broken',
    options: () => ({
      tls: { cert: certificate.cert, key: certificate.key.replace('-----END', `${first}\n-----END`) },
    }),
    says: /tls.cert and tls.key cannot be used/,
  },
  {
    name: 'an option of its own for SASL',
    options: () => ({ sasl: { mechanism: 'plain', username: one, password: first } }),
    says: /refused|not known/,
  },
];

const ofRabbit: readonly Failure[] = [
  ...weak.map((weakness) => ({
    name: `a listener with: ${weakness}`,
    options: () => ({ url: `amqps://localhost:${portOf(`rabbitmq ${weakness}`)}` }),
    says: /cannot connect to/,
  })),
  { name: 'nothing listens', options: () => ({ url: `amqps://localhost:${down}` }), says: /ECONNREFUSED/ },
  {
    name: 'a vhost that is not there',
    options: () => ({ vhost: `no-${vhost}` }),
    says: /was not let into vhost/,
  },
  {
    name: 'a password in the URL',
    options: () => ({ url: `amqps://u:${encodeURIComponent(first)}@localhost:1` }),
    says: /credentials in a URL are refused/,
  },
  {
    name: 'a broker that says the password back',
    options: () => ({ url: echo.url }),
    says: /refused user/,
  },
];

const ofKafka: readonly Failure[] = [
  ...weak.map((weakness) => ({
    name: `a listener with: ${weakness}`,
    options: () => ({ brokers: [`localhost:${portOf(`kafka ${weakness}`)}`] }),
    says: /./,
  })),
  // kafkajs has no words for it where the host has two addresses.
  {
    name: 'nothing listens',
    options: () => ({ brokers: [`localhost:${down}`] }),
    says: /ECONNREFUSED|Connection error/,
  },
  {
    name: 'a listener without SASL',
    options: () => ({ brokers: [cluster.tlsListener] }),
    says: /./,
  },
  {
    name: 'a password in an address',
    options: () => ({ brokers: [`u:${encodeURIComponent(first)}@localhost:1`] }),
    says: /credentials in an address are refused/,
  },
];

describe('RabbitMQ', () => {
  const options = (name: string, more: object = {}) => ({
    ...{ service: one, url: rabbitmq.amqpsUrl, vhost, secrets: storeOf(one, first) as Store | undefined },
    ...{ tls: { ca: rabbitmq.ca, ...certificate }, loginAttempts: 1, refreshMs: 100 },
    onEvent: (event: ConnectionEvent) => show(`${name}: an event`, event),
    ...more,
  });

  it.each([...ofSources, ...ofRabbit])('$name', async ({ name, options: over, says }) => {
    const error: unknown = await connect(options(name, await over())).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    show(`RabbitMQ, ${name}: the error`, error);
    expect(String(error)).toMatch(says);
  });

  it('connects, breaks, is rotated, and closes', async () => {
    const secrets = storeOf(one, first);
    const types: string[] = [];
    const connection = await connect(
      options('all well', {
        secrets,
        url: `amqps://localhost:${amqps.port}`,
        onEvent: (event: ConnectionEvent) => {
          types.push(event.type);
          show('an event', event);
        },
      }),
    );
    connection.on('error', () => undefined);
    for (const name of ['connect', 'disconnect', 'handover']) {
      connection.on(name, (value: unknown) => show(`what ${name} gives`, value));
    }
    const channel = await connection.createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    channel.on('error', () => undefined);
    const look = (when: string): void => {
      show(`the connection, ${when}`, connection);
      show(`amqplib's connection, ${when}`, connection.connection);
      show(`a channel, ${when}`, channel);
    };
    const publisher = connection.publisher();
    await publisher.sendToQueue(queue, Buffer.from('x'));
    show('a publisher', publisher);
    look('open');
    amqps.cut();
    await until(() => types.includes('reconnect'), 'a reconnect');
    rotate(secrets, storeOf(two, second));
    await until(() => types.includes('handover'), 'a handover');
    look('after a rotation');
    await connection.close();
    look('closed');
    show('an error after the end', await connection.createChannel().catch((error: unknown) => error));
    expect(types).toContain('close');
  });
});

describe('Kafka', () => {
  const options = (name: string, more: object = {}) => ({
    ...{ service: one, brokers: cluster.brokers, secrets: storeOf(one, first) as Store | undefined },
    ...{ tls: { ca: cluster.ca }, loginAttempts: 1, refreshMs: 100, retry: { retries: 0 } },
    logLevel: kafkajs.logLevel.DEBUG,
    logCreator: () => (entry: object) => show(`${name}: a line of the log`, entry),
    onEvent: (event: ConnectionEvent) => show(`${name}: an event`, event),
    ...more,
  });

  it.each([...ofSources, ...ofKafka])('$name', async ({ name, options: over, says }) => {
    const given = await over();
    const tls = 'tls' in given ? { tls: { ...(given.tls as object), ca: cluster.ca } } : {};
    const error = await (async () =>
      createKafka(options(name, { ...given, ...tls }))
        .admin()
        .connect())().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    show(`Kafka, ${name}: the error`, error);
    expect(String(error)).toMatch(says);
  });

  it('connects, is rotated, and closes', async () => {
    const secrets = storeOf(one, first);
    const types: string[] = [];
    const kafka = createKafka(
      options('all well', {
        secrets,
        onEvent: (event: ConnectionEvent) => {
          types.push(event.type);
          show('an event', event);
        },
      }),
    );
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic: mark, messages: [{ value: 'x' }] });
    show('kafka', kafka);
    show('a producer', producer);
    rotate(secrets, storeOf(two, second));
    await until(() => types.includes('handover'), 'a handover');
    await producer.send({ topic: mark, messages: [{ value: 'x' }] });
    show('kafka after a rotation', kafka);
    await producer.disconnect();
    show(
      'an error after the end',
      await producer.send({ topic: mark, messages: [] }).catch((e: unknown) => e),
    );
    expect(types).toContain('connect');
  });
});

it('afterwards: no password, key or passphrase was in any of it', () => {
  const lines = [certificate.key, locked]
    .flatMap((pem) => pem.split('\n'))
    .filter((line) => line !== '' && !line.startsWith('-----'));
  for (const broker of ['RabbitMQ', 'Kafka']) {
    const errors = new Set(texts.map(({ name }) => name).filter((name) => name.startsWith(`${broker}, `)));
    expect(errors.size, broker).toBeGreaterThanOrEqual(8);
  }
  expect(texts.length).toBeGreaterThan(100);
  // It came as far as the error, and was taken out there.
  const echoed = texts.filter(
    ({ name }) => name === 'RabbitMQ, a broker that says the password back: the error',
  );
  expect(echoed[0]?.text).toContain('Login was refused for [redacted]');
  const leaks = leaksIn(texts, [first, second, wrong, passphrase, token, ...lines]);
  expect([...new Set(leaks)]).toEqual([]);
});
