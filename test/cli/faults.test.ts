/**
 * A broker that cannot be used, seen through the real program: within 15 s it ends by itself with 1, prints nothing on stdout,
 * and says in one sentence what is wrong and where, and in another what to do.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createAuthority, restoreAuthority } from '../brokers/certificates.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { namedPorts } from '../brokers/ports.ts';
import { type KafkaProxy, startKafkaProxy } from '../brokers/proxy-kafka.ts';
import { type ManagementProxy, startManagementProxy } from '../brokers/proxy-management.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import {
  certified,
  closing,
  echoing,
  type Endpoint,
  oldTls,
  plaintext,
  silent,
  silentAfterTls,
} from './endpoints.ts';
import { hasProc, marked } from './processes.ts';
import { mqwarden, type Run } from './run.ts';

const { rabbitmq, kafka } = brokersForTests();
const patienceMs = 30_000;
const wrongPassword = 'canary wrong päss"word';
const mark = uniqueName('faults');
const [monitor, nobody, limited] = ['monitor', 'nobody', 'limited'].map((name) => `${name}-${mark}`) as [
  string,
  string,
  string,
];
const password = `canary-${mark}`;
const rabbit = rabbitAdmin(rabbitmq);

let cwd: string;
let cluster: KafkaAdmin;
let down: string;
/** They let the administrator in, and never answer one request. */
let management: ManagementProxy;
let front: KafkaProxy;
const describeAcls = 29;
const endpoints = new Map<string, Endpoint>();

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'mqwarden-faults-'));
  for (const [name, at] of Object.entries({ rabbitmq, kafka })) {
    await writeFile(join(cwd, `${name}.pem`), at.ca);
    const { cert, key } = await at.clientCertificate(mark);
    await writeFile(join(cwd, `${name}-client.pem`), cert);
    await writeFile(join(cwd, `${name}-client.key`), key);
  }
  await writeFile(join(cwd, 'other.pem'), (await createAuthority('another')).ca);
  await writeFile(join(cwd, 'empty.pem'), 'no certificate\n');
  await rabbit.put(`/users/${monitor}`, { password, tags: 'monitoring' });
  await rabbit.put(`/users/${nobody}`, { password, tags: '' });
  cluster = await kafkaAdmin(kafka);
  await cluster.setPassword(limited, password);
  down = `localhost:${(await namedPorts('down')).down}`;
  for (const [name, at] of [
    ['rabbitmq', rabbitmq],
    ['kafka', kafka],
  ] as const) {
    const target = 'brokers' in at ? (at.brokers[0] ?? '') : at.managementUrl;
    const authority = await restoreAuthority(at.ca, at.caKey);
    const elsewhere = await authority.server({ dnsNames: ['broker.internal'], addresses: [] });
    const expired = await authority.server({ expired: true });
    const own = await authority.server();
    endpoints.set(`${name} plaintext`, await plaintext(target, at.ca));
    endpoints.set(`${name} elsewhere`, await certified(target, at.ca, elsewhere));
    endpoints.set(`${name} expired`, await certified(target, at.ca, expired));
    endpoints.set(`${name} silent after TLS`, await silentAfterTls(own));
    endpoints.set(`${name} old TLS`, await oldTls(own));
  }
  endpoints.set('silent', await silent());
  endpoints.set('echoing', await echoing());
  endpoints.set('closing', await closing());
  management = await startManagementProxy(rabbitmq, (_n, { path }) =>
    path.startsWith('/api/definitions') ? 'hang' : 'pass',
  );
  front = await startKafkaProxy(kafka, (_n, { apiKey }) => (apiKey === describeAcls ? 'hang' : 'pass'));
  await begin();
});

afterAll(async () => {
  await Promise.all([...endpoints.values(), management, front].map((one) => one.stop()));
  for (const user of [monitor, nobody]) await rabbit.delete(`/users/${user}`);
  await cluster.deleteScramUser(limited);
  await cluster.close();
  await rm(cwd, { recursive: true, force: true });
});

function endpoint(name: string): Endpoint {
  const found = endpoints.get(name);
  if (found === undefined) throw new Error(`no endpoint ${name}`);
  return found;
}

interface Fault {
  readonly name: string;
  readonly broker: 'rabbitmq' | 'kafka';
  /** What is different from a good environment section. */
  readonly section: () => object;
  /** The endpoint that the sentence names; undefined where the file is at fault. */
  readonly at?: () => string;
  readonly says: string;
  readonly hints: string;
  readonly secret?: string;
}

