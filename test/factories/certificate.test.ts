/** Services that are who their client certificate says, connected by their topology: no password anywhere. */
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ConnectionEvent, createKafka } from '../../src/brokers/kafka/connect.ts';
import { connect } from '../../src/brokers/rabbitmq/connect.ts';
import { createFromTopology } from '../../src/service.ts';
import { createAuthority } from '../brokers/certificates.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { stand, type Standing } from '../proof/services.ts';
import { until } from './support.ts';
import { weakListener } from './weak.ts';

const { rabbitmq, kafka } = brokersForTests();
const run = uniqueName('factory');
const [shop, ledger, bare] = [`shop-${run}`, `ledger-${run}`, `bare-${run}`] as const;
const logLevel = kafkajs.logLevel.NOTHING;

const clean: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const undo of clean) await undo();
});

/** `NAME.pem` and `NAME.key`, as `serviceTls` names them. */
async function certificates(
  issue: (name: string) => Promise<{ cert: string; key: string }>,
  names: readonly string[],
): Promise<Record<string, string>> {
  const all = await Promise.all(names.map(async (name) => ({ name, ...(await issue(name)) })));
  return Object.fromEntries(
    all.flatMap(({ name, cert, key }) => [
      [`${name}.pem`, cert],
      [`${name}.key`, key],
    ]),
  );
}

const serviceTls = { cert: '{service}.pem', key: '{service}.key' };

