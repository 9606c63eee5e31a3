/** The factory on a real Kafka: rotations and refusals. Each test has its own topic, group and users. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Producer, stringSerializers } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ConnectionEvent, createKafka, platformaticOptions } from '../../src/brokers/kafka/connect.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { again, expectAuditLines, kafkaUsers, rotate, storeOf, until } from './support.ts';

const { kafka: broker } = brokersForTests();
let admin: KafkaAdmin;
beforeAll(async () => {
  admin = await kafkaAdmin(broker);
});
afterAll(() => admin.close());

describe('a rotation', () => {
  it('loses and doubles nothing, producers and consumers at work', async () => {
    const [topic, group] = [uniqueName('orders'), uniqueName('group')];
    await admin.createTopic(topic, 2);
    const name = uniqueName('order-service');
    const users = kafkaUsers(admin, topic, group);
    const first = await users.add(name);
    const secrets = storeOf(first.username, first.password);
    const events: ConnectionEvent[] = [];
    const kafka = createKafka({
      service: 'order-service',
      brokers: broker.brokers,
      tls: { ca: broker.ca },
      secrets,
      refreshMs: 200,
      logLevel: kafkajs.logLevel.NOTHING,
      onEvent: (event) => events.push(event),
    });
    const producer = kafka.producer();
    const consumer = kafka.consumer({ groupId: group });
    onTestFinished(async () => {
      await producer.disconnect();
      await consumer.disconnect();
    });
    await producer.connect();
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const seen: string[] = [];
    await consumer.run({
      eachMessage: ({ message }) => {
        seen.push(message.value?.toString() ?? '');
        return Promise.resolve();
      },
    });
    const sent: string[] = [];
    const work = again(async (id) => {
      await producer.send({ topic, messages: [{ key: String(id), value: String(id) }] });
      sent.push(String(id));
    });
    let old = name;
    for (const generation of [2, 3]) {
      const before = sent.length;
      await until(() => sent.length > before + 50, 'messages before the rotation');
      const next = await users.add(`${name}.g${generation}`);
      rotate(secrets, next);
      await until(async () => !(await kafka.refresh()), 'no connection of the old user');
      await users.drop(old);
      old = next.username;
      const after = sent.length;
      await until(() => sent.length > after + 50, 'messages after the rotation');
    }
    await work.end();
    await until(() => seen.length >= sent.length, 'all messages consumed');
    await users.drop(old);
    expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(sent);
    const outcomes = events.filter(({ outcome }) => outcome !== 'succeeded');
    expect(outcomes).toEqual([]);
    expect(new Set(events.map(({ username }) => username))).toEqual(
      new Set([name, `${name}.g2`, `${name}.g3`]),
    );
    expect(JSON.stringify(events)).not.toContain(first.password);
  });

  it('that waits for nobody stops nothing: what the old credential may no longer do, the next one does', async () => {
    const [topic, group] = [uniqueName('orders'), uniqueName('group')];
    await admin.createTopic(topic, 1);
    const name = uniqueName('order-service');
    const users = kafkaUsers(admin, topic, group);
    const secrets = await users.add(name);
    // Each looks at the store for itself, and of its own accord never within this test.
    const open = () =>
      createKafka({
        ...{ service: 'order-service', brokers: broker.brokers, tls: { ca: broker.ca }, secrets },
        ...{ refreshMs: 3_600_000, logLevel: kafkajs.logLevel.NOTHING },
      });
    const producer = open().producer();
    // Who is cut off cannot leave its group, which waits for it as long.
    const consumer = open().consumer({ groupId: group, sessionTimeout: 6_000 });
    onTestFinished(async () => {
      await producer.disconnect();
      await consumer.disconnect();
      await users.drop(`${name}.g2`);
    });
    await Promise.all([producer.connect(), consumer.connect()]);
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const seen = new Set<string>();
    await consumer.run({
      eachMessage: ({ message }) => {
        seen.add(message.value?.toString() ?? '');
        return Promise.resolve();
      },
    });
    const send = (value: string) => producer.send({ topic, messages: [{ value }] });
    await send('before');
    await until(() => seen.has('before'), 'the message of before');
    const crashes: string[] = [];
    consumer.on('consumer.crash', ({ payload }) => crashes.push(payload.error.message));
    rotate(secrets, await users.add(`${name}.g2`));
    await users.drop(name);
    await Promise.all(['one', 'two', 'three'].map(send));
    await until(() => ['one', 'two', 'three'].every((one) => seen.has(one)), 'the messages of after', 60_000);
    expect(crashes).toHaveLength(1);
    // A right that nobody has is missing for good, and told so.
    const foreign = producer.send({ topic: uniqueName('foreign'), messages: [{ value: '' }] });
    await expect(foreign).rejects.toThrow();
  }, 120_000);
});

/** A topic of its own, users that may use it, and the options of a client that comes as the first one. */
async function ground(name: string) {
  const [topic, group] = [uniqueName('orders'), uniqueName('group')];
  await admin.createTopic(topic, 1);
  const users = kafkaUsers(admin, topic, group);
  const first = await users.add(uniqueName(name));
  const secrets = storeOf(first.username, first.password);
  const events: ConnectionEvent[] = [];
  const options = {
    ...{ service: name, brokers: broker.brokers, tls: { ca: broker.ca }, secrets },
    // None of the looks at the store but those that a test asks for.
    ...{ refreshMs: 3_600_000, onEvent: (event: ConnectionEvent) => void events.push(event) },
  };
  return { topic, users, first, secrets, events, options };
}