const good = {
  rabbitmq: () => ({
    managementUrl: rabbitmq.managementUrl,
    vhost: mark,
    tls: { ca: 'rabbitmq.pem' },
    admin: { username: rabbitmq.admin.username, password: 'env:SECRET' },
  }),
  kafka: () => ({
    brokers: kafka.brokers,
    tls: { ca: 'kafka.pem' },
    admin: { username: kafka.admin.username, password: 'env:SECRET' },
  }),
};
const service = {
  rabbitmq: { exchanges: { events: {} }, publishes: ['events'] },
  kafka: { topics: { [mark]: { partitions: 1, replicationFactor: 1 } }, produces: [mark] },
};

let written = 0;

async function topology(broker: 'rabbitmq' | 'kafka', section: object): Promise<string> {
  written += 1;
  const file = `${broker}-${written}.yaml`;
  const document = {
    version: 1,
    name: 'faults',
    environments: { test: { [broker]: { ...good[broker](), ...section }, secrets: 'file:secrets' } },
    services: { [`service-${mark}`]: { [broker]: service[broker] } },
  };
  await writeFile(join(cwd, file), JSON.stringify(document));
  return file;
}

async function run(fault: Fault, command: readonly string[]): Promise<Run> {
  const own = fault.broker === 'rabbitmq' ? rabbitmq.admin.password : kafka.admin.password;
  const secret = fault.secret ?? own;
  const child = uniqueName('child');
  const [name = '', ...flags] = command;
  const done = await mqwarden([name, await topology(fault.broker, fault.section()), ...flags], {
    cwd,
    variables: { SECRET: secret, MQWARDEN_TEST_MARK: child },
    canaries: [secret],
  });
  if (hasProc) expect(marked(child)).toEqual([]);
  return done;
}

function expectFailure({ code, stdout, ms }: Run): void {
  // A code means that it ended by itself: no signal did it.
  expect([code, stdout]).toEqual([1, '']);
  expect(ms).toBeLessThan(patienceMs);
}

const onRabbitMQ = (managementUrl: () => string) => ({
  broker: 'rabbitmq' as const,
  section: () => ({ managementUrl: `https://${managementUrl()}` }),
  at: managementUrl,
});
const onKafka = (broker: () => string) => ({
  broker: 'kafka' as const,
  section: () => ({ brokers: [broker()] }),
  at: broker,
});
const rabbitAt = () => new URL(rabbitmq.managementUrl).host;
const kafkaAt = () => kafka.brokers[0] ?? '';
const wrongHost = () => 'no-such-host.invalid:9999';

const slow: readonly Fault[] = [
  {
    name: 'RabbitMQ accepts and never answers',
    ...onRabbitMQ(() => endpoint('silent').at),
    says: 'no answer in time',
    hints: 'check the address, firewalls on the way, and whether the broker is up',
  },
  {
    name: 'RabbitMQ finishes the TLS handshake and never answers',
    ...onRabbitMQ(() => endpoint('rabbitmq silent after TLS').at),
    says: 'no answer in time',
    hints: 'check the address, firewalls on the way, and whether the broker is up',
  },
  {
    name: 'Kafka accepts and never answers',
    ...onKafka(() => endpoint('silent').at),
    says: 'does not answer within 10 s',
    hints: 'check the address, the firewall, and that the broker is not overloaded',
  },
  {
    name: 'Kafka finishes the TLS handshake and never answers',
    ...onKafka(() => endpoint('kafka silent after TLS').at),
    says: 'does not answer within 10 s',
    hints: 'check the address, the firewall, and that the broker is not overloaded',
  },
  {
    name: 'RabbitMQ lets the administrator in and then never answers',
    broker: 'rabbitmq',
    section: () => ({ managementUrl: management.managementUrl }),
    at: () => new URL(management.managementUrl).host,
    says: 'no answer in time',
    hints: 'check the address, firewalls on the way, and whether the broker is up',
  },
  {
    name: 'Kafka lets the administrator in and then never answers',
    broker: 'kafka',
    section: () => ({ brokers: front.brokers }),
    at: () => front.brokers[0] ?? '',
    says: 'did not answer DescribeAcls within 10 s',
    hints: 'run plan again',
  },
  {
    name: 'every one of several Kafka brokers finishes the TLS handshake and never answers',
    broker: 'kafka',
    section: () => ({ brokers: Array.from({ length: 8 }, () => endpoint('kafka silent after TLS').at) }),
    at: () => endpoint('kafka silent after TLS').at,
    says: 'Kafka brokers can be used',
    hints: 'check the address, the firewall, and that the broker is not overloaded',
  },
];