describe('RabbitMQ', () => {
  const admin = rabbitAdmin(rabbitmq);
  const [home, other] = [uniqueName('home'), uniqueName('other')];
  let stood: Standing;
  let topology: string;

  beforeAll(async () => {
    const files = await certificates((name) => rabbitmq.clientCertificate(name), [shop, ledger]);
    clean.push(async () => {
      for (const vhost of [home, other]) await admin.delete(`/vhosts/${vhost}`);
      for (const user of [shop, ledger]) await admin.delete(`/users/${user}`);
    });
    const section = {
      managementUrl: rabbitmq.managementUrl,
      amqpsUrl: rabbitmq.amqpsUrl,
      vhost: home,
      vhosts: { books: other },
      tls: { ca: 'ca.pem' },
      serviceTls,
      admin: { username: rabbitmq.admin.username, password: 'env:ADMIN' },
    };
    const place = {
      section,
      files: { 'ca.pem': rabbitmq.ca, ...files },
      variables: { ADMIN: rabbitmq.admin.password },
      claims: { users: `*-${run}` },
    };
    stood = await stand('rabbitmq', place, {
      [shop]: {
        auth: 'certificate',
        queues: { work: { allow: { publish: [] } } },
        sends: ['work'],
        consumes: ['work', { queue: 'entries', vhost: 'books' }],
      },
      [ledger]: { vhost: 'books', queues: { entries: { allow: { consume: [shop] } } }, sends: ['entries'] },
    });
    clean.push(() => stood.workspace.remove());
    topology = join(stood.workspace.folder, 'mqwarden.yaml');
  }, 60_000);

  it('logs in by EXTERNAL, in each vhost where the service does something, beside one with a password', async () => {
    const service = await createFromTopology(shop, 'test', { topology, variables: {} });
    expect(service.vhosts).toEqual(['default', 'books']);
    expect(service.rabbitmqOptions).toMatchObject({
      auth: 'certificate',
      vhost: home,
      tls: { cert: join(stood.workspace.folder, `${shop}.pem`), ca: join(stood.workspace.folder, 'ca.pem') },
    });
    expect(service.rabbitmqOptions).not.toHaveProperty('secrets');
    const events: ConnectionEvent[] = [];
    const onEvent = (event: ConnectionEvent) => events.push(event);
    const connection = await service.rabbitmq({ onEvent });
    const books = await service.rabbitmq({ vhost: 'books', onEvent });
    const writer = await createFromTopology(ledger, 'test', { topology, variables: {} });
    expect(writer.rabbitmqOptions).toMatchObject({
      vhost: other,
      secrets: `file:${join(stood.workspace.folder, 'secrets')}`,
    });
    const ledgers = await writer.rabbitmq();
    onTestFinished(async () => {
      for (const one of [connection, books, ledgers]) await one.close();
    });
    const seen: string[] = [];
    await connection.consumer('work', ({ content }) => seen.push(content.toString()));
    await books.consumer('entries', ({ content }) => seen.push(content.toString()));
    await connection.publisher().sendToQueue('work', Buffer.from('at home'));
    await ledgers.publisher().sendToQueue('entries', Buffer.from('in the books'));
    await until(() => seen.length === 2, 'both delivered');
    expect(seen.toSorted()).toEqual(['at home', 'in the books']);
    expect(events.map(({ type, outcome, username }) => [type, outcome, username])).toEqual([
      ['connect', 'succeeded', `CN=${shop}`],
      ['connect', 'succeeded', `CN=${shop}`],
    ]);
    await expect(service.rabbitmq({ vhost: 'nowhere' })).rejects.toThrow(
      'does nothing in a vhost called nowhere',
    );
    await expect(service.rabbitmq({ username: 'u', password: 'p' })).rejects.toMatchObject({
      code: 'MQWARDEN_CREDENTIALS',
    });
  });

  it('goes on with a certificate that was renewed, which the broker sees', async () => {
    const service = await createFromTopology(shop, 'test', { topology, variables: {} });
    const connection = await service.rabbitmq();
    onTestFinished(() => connection.close());
    expect(await connection.refresh()).toBe(false);
    const { cert, key } = await rabbitmq.clientCertificate(shop);
    // As whoever renews it does: one file after the other.
    writeFileSync(join(stood.workspace.folder, `${shop}.pem`), cert);
    await expect(connection.refresh()).rejects.toThrow('tls.key does not belong to tls.cert');
    writeFileSync(join(stood.workspace.folder, `${shop}.key`), key);
    expect(await connection.refresh()).toBe(true);
    const validity = async () => {
      const all = await admin.get<{ user: string; peer_cert_validity: string }[]>(
        `/vhosts/${home}/connections`,
      );
      return all.filter(({ user }) => user === shop).map((one) => one.peer_cert_validity);
    };
    await until(async () => {
      const now = await validity();
      return now.length === 1 && now[0]?.includes(beginOf(cert)) === true;
    }, 'one connection, with the renewed certificate');
  });

  it('is refused for a name that the broker has no user for, and given up after as many attempts as it may', async () => {
    const stranger = await rabbitmq.clientCertificate(`stranger-${run}`);
    const events: ConnectionEvent[] = [];
    const attempt = connect({
      ...{ service: shop, url: rabbitmq.amqpsUrl, vhost: home, auth: 'certificate', loginAttempts: 2 },
      tls: { ca: rabbitmq.ca, cert: stranger.certFile, key: stranger.keyFile },
      onEvent: (event) => events.push(event),
    });
    await expect(attempt).rejects.toMatchObject({ code: 'MQWARDEN_ACCESS_REFUSED' });
    expect(events.map(({ outcome }) => outcome)).toEqual(['refused', 'stopped']);
  });

  it('refuses a certificate of the user guest before it is shown', async () => {
    const guest = await rabbitmq.clientCertificate('guest');
    const tls = { ca: rabbitmq.ca, cert: guest.cert, key: guest.key };
    const attempt = connect({ service: shop, url: rabbitmq.amqpsUrl, vhost: home, auth: 'certificate', tls });
    await expect(attempt).rejects.toMatchObject({ code: 'MQWARDEN_GUEST' });
  });
});