const quiet = { logLevel: kafkajs.logLevel.NOTHING };
const told = (events: readonly ConnectionEvent[]) => events.map(({ type, outcome }) => `${type} ${outcome}`);

describe('a login that is refused', () => {
  it('is tried so often, with a look past every cache, then not until the store holds another credential', async () => {
    const { topic, first, events, options } = await ground('refused');
    const held = { password: 'wrong' };
    const asked: boolean[] = [];
    const secrets = {
      getSecret: (path: string, { fresh }: { fresh: boolean }) => {
        asked.push(fresh);
        return Promise.resolve(path.endsWith('/username') ? first.username : held.password);
      },
    };
    const kafka = createKafka({ ...options, ...quiet, secrets, loginAttempts: 3 });
    const producer = kafka.producer();
    onTestFinished(() => producer.disconnect());
    const refused = { code: 'MQWARDEN_ACCESS_REFUSED', endpoint: broker.brokers[0] };
    await expect(producer.connect()).rejects.toMatchObject(refused);
    expect(told(events)).toEqual(['connect refused', 'connect refused', 'connect stopped']);
    // The fields are fetched apart, twice a reading.
    expect(asked).toEqual([...Array<boolean>(4).fill(false), ...Array<boolean>(8).fill(true)]);
    // No password is sent any more: the broker would say of it what it said before.
    await expect(producer.connect()).rejects.toMatchObject(refused);
    expect(told(events.slice(3))).toEqual(['connect stopped']);
    held.password = first.password;
    await producer.connect();
    await producer.send({ topic, messages: [{ value: 'in' }] });
    expect(told(events.slice(4))[0]).toBe('connect succeeded');
    expectAuditLines(events, 'kafka');
    expect(JSON.stringify(events)).not.toMatch(new RegExp(`wrong|${first.password}`));
  });

  it('is tried again after a while: in place, a store is ahead of its broker for a moment', async () => {
    const { topic, first, events, options } = await ground('ahead');
    const secrets = storeOf(first.username, 'not-yet');
    const kafka = createKafka({ ...options, ...quiet, secrets, loginAttempts: 1, refreshMs: 500 });
    const producer = kafka.producer();
    onTestFinished(() => producer.disconnect());
    await expect(producer.connect()).rejects.toMatchObject({ code: 'MQWARDEN_ACCESS_REFUSED' });
    await admin.setPassword(first.username, 'not-yet');
    const isIn = async () => {
      // Longer than it is not tried.
      await sleep(700);
      return producer.connect().then(
        () => true,
        () => false,
      );
    };
    await until(isIn, 'a login with the same credential');
    await producer.send({ topic, messages: [{ value: 'in' }] });
    expect(told(events)).toContain('connect succeeded');
  });

  it('ends a consumer with the same code, instead of coming again for ever', async () => {
    const { topic, options } = await ground('refused-consumer');
    const secrets = storeOf(options.secrets.username, 'wrong');
    const kafka = createKafka({ ...options, ...quiet, secrets, loginAttempts: 2 });
    const consumer = kafka.consumer({ groupId: uniqueName('group') });
    onTestFinished(() => consumer.disconnect());
    await expect(consumer.connect()).rejects.toMatchObject({ code: 'MQWARDEN_ACCESS_REFUSED' });
    await expect(consumer.subscribe({ topics: [topic] })).rejects.toThrow();
  });
});