const quick: readonly Fault[] = [
  {
    name: 'RabbitMQ: a wrong password',
    broker: 'rabbitmq',
    section: () => ({}),
    secret: wrongPassword,
    at: rabbitAt,
    says: `refused the administrator "${rabbitmq.admin.username}"`,
    hints: 'check admin.username and admin.password',
  },
  {
    name: 'RabbitMQ: a CA that did not sign',
    broker: 'rabbitmq',
    section: () => ({ tls: { ca: 'other.pem' } }),
    at: rabbitAt,
    says: 'its certificate is not signed by an authority that is trusted here',
    hints: "name the authority's certificate with `tls: { ca: … }`",
  },
  {
    name: 'RabbitMQ: no CA',
    broker: 'rabbitmq',
    section: () => ({ tls: {} }),
    at: rabbitAt,
    says: 'its certificate is not signed by an authority that is trusted here',
    hints: "name the authority's certificate with `tls: { ca: … }`",
  },
  {
    name: 'RabbitMQ: a CA file without a certificate',
    broker: 'rabbitmq',
    section: () => ({ tls: { ca: 'empty.pem' } }),
    says: 'the TLS files for RabbitMQ cannot be used',
    hints: 'must be PEM files',
  },
  {
    name: 'RabbitMQ: a plaintext listener',
    ...onRabbitMQ(() => endpoint('rabbitmq plaintext').at),
    says: 'what answers there does not speak TLS',
    hints: "the port of the management API's TLS listener is needed",
  },
  {
    name: 'RabbitMQ: something else that is not TLS',
    ...onRabbitMQ(() => endpoint('echoing').at),
    says: 'what answers there does not speak TLS',
    hints: "the port of the management API's TLS listener is needed",
  },
  {
    name: 'RabbitMQ: something that hangs up',
    ...onRabbitMQ(() => endpoint('closing').at),
    says: 'the connection was closed before an answer came',
    hints: 'see the log of the broker',
  },
  {
    name: 'RabbitMQ: the port for AMQP, which wants a client certificate',
    ...onRabbitMQ(() => new URL(rabbitmq.amqpsUrl).host),
    says: 'it demands a client certificate that it trusts',
    hints: 'name one with `tls: { cert: …, key: … }`',
  },
  {
    name: 'RabbitMQ: the port for AMQP',
    broker: 'rabbitmq',
    section: () => ({
      managementUrl: rabbitmq.amqpsUrl.replace('amqps:', 'https:'),
      tls: { ca: 'rabbitmq.pem', cert: 'rabbitmq-client.pem', key: 'rabbitmq-client.key' },
    }),
    at: () => new URL(rabbitmq.amqpsUrl).host,
    says: 'what answers there does not speak HTTP',
    hints: 'the port of the management API is needed',
  },
  {
    name: 'RabbitMQ: a key that does not belong to the certificate',
    broker: 'rabbitmq',
    section: () => ({ tls: { ca: 'rabbitmq.pem', cert: 'rabbitmq.pem', key: 'rabbitmq-client.key' } }),
    says: 'the TLS files for RabbitMQ cannot be used',
    hints: 'the key must belong to the certificate',
  },
  {
    name: 'RabbitMQ: TLS of an old version only',
    ...onRabbitMQ(() => endpoint('rabbitmq old TLS').at),
    says: 'it speaks no TLS from version 1.2 on',
    hints: 'management.ssl.versions.1 = tlsv1.3',
  },
  {
    name: 'RabbitMQ: the port of another protocol over TLS',
    broker: 'rabbitmq',
    section: () => ({ managementUrl: `https://${kafkaAt()}`, tls: { ca: 'kafka.pem' } }),
    at: kafkaAt,
    says: 'the connection was closed before an answer came',
    hints: 'see the log of the broker',
  },
  {
    name: 'RabbitMQ: an http: URL',
    broker: 'rabbitmq',
    section: () => ({ managementUrl: 'http://localhost:15672' }),
    says: 'must begin with https://',
    hints: 'write it as https://rabbitmq.internal:15671',
  },
  {
    name: 'RabbitMQ: another host name in the certificate',
    ...onRabbitMQ(() => endpoint('rabbitmq elsewhere').at),
    says: 'its certificate is for another host name',
    hints: 'use a name that the certificate carries, or set `tls: { serverName: … }` to one',
  },
  {
    name: 'RabbitMQ: an expired certificate',
    ...onRabbitMQ(() => endpoint('rabbitmq expired').at),
    says: 'its certificate has expired',
    hints: 'renew the certificate of the broker',
  },
  {
    name: 'RabbitMQ: down',
    ...onRabbitMQ(() => down),
    says: 'the connection was refused: nothing listens there',
    hints: 'check the port, and whether the broker is up',
  },
  {
    name: 'RabbitMQ: both its endpoints down',
    ...onRabbitMQ(() => down),
    section: () => ({ managementUrl: `https://${down}`, amqpsUrl: `amqps://${down}` }),
    says: 'the connection was refused: nothing listens there',
    hints: 'check the port, and whether the broker is up',
  },
  {
    name: 'RabbitMQ: an unknown host',
    ...onRabbitMQ(wrongHost),
    says: 'the host name cannot be resolved',
    hints: 'check the spelling of managementUrl',
  },
  {
    name: 'RabbitMQ: a user with the tag monitoring',
    broker: 'rabbitmq',
    section: () => ({ admin: { username: monitor, password: 'env:SECRET' } }),
    secret: password,
    at: rabbitAt,
    says: `user "${monitor}" lacks the tag administrator`,
    hints: `rabbitmqctl set_user_tags '${monitor}' administrator`,
  },
  {
    name: 'RabbitMQ: a user without a tag',
    broker: 'rabbitmq',
    section: () => ({ admin: { username: nobody, password: 'env:SECRET' } }),
    secret: password,
    at: rabbitAt,
    says: `refused the administrator "${nobody}"`,
    hints: 'that the user has the tag administrator',
  },
  {
    name: 'RabbitMQ: a path that is not its API',
    broker: 'rabbitmq',
    section: () => ({ managementUrl: `${rabbitmq.managementUrl}/nowhere` }),
    at: rabbitAt,
    says: 'with 404',
    hints: 'check that managementUrl is the address of a RabbitMQ management API',
  },
  {
    name: 'Kafka: a wrong password',
    broker: 'kafka',
    section: () => ({}),
    secret: wrongPassword,
    at: kafkaAt,
    says: `refuses the administrator ${kafka.admin.username}: wrong user name or password`,
    hints: 'check admin.username, and what admin.password refers to',
  },
  {
    name: 'Kafka: a CA that did not sign',
    broker: 'kafka',
    section: () => ({ tls: { ca: 'other.pem' } }),
    at: kafkaAt,
    says: 'has a certificate that is not signed by an authority that is trusted here',
    hints: 'set tls.ca to the PEM file of the CA that signed it',
  },
  {
    name: 'Kafka: no CA',
    broker: 'kafka',
    section: () => ({ tls: {} }),
    at: kafkaAt,
    says: 'has a certificate that is not signed by an authority that is trusted here',
    hints: 'set tls.ca to the PEM file of the CA that signed it',
  },
  {
    name: 'Kafka: a CA file without a certificate',
    broker: 'kafka',
    section: () => ({ tls: { ca: 'empty.pem' } }),
    says: 'the TLS files for Kafka cannot be used',
    hints: 'must be PEM files',
  },
  {
    name: 'Kafka: a plaintext listener',
    ...onKafka(() => endpoint('kafka plaintext').at),
    says: 'ends the TLS handshake: most likely a plaintext listener',
    hints: 'name a SASL_SSL listener',
  },
  {
    name: 'Kafka: something else that is not TLS',
    ...onKafka(() => endpoint('echoing').at),
    says: 'ends the TLS handshake: most likely a plaintext listener',
    hints: 'name a SASL_SSL listener',
  },
  {
    name: 'Kafka: something that hangs up',
    ...onKafka(() => endpoint('closing').at),
    says: 'ends the TLS handshake: most likely a plaintext listener',
    hints: 'name a SASL_SSL listener',
  },
  {
    name: 'Kafka: a listener that wants a client certificate',
    ...onKafka(() => kafka.certificateListener),
    says: 'client certificate',
    hints: 'set tls.cert and tls.key',
  },
  {
    name: 'Kafka: TLS of an old version only',
    ...onKafka(() => endpoint('kafka old TLS').at),
    says: 'speaks no TLS from version 1.2 on',
    hints: 'ssl.enabled.protocols=TLSv1.3,TLSv1.2',
  },
  {
    name: 'Kafka: a key that does not belong to the certificate',
    broker: 'kafka',
    section: () => ({ tls: { ca: 'kafka.pem', cert: 'kafka.pem', key: 'kafka-client.key' } }),
    says: 'the TLS files for Kafka cannot be used',
    hints: 'the key must belong to the certificate',
  },
  {
    name: 'Kafka: a listener without SASL',
    broker: 'kafka',
    section: () => ({
      brokers: [kafka.tlsListener],
      tls: { ca: 'kafka.pem', cert: 'kafka-client.pem', key: 'kafka-client.key' },
    }),
    at: () => kafka.tlsListener,
    says: 'is a listener without SASL',
    hints: 'name a SASL_SSL listener',
  },
  {
    name: 'Kafka: the port of another protocol over TLS',
    broker: 'kafka',
    section: () => ({ brokers: [rabbitAt()], tls: { ca: 'rabbitmq.pem' } }),
    at: rabbitAt,
    says: 'closed the connection during the login',
    hints: 'SASL_SSL',
  },
  {
    name: 'Kafka: a URL',
    broker: 'kafka',
    section: () => ({ brokers: ['http://localhost:9092'] }),
    says: 'must be host:port',
    hints: 'write the host and port of a SASL_SSL listener',
  },
  {
    name: 'Kafka: another host name in the certificate',
    ...onKafka(() => endpoint('kafka elsewhere').at),
    says: 'has a certificate that is for another host name',
    hints: 'use a name that the certificate holds, or set tls.serverName to one',
  },
  {
    name: 'Kafka: an expired certificate',
    ...onKafka(() => endpoint('kafka expired').at),
    says: 'has a certificate that has expired',
    hints: 'renew its certificate',
  },
  {
    name: 'Kafka: down',
    ...onKafka(() => down),
    says: 'refuses the connection: nothing listens there',
    hints: 'check the port, and that the broker runs',
  },
  {
    name: 'Kafka: an unknown host',
    ...onKafka(wrongHost),
    says: 'cannot be found: its host name does not resolve',
    hints: 'check its spelling, and the DNS of this machine',
  },
  {
    name: 'Kafka: an administrator without rights',
    broker: 'kafka',
    section: () => ({ admin: { username: limited, password: 'env:SECRET' } }),
    secret: password,
    at: kafkaAt,
    says: `${limited} sees only a part of Kafka`,
    hints: `kafka-acls --bootstrap-server ${kafkaAt()} --add --allow-principal 'User:${limited}'`,
  },
];

