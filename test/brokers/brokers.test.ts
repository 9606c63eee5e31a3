/** That the shared brokers are what the other tests take them for: hardened as the checklist asks, and nothing else open. */
import { connect as connectPlain } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import amqp from 'amqplib';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from './certificates.ts';
import { brokersForTests, uniqueName } from './index.ts';
import { type AclBinding, type KafkaAdmin, kafkaAdmin } from './kafka-admin.ts';
import { rabbitAdmin } from './rabbit-admin.ts';

const { rabbitmq, kafka } = brokersForTests();
const amqpsPort = Number(new URL(rabbitmq.amqpsUrl).port);
const wrong = await createAuthority('another CA');
const strangers = await wrong.client('order-service');
const expired = await rabbitmq.clientCertificate('order-service', { expired: true });

/** The handshake's outcome; a server that refuses the client's certificate says so after it, under TLS 1.3. */
async function handshake(port: number, options: ConnectionOptions): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port, servername: 'localhost', ...options });
  return new Promise((resolve) => {
    socket.setTimeout(1_500, () => resolve('open'));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('close', () => resolve('closed'));
  }).then((outcome) => {
    socket.destroy();
    return String(outcome);
  });
}

async function plaintextAnswer(port: number, bytes: string): Promise<string> {
  const socket = connectPlain(port, '127.0.0.1');
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(bytes);
  await closed;
  return Buffer.concat(parts).toString('latin1');
}

describe('RabbitMQ', () => {
  const admin = rabbitAdmin(rabbitmq);
  const address = `${rabbitmq.amqpsUrl}/%2F`;
  const credentials = amqp.credentials.plain(rabbitmq.admin.username, rabbitmq.admin.password);

  it('lets its administrator in over HTTPS, and speaks TLS on every listener', async () => {
    expect(await admin.get('/whoami')).toMatchObject({ name: 'admin', tags: ['administrator'] });
    const { listeners } = await admin.get<{ listeners: { protocol: string }[] }>('/overview');
    expect(listeners.map(({ protocol }) => protocol).sort()).toEqual(['amqp/ssl', 'clustering', 'https']);
  });

  it('has no guest', async () => {
    const guest = { username: 'guest', password: 'guest' };
    expect(await rabbitAdmin(rabbitmq, guest).request('GET', '/whoami')).toMatchObject({ status: 401 });
    expect(await admin.request('GET', '/users/guest')).toMatchObject({ status: 404 });
  });

  it('takes a client with a certificate of its authority', async () => {
    const { cert, key } = await rabbitmq.clientCertificate('order-service');
    const connection = await amqp.connect(address, { ca: [rabbitmq.ca], cert, key, credentials });
    await connection.close();
  });

  it.each([
    ['no certificate', {}],
    ['a certificate of another authority', strangers],
    ['an expired certificate', expired],
  ])('refuses a client with %s', async (_, certificate) => {
    expect(await handshake(amqpsPort, { ca: rabbitmq.ca, ...certificate })).toMatch(/^ERR_SSL_|ECONNRESET/);
  });

  it('is not trusted by a client that trusts another authority', async () => {
    const management = Number(new URL(rabbitmq.managementUrl).port);
    for (const port of [amqpsPort, management]) {
      expect(await handshake(port, { ca: wrong.ca })).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/);
    }
  });

  it('has no plaintext AMQP behind its port', async () => {
    expect(await plaintextAnswer(amqpsPort, 'AMQP\0\0\x09\x01')).not.toContain('AMQP');
  });
});