describe('Kafka', () => {
  const topic = `${run}.orders`;
  let stood: Standing;
  let topology: string;

  beforeAll(async () => {
    const files = await certificates((name) => kafka.clientCertificate(name), [shop]);
    const place = {
      section: {
        brokers: kafka.brokers,
        certificateBrokers: [kafka.tlsListener],
        tls: { ca: 'ca.pem' },
        serviceTls,
        admin: { username: kafka.admin.username, password: 'env:ADMIN' },
      },
      files: { 'ca.pem': kafka.ca, ...files },
      variables: { ADMIN: kafka.admin.password },
      claims: { principals: `*-${run}` },
    };
    stood = await stand('kafka', place, {
      [shop]: {
        auth: 'certificate',
        topics: { [topic]: { partitions: 1, replicationFactor: 1 } },
        produces: [topic],
        consumes: [{ topic, group: run }],
      },
      [bare]: { auth: 'external', produces: [topic] },
    });
    clean.push(() => stood.workspace.remove());
    topology = join(stood.workspace.folder, 'mqwarden.yaml');
  }, 60_000);

  it('is the principal of its certificate, and goes on with a renewed one', async () => {
    const service = await createFromTopology(shop, 'test', { topology, variables: {} });
    expect(service.kafkaOptions).toMatchObject({ auth: 'certificate', brokers: [kafka.tlsListener] });
    const events: ConnectionEvent[] = [];
    const client = await service.kafka({ logLevel, onEvent: (event) => events.push(event) });
    const [producer, consumer] = [client.producer(), client.consumer({ groupId: run, maxWaitTimeInMs: 200 })];
    onTestFinished(async () => {
      await producer.disconnect();
      await consumer.disconnect();
    });
    await producer.connect();
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const seen: string[] = [];
    await consumer.run({
      eachMessage: ({ message }) => Promise.resolve(void seen.push(message.value?.toString() ?? '')),
    });
    await producer.send({ topic, messages: [{ value: 'before' }] });
    const entered = () => events.filter(({ type }) => type === 'connect').length;
    expect(events.filter(({ outcome }) => outcome !== 'succeeded')).toEqual([]);
    expect(new Set(events.map(({ username }) => username))).toEqual(new Set([`CN=${shop}`]));
    expect(await client.refresh()).toBe(false);
    const { cert, key } = await kafka.clientCertificate(shop);
    writeFileSync(join(stood.workspace.folder, `${shop}.pem`), cert);
    writeFileSync(join(stood.workspace.folder, `${shop}.key`), key);
    const before = entered();
    expect(await client.refresh()).toBe(true);
    await until(async () => !(await client.refresh()), 'no connection with the old certificate');
    await producer.send({ topic, messages: [{ value: 'after' }] });
    await until(() => seen.length === 2, 'both delivered');
    expect(seen).toEqual(['before', 'after']);
    expect(entered()).toBeGreaterThan(before);
  });

  it('says that a certificate of another authority was not taken', async () => {
    const stranger = await (await createAuthority('another')).client(shop);
    const events: ConnectionEvent[] = [];
    const client = createKafka({
      ...{ service: shop, brokers: [kafka.tlsListener], auth: 'certificate' as const },
      tls: { ca: kafka.ca, cert: stranger.cert, key: stranger.key },
      ...{ logLevel, retry: { retries: 2 }, onEvent: (event: ConnectionEvent) => events.push(event) },
    });
    await expect(client.producer().connect()).rejects.toThrow();
    expect(events.map(({ type, username }) => [type, username])).toContainEqual(['connect', `CN=${shop}`]);
    expect(events.filter(({ outcome }) => outcome === 'succeeded')).toEqual([]);
  });

  it('sends nothing where no certificate is asked for: everyone would be anonymous', async () => {
    const authority = await createAuthority();
    const listener = await weakListener('none', authority, Buffer.alloc(0));
    onTestFinished(() => listener.close());
    const { cert, key } = await authority.client(shop);
    const events: ConnectionEvent[] = [];
    const client = createKafka({
      ...{ service: shop, brokers: [`localhost:${listener.port}`], auth: 'certificate' as const },
      tls: { ca: authority.ca, cert, key },
      ...{ logLevel, retry: { retries: 0 }, onEvent: (event: ConnectionEvent) => events.push(event) },
    });
    await expect(client.admin().connect()).rejects.toThrow('asks for no certificate');
    expect(listener.received()).toBe('');
    expect(events).toMatchObject([{ type: 'connect', outcome: 'refused' }]);
  });

  it('takes no credential from the store where the identity is made elsewhere', async () => {
    const service = await createFromTopology(bare, 'test', { topology, variables: {} });
    expect(service.kafkaOptions).not.toHaveProperty('secrets');
    await expect(service.kafka()).rejects.toMatchObject({ code: 'MQWARDEN_CREDENTIALS' });
    await service.kafka({ username: bare, password: 'theirs' });
  });
});

/** As RabbitMQ writes it. */
function beginOf(cert: string): string {
  return new Date(new X509Certificate(cert).validFrom).toISOString().replace('.000', '');
}