const inJson = new Set([
  'RabbitMQ: a wrong password',
  'RabbitMQ: a user with the tag monitoring',
  'RabbitMQ: an http: URL',
  'Kafka: a wrong password',
  'Kafka: an administrator without rights',
  'Kafka: down',
]);
const onApply = new Set([
  'RabbitMQ accepts and never answers',
  'RabbitMQ: a wrong password',
  'RabbitMQ: both its endpoints down',
  'Kafka accepts and never answers',
  'Kafka: down',
  'Kafka: an administrator without rights',
]);
/** An apply that does not lock needs the broker all the same. */
const notByNotLocking = new Set([
  'RabbitMQ: a wrong password',
  'RabbitMQ: both its endpoints down',
  'Kafka: down',
]);
const faults = [...quick, ...slow];

const early = new Map<string, Promise<Run>>();

/**
 * The slow ones wait for ten seconds each: they begin before all others, each when the one before it is connected, so that
 * what is measured is their patience and not how busy this machine is.
 */
async function begin(): Promise<void> {
  for (const fault of slow) {
    for (const command of commandsOf(fault)) {
      const before = visits();
      const running = run(fault, command);
      running.catch(() => undefined);
      early.set(`${command.join(' ')} ${fault.name}`, running);
      await vi.waitUntil(() => visits() > before, { timeout: 10_000 });
    }
  }
}

