/** The factory on a real Kafka: rotations and refusals. Each test has its own topic, group and users. */
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type ConnectionEvent, createKafka } from '../../src/brokers/kafka/connect.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { kafkaUsers, rotate, storeOf, until } from './support.ts';

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
    const end = new AbortController();
    const work = (async () => {
      for (let id = 0; !end.signal.aborted; id += 1) {
        await producer.send({ topic, messages: [{ key: String(id), value: String(id) }] });
        sent.push(String(id));
      }
    })();
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
    end.abort();
    await work;
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
