import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { kafka as broker } from '../../src/brokers/kafka/index.ts';
import { quotaAddress } from '../../src/brokers/kafka/resources.ts';
import { BrokerError, ConnectionError, PartialView } from '../../src/core/errors.ts';
import { createAuthority } from '../brokers/certificates.ts';
import { startKafkaProxy } from '../brokers/proxy-kafka.ts';
import { type Live, unwatched, startLive } from './live.ts';
import { containing, matching } from './matchers.ts';

/** What the administrator sees, what it does not, and why it cannot get in. */

vi.setConfig({ testTimeout: 30_000, hookTimeout: 120_000 });

let live: Live;
let silent: Server;
let silentEndpoint: string;

beforeAll(async () => {
  // One broker: with more there is no proxy that every client stays on.
  live = await startLive({ proxySlots: 1, nodes: 1 });
  silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const bound = silent.address();
  silentEndpoint = `127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
});

afterAll(async () => {
  silent.close();
  await live.kafka.stop();
});

describe('what the broker would refuse is known at plan time', () => {
  it.each([
    [
      { replicationFactor: 3 },
      /^INVALID_REPLICATION_FACTOR: /,
      'lower replicationFactor, or start more brokers',
    ],
    [
      { config: { 'retention.ms': 'soon' } },
      /^INVALID_CONFIG: /,
      "correct the `config` of the topic; the names and values are those of the broker's version",
    ],
    [
      { config: { 'no.such.config': 1 } },
      /^INVALID_CONFIG: /,
      "correct the `config` of the topic; the names and values are those of the broker's version",
    ],
  ])('%j', async (topic, reason, hint) => {
    const { changes, blocked } = await live.plan({ o: { topics: { orders: topic, fine: null } } });
    expect(blocked).toEqual([
      { address: 'kafka:topic:orders', action: 'create', reason: matching(reason), hint },
    ]);
    expect(changes.map(({ address }) => address)).toEqual(['kafka:topic:fine', 'kafka:user:o']);
  });
});

describe('what is no verdict', () => {
  it('stops the plan: a throttled administrator', async () => {
    const limited = { username: 'limited', password: 'pässword of limited' };
    const cluster = { resource: 'cluster', operations: ['describe', 'describe_configs', 'create'] };
    await live.converge({ limited: { grants: [{ ...cluster, reason: 'r' }] } });
    const after = { controllerMutationRate: 0.01 };
    const address = quotaAddress({ user: 'limited' });
    await live.write([{ action: 'create', address, kind: 'kafka:quota', reason: '', before: null, after }]);
    const services = { o: { topics: { a: { partitions: 9 }, b: { partitions: 9 } } } };
    const planned = () => live.plan(services, limited).then(() => undefined, asIs);
    await expect.poll(planned, { timeout: 10_000 }).toBeInstanceOf(BrokerError);
    expect(await planned()).toMatchObject({
      message: containing('THROTTLING_QUOTA_EXCEEDED'),
      hint: containing('run it again'),
    });
    await live.wipe();
  });
});

const asIs = (reason: unknown) => reason;

describe('a partial view is refused', () => {
  const limited = { username: 'limited', password: 'pässword of limited' };
  const cluster = (...operations: string[]) => ({ resource: 'cluster', operations, reason: 'r' });
  const onTopics = (...operations: string[]) => ({ resource: 'topic', name: '*', operations, reason: 'r' });
  const wanted = { o: { topics: { orders: { config: {} } } } };

  it.each([
    [
      'nothing',
      [],
      'it lacks DESCRIBE and DESCRIBE_CONFIGS on the cluster',
      '--operation Describe --operation DescribeConfigs --cluster',
    ],
    [
      'DESCRIBE',
      [cluster('describe')],
      'it lacks DESCRIBE_CONFIGS on the cluster',
      '--operation DescribeConfigs --cluster',
    ],
    [
      'no CREATE',
      [cluster('describe', 'describe_configs')],
      'whether topic orders exists cannot be told by limited: TOPIC_AUTHORIZATION_FAILED',
      "--operation Create --topic '*'",
    ],
    [
      'no DESCRIBE of a topic that is there',
      [cluster('describe', 'describe_configs', 'create')],
      'it exists, but is left out of the metadata',
      '--operation Describe --topic orders',
    ],
    [
      'no DESCRIBE_CONFIGS of a topic',
      [cluster('describe', 'describe_configs', 'create'), onTopics('describe')],
      'TOPIC_AUTHORIZATION_FAILED',
      '--operation DescribeConfigs --topic orders',
    ],
  ])('an administrator with %s', async (_name, grants, message, hint) => {
    await live.converge({ ...wanted, limited: { grants } });
    const error: unknown = await live.read(wanted, limited).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PartialView);
    expect(error).toMatchObject({
      message: containing(message),
      hint: containing(hint),
      endpoint: live.kafka.brokers[0],
    });
  });

  it('one with all of these sees everything', async () => {
    const grants = [
      cluster('describe', 'describe_configs', 'create'),
      onTopics('describe', 'describe_configs'),
    ];
    await live.converge({ ...wanted, limited: { grants } });
    const [all, same] = [await live.read(wanted), await live.read(wanted, limited)];
    expect(same.resources).toEqual(all.resources);
  });

  it('but what it may not write fails item by item', async () => {
    const { changes } = await live.plan({ p: { produces: ['orders'] } });
    const made = changes.filter(({ action }) => action === 'create');
    const outcomes = await live.write(made, limited);
    expect(outcomes.size).toBe(3);
    for (const outcome of outcomes.values()) {
      expect(outcome).toMatchObject({
        status: 'failed',
        error: containing('CLUSTER_AUTHORIZATION_FAILED'),
      });
    }
  });
});

describe('the true cause, in one sentence', () => {
  const failure = async (section: object, context = live.context()): Promise<ConnectionError> => {
    const error: unknown = await broker
      .read(live.target(section), { desired: [] }, context)
      .catch((reason: unknown) => reason);
    if (error instanceof ConnectionError) return error;
    throw new Error('a ConnectionError was expected', { cause: error });
  };

  /** Silence is silence after 2 s, too. */
  const impatient = () => ({ ...live.context(), timeoutMs: 2000 });

  it('a wrong password, told without it', async () => {
    const error = await failure({}, live.context('canary-secret'));
    const endpoint = live.kafka.brokers[0] ?? '';
    expect(error.message).toBe(
      `Kafka at ${endpoint} refuses the administrator admin: wrong user name or password for SCRAM-SHA-512`,
    );
    expect(error).toMatchObject({
      endpoint,
      hint: 'check admin.username, and what admin.password refers to',
    });
    expect(JSON.stringify(error) + String(error.stack) + String(error.cause)).not.toContain('canary-secret');
  });

  it('a CA that did not sign', async () => {
    const other = join(live.kafka.folder, 'other.pem');
    await writeFile(other, (await createAuthority('another')).ca);
    expect((await failure({ tls: { ca: other } })).message).toMatch(
      /a certificate that is not signed by an authority that is trusted here$/,
    );
    expect((await failure({ tls: undefined })).message).toMatch(
      /a certificate that is not signed by an authority that is trusted here$/,
    );
  });

  it('a file that is no certificate', async () => {
    const none = join(live.kafka.folder, 'none.pem');
    await writeFile(none, 'nothing');
    expect(await failure({ tls: { ca: none } })).toMatchObject({
      message: matching(/^the TLS files for Kafka cannot be used: /),
      position: { file: 'production.yaml#tls' },
    });
  });

  it('a certificate for another name', async () => {
    const error = await failure({ tls: { ca: live.kafka.caFile, serverName: 'kafka.internal' } });
    expect(error.message).toMatch(/has a certificate that is for another host name$/);
  });

  it('a client certificate that is missing', async () => {
    expect((await failure({ brokers: [live.kafka.certificateListener] })).hint).toContain('tls.cert');
  });

  it('a listener without SASL', async () => {
    const client = await live.kafka.clientCertificate('somebody');
    const tls = { ca: live.kafka.caFile, cert: client.certFile, key: client.keyFile };
    expect((await failure({ brokers: [live.kafka.tlsListener], tls })).message).toMatch(
      /is a listener without SASL$/,
    );
  });

  it('nobody there, no such name, one after the other', async () => {
    const refused = 'refuses the connection: nothing listens there';
    const unknown = 'cannot be found: its host name does not resolve';
    expect((await failure({ brokers: ['localhost:1'] })).message).toBe(`Kafka at localhost:1 ${refused}`);
    expect((await failure({ brokers: ['localhost:1', 'nowhere.invalid:9093'] })).message).toBe(
      `none of the 2 Kafka brokers can be used: localhost:1 ${refused}; nowhere.invalid:9093 ${unknown}`,
    );
  });

  it('silence, within the time', async () => {
    const started = Date.now();
    expect((await failure({ brokers: [silentEndpoint] }, impatient())).message).toBe(
      `Kafka at ${silentEndpoint} does not answer within 2 s`,
    );
    expect(Date.now() - started).toBeLessThan(4000);
  });

  const silence = (count: number) => Array<string>(count).fill(silentEndpoint);

  it('silence of eight brokers, within the time of one', async () => {
    const started = Date.now();
    const error = await failure({ brokers: silence(8) }, impatient());
    expect(Date.now() - started).toBeLessThan(4000);
    expect(error.message).toMatch(/^none of the 8 Kafka brokers can be used: /);
    expect(error.message.match(/does not answer within/g)).toHaveLength(8);
  });

  it('but one that is well after seven that are not is found, and the others are let go', async () => {
    const brokers = [...silence(7), ...live.kafka.brokers];
    const before = process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
    const started = Date.now();
    const { resources } = await broker.read(live.target({ brokers }), { desired: [] }, live.context());
    expect(resources.map(({ address }) => address)).toContain('kafka:user:admin');
    expect(Date.now() - started).toBeLessThan(8000);
    const after = process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
    expect(after).toBeLessThanOrEqual(before);
  });

  it('a broker that hangs in the middle of the login, as soon for a writer', async () => {
    // ApiVersions after the login is the last step; version 3 is ours, the client's own is older.
    const proxy = await startKafkaProxy(live.kafka, (_n, { apiKey, apiVersion }) =>
      apiKey === 18 && apiVersion === 3 ? 'hang' : 'pass',
    );
    const started = Date.now();
    await expect(
      broker.writer(live.target({ brokers: proxy.brokers }), impatient(), live.credentials, unwatched),
    ).rejects.toThrow(/does not answer within 2 s$/);
    expect(Date.now() - started).toBeLessThan(4000);
    await proxy.stop();
  });

  it('but the next broker is tried', async () => {
    const brokers = ['localhost:1', ...live.kafka.brokers];
    const { resources } = await broker.read(live.target({ brokers }), { desired: [] }, live.context());
    expect(resources.map(({ address }) => address)).toContain('kafka:user:admin');
  });

  it('a client certificate lets it in where one is demanded', async () => {
    const client = await live.kafka.clientCertificate('somebody');
    const tls = { ca: live.kafka.caFile, cert: client.certFile, key: client.keyFile };
    const target = live.target({ brokers: [live.kafka.certificateListener], tls });
    const { resources } = await broker.read(target, { desired: [] }, live.context());
    expect(resources.map(({ address }) => address)).toContain('kafka:user:admin');
  });
});