describe('a session that ends', () => {
  it(
    'is renewed, with a password that was changed meanwhile, and left for a user that was',
    { timeout: 60_000 },
    async () => {
      const { topic, users, first, secrets, events, options } = await ground('renewed');
      const { cert, key } = await broker.clientCertificate('renewed');
      const brokers = [broker.certificateListener];
      const kafka = createKafka({ ...options, ...quiet, brokers, tls: { ca: broker.ca, cert, key } });
      const producer = kafka.producer();
      onTestFinished(() => producer.disconnect());
      await producer.connect();
      const sendUntil = async (met: () => boolean, what: string) => {
        await until(async () => {
          await producer.send({ topic, messages: [{ value: 'x' }] });
          return met();
        }, what);
      };
      const renewals = () =>
        events.filter(({ type, outcome }) => type === 'renew' && outcome === 'succeeded');
      await sendUntil(() => renewals().length > 0, 'a session renewed');
      // In place: the same user, another password.
      await admin.setPassword(first.username, 'changed-in-place');
      secrets.password = 'changed-in-place';
      const before = renewals().length;
      await sendUntil(() => renewals().length > before, 'a session renewed with the changed password');
      const next = await users.add(`${first.username}.g2`);
      rotate(secrets, next);
      const isNext = () =>
        events.some(({ type, username }) => type === 'connect' && username === next.username);
      await sendUntil(isNext, 'a connection of the next user');
      const ids = new Set(
        events.filter(({ type }) => type === 'connect').map(({ correlationId }) => correlationId),
      );
      for (const { correlationId } of renewals()) expect(ids).toContain(correlationId);
      expect(events.filter(({ outcome }) => outcome !== 'succeeded')).toEqual([]);
    },
  );
});

it('a client certificate that was renewed is used by the next connection', async () => {
  const { topic, options, events } = await ground('certificate');
  let shown = await broker.clientCertificate('certificate', { expired: true });
  const tls = { ca: broker.ca, cert: () => shown.cert, key: () => shown.key };
  const brokers = [broker.certificateListener];
  const kafka = createKafka({ ...options, ...quiet, brokers, tls, retry: { retries: 1 } });
  const producer = kafka.producer();
  onTestFinished(() => producer.disconnect());
  await expect(producer.connect()).rejects.toThrow();
  expect(told(events)).not.toContain('connect succeeded');
  shown = await broker.clientCertificate('certificate');
  await producer.connect();
  await producer.send({ topic, messages: [{ value: 'x' }] });
  expect(told(events)).toContain('connect succeeded');
});

describe('@platformatic/kafka by platformaticOptions', () => {
  const send = async (options: ReturnType<typeof platformaticOptions>, topic: string, value: string) => {
    const producer = new Producer({ ...options, serializers: stringSerializers, retries: 2 });
    try {
      await producer.send({ messages: [{ topic, value }] });
    } finally {
      await producer.close();
    }
  };

  it('logs in by SCRAM, with what the store holds at each connect', async () => {
    const { topic, users, first, secrets, options } = await ground('platformatic');
    const { cert, key } = await broker.clientCertificate('platformatic');
    const brokers = [broker.certificateListener];
    const { service } = options;
    const rendered = platformaticOptions({ service, secrets, brokers, tls: { ca: broker.ca, cert, key } });
    await send(rendered, topic, '1');
    const next = await users.add(`${first.username}.g2`);
    rotate(secrets, next);
    await users.drop(first.username);
    await send(rendered, topic, '2');
    secrets.password = 'wrong';
    await expect(send(rendered, topic, '3')).rejects.toThrow();
    const consumer = createKafka({ ...options, ...quiet, secrets: next }).admin();
    onTestFinished(() => consumer.disconnect());
    await consumer.connect();
    expect(await consumer.fetchTopicOffsets(topic)).toMatchObject([{ high: '2' }]);
  });

  it('is the principal of its certificate', async () => {
    const topic = uniqueName('orders');
    await admin.createTopic(topic, 1);
    const name = uniqueName('platformatic');
    const grants = (['WRITE', 'DESCRIBE'] as const).map((operation) => ({
      ...({ resource: 'TOPIC', name: topic, operation, principal: `User:${name}` } as const),
      ...({ pattern: 'LITERAL', host: '*', permission: 'ALLOW' } as const),
    }));
    await admin.createAcls(grants);
    onTestFinished(() => admin.deleteAcls(grants));
    const { cert, key } = await broker.clientCertificate(name);
    const tls = { ca: broker.ca, cert, key };
    const options = { service: name, brokers: [broker.tlsListener], auth: 'certificate' as const, tls };
    await send(platformaticOptions(options), topic, '1');
  });
});