function visits(): number {
  const direct = [...endpoints.values()].reduce((sum, one) => sum + one.visits, 0);
  return direct + management.requests.length + front.connections;
}

const plan = ['plan'];
const apply = ['apply', '--yes'];

function commandsOf(fault: Fault): string[][] {
  return onApply.has(fault.name) ? [plan, apply] : [plan];
}

function outcome(fault: Fault, command: readonly string[]): Promise<Run> {
  return early.get(`${command.join(' ')} ${fault.name}`) ?? run(fault, command);
}

describe.concurrent('the sentence, and what to do', () => {
  it.each(faults)('$name', { timeout: 60_000 }, async (fault) => {
    const done = await outcome(fault, plan);
    expectFailure(done);
    const { stderr } = done;
    // `error WHERE WHAT`, and beneath it what to do: nothing else, above all no stack.
    expect(stderr).toMatch(/^error .*\n {2}.*\n$/);
    expect(stderr).toContain(fault.says);
    expect(stderr).toContain(fault.hints);
    expect(stderr).toContain(fault.at?.() ?? `${fault.broker}-`);
  });

  it.each(faults.filter(({ name }) => onApply.has(name)))(
    'apply: $name',
    { timeout: 60_000 },
    async (fault) => {
      const done = await outcome(fault, apply);
      expectFailure(done);
      expect(done.stderr).toMatch(/^error .*\n {2}.*\n$/);
      expect(done.stderr).toContain(fault.says);
      if (notByNotLocking.has(fault.name)) expect(done.stderr).not.toContain('--no-lock');
    },
  );

  it.each(faults.filter(({ name }) => inJson.has(name)))('as JSON: $name', async (fault) => {
    const done = await run(fault, ['plan', '--format', 'json']);
    expectFailure(done);
    const { version, error } = JSON.parse(done.stderr) as { version: number; error: Record<string, unknown> };
    expect(version).toBe(1);
    expect(error['code']).toMatch(/^MQWARDEN_[A-Z_]+$/);
    expect(error['message']).toContain(fault.says);
    expect(error['hint']).toContain(fault.hints);
    if (fault.at === undefined) expect(error['line']).toBe(1);
    else expect(error['endpoint']).toBe(fault.at());
  });
});