describe('Kafka', () => {
  const run = uniqueName('brokers');
  const port = (address: string | undefined): number => Number(address?.split(':')[1]);
  let admin: KafkaAdmin;
  beforeAll(async () => {
    admin = await kafkaAdmin(kafka);
  });
  afterAll(() => admin.close());

  const client = (options: Partial<kafkajs.KafkaConfig>) =>
    new kafkajs.Kafka({
      brokers: [...kafka.brokers],
      ssl: { ca: kafka.ca },
      retry: { retries: 0 },
      logLevel: kafkajs.logLevel.NOTHING,
      ...options,
    }).admin();

  it('makes topics, with what was set on them and nothing else', async () => {
    await admin.createTopic(run, 3, { 'retention.ms': '1000' });
    await expect.poll(() => admin.partitions(run)).toBe(3);
    expect(await admin.overrides(run)).toEqual({ 'retention.ms': '1000' });
    await admin.deleteTopics([run]);
    await expect.poll(() => admin.topics()).not.toContain(run);
  });

  it("keeps ACLs, and Kafka's own tool agrees", async () => {
    const principal = `User:${run}`;
    const of = (operation: 'READ' | 'WRITE'): AclBinding => ({
      ...{
        resource: 'TOPIC',
        name: run,
        pattern: 'PREFIXED',
        principal,
        host: '*',
        operation,
        permission: 'ALLOW',
      },
    });
    await admin.createAcls([of('WRITE'), of('READ')]);
    await expect.poll(() => admin.acls(principal)).toEqual([of('READ'), of('WRITE')]);
    const listed = await kafka.aclCommand(['--list', '--principal', principal]);
    expect(listed).toMatch(/operation=READ, permissionType=ALLOW/);
    await admin.deleteAcls([of('READ')]);
    await expect.poll(() => admin.acls(principal)).toEqual([of('WRITE')]);
    await admin.deleteAcls([of('WRITE')]);
  });

  it('knows users by SCRAM, and gives one without ACLs nothing', async () => {
    await admin.setPassword(run, 'correct horse');
    await expect.poll(() => admin.scramUsers()).toContain(run);
    const user = client({ sasl: { mechanism: 'scram-sha-512', username: run, password: 'correct horse' } });
    await user.connect();
    const create = user.createTopics({ validateOnly: true, topics: [{ topic: run }] });
    await expect(create).rejects.toMatchObject({
      errors: [expect.objectContaining({ type: 'TOPIC_AUTHORIZATION_FAILED' })],
    });
    await user.disconnect();
    await admin.deleteScramUser(run);
    await expect.poll(() => admin.scramUsers()).not.toContain(run);
  });

  it.each([
    ['a wrong password', { mechanism: 'scram-sha-512', username: 'admin', password: 'wrong' }],
    ['the PLAIN mechanism', { mechanism: 'plain', ...kafka.admin }],
  ] as const)('refuses %s', async (_, sasl) => {
    await expect(client({ sasl }).connect()).rejects.toThrow(/SASL|credentials|mechanism/i);
  });

  it('demands a certificate on two of its listeners, and on the main one does not', async () => {
    const { cert, key } = await kafka.clientCertificate('order-service');
    const outcomes = async (address: string | undefined) =>
      Promise.all([
        handshake(port(address), { ca: kafka.ca }),
        handshake(port(address), { ca: kafka.ca, ...strangers }),
        handshake(port(address), { ca: kafka.ca, cert, key }),
        handshake(port(address), { ca: wrong.ca }),
      ]);
    const refused = expect.stringMatching(/^ERR_SSL_|ECONNRESET/) as string;
    const distrusted = expect.stringMatching(/UNABLE_TO_VERIFY|SELF_SIGNED/) as string;
    const demanding = [refused, refused, 'open', distrusted];
    const listeners = [kafka.certificateListener, kafka.tlsListener, kafka.brokers[0]];
    expect(await Promise.all(listeners.map(outcomes))).toEqual([
      demanding,
      demanding,
      ['open', 'open', 'open', distrusted],
    ]);
  });

  it('takes the common name of a certificate as the principal', async () => {
    const acl: AclBinding = {
      ...{ resource: 'TOPIC', name: `${run}-cn`, pattern: 'LITERAL', principal: `User:${run}`, host: '*' },
      ...{ operation: 'CREATE', permission: 'ALLOW' },
    };
    await admin.createAcls([acl]);
    const { cert, key } = await kafka.clientCertificate(run);
    const user = client({ brokers: [kafka.tlsListener], ssl: { ca: kafka.ca, cert, key } });
    await user.connect();
    const allowed = () =>
      user
        .createTopics({ validateOnly: true, waitForLeaders: false, topics: [{ topic: `${run}-cn` }] })
        .catch(String);
    await expect.poll(allowed).toBe(true);
    await user.disconnect();
    await admin.deleteAcls([acl]);
  });
});