describe('what the hints advise is right', () => {
  it.each([
    {
      broker: 'rabbitmq' as const,
      section: () => ({
        managementUrl: `https://${endpoint('rabbitmq elsewhere').at}`,
        tls: { ca: 'rabbitmq.pem', serverName: 'broker.internal' },
      }),
    },
    {
      broker: 'kafka' as const,
      section: () => ({
        brokers: [endpoint('kafka elsewhere').at],
        tls: { ca: 'kafka.pem', serverName: 'broker.internal' },
      }),
    },
  ])('$broker: tls.serverName', async (one) => {
    const done = await run({ ...one, name: '', says: '', hints: '' }, ['plan']);
    expect([done.code, done.stderr]).toEqual([0, '']);
    expect(done.stdout).toContain(`service-${mark}`);
  });

  it('Kafka: a second broker is tried when the first is down', async () => {
    const section = () => ({ brokers: [down, ...kafka.brokers] });
    const done = await run({ broker: 'kafka', section, name: '', says: '', hints: '' }, ['plan']);
    expect([done.code, done.stderr]).toEqual([0, '']);
  });
});

it('writes nothing to one broker while the other cannot be read', async () => {
  const file = 'both.yaml';
  const environment = {
    rabbitmq: good.rabbitmq(),
    kafka: { ...good.kafka(), brokers: [down] },
    secrets: 'file:secrets',
  };
  const services = { [`service-${mark}`]: service };
  const document = { version: 1, name: 'faults', environments: { test: environment }, services };
  await writeFile(join(cwd, file), JSON.stringify(document));
  const done = await mqwarden(['apply', '--yes', file], {
    cwd,
    variables: { SECRET: rabbitmq.admin.password },
    canaries: [rabbitmq.admin.password],
  });
  expectFailure(done);
  expect(done.stderr).toContain(`Kafka at ${down} refuses the connection`);
  expect((await rabbit.request('GET', `/vhosts/${mark}`)).status).toBe(404);
  expect((await rabbit.request('GET', `/users/service-${mark}`)).status).toBe(404);
});
