/** What an apply makes of a request that fails in the middle, and of being killed between and within its batches. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import type { Fault } from '../brokers/proxy-sockets.ts';
import { type Detour, openDetour } from './detour.ts';
import { type Front, frontOfKafka, until } from './front.ts';
import { kafkaSubject } from './kafka.setting.ts';
import { notDone } from './victim.ts';

const { kafka } = brokersForTests();
let front: Front;
let admin: KafkaAdmin;

beforeAll(async () => {
  front = await frontOfKafka(kafka);
  admin = await kafkaAdmin(kafka);
});
afterAll(async () => {
  await front.stop();
  await admin.close();
});

async function open() {
  const mark = uniqueName('fault');
  const detour = await openDetour('kafka', kafkaSubject(kafka, mark), front.section);
  const topic = (name: string) => `${mark}.${name}`;
  const acl = (service: string, name: string, operation: string) =>
    `kafka:acl:topic/literal/${topic(name)}/User%3A${service}-${mark}/*/${operation}/allow`;
  return { mark, detour, topic, acl };
}

const reads = (name: string) => ({ resource: 'topic', name, operations: ['read'], reason: 'a test' });
const maxDeletes = 100;

/** Before: the mover produces one topic, the keeper reads two. After: the mover the other, the keeper one; and a new topic. */
async function move({ mark, detour, topic }: Awaited<ReturnType<typeof open>>): Promise<void> {
  const owner = (...topics: string[]) => ({
    kafka: {
      topics: Object.fromEntries(
        topics.map((name) => [topic(name), { partitions: 1, replicationFactor: 1 }] as const),
      ),
    },
  });
  front.onWrite();
  await detour.write({
    [`owner-${mark}`]: owner('one', 'two'),
    [`mover-${mark}`]: { kafka: { produces: [topic('one')] } },
    [`keeper-${mark}`]: { kafka: { grants: [reads(topic('one')), reads(topic('two'))] } },
  });
  expect((await detour.workspace.apply()).failures).toEqual([]);
  await detour.write({
    [`owner-${mark}`]: {
      kafka: { ...owner('one', 'two', 'three').kafka, quota: { producerByteRate: 1024 } },
    },
    [`mover-${mark}`]: { kafka: { produces: [topic('two')] } },
    [`keeper-${mark}`]: { kafka: { grants: [reads(topic('one'))] } },
  });
}

const held = async (mark: string, service: string) =>
  (await admin.acls(`User:${service}-${mark}`)).map(
    (acl) => `${acl.name.replace(/.*\./, '')}: ${acl.operation}`,
  );

describe('Kafka: one request in the middle', () => {
  const faults: readonly { name: string; fault: Fault; after: readonly string[] }[] = [
    {
      name: 'cut before the broker saw it',
      fault: 'kill-before',
      after: ['one: DESCRIBE', 'one: WRITE'],
    },
    {
      name: 'cut when the broker had done it',
      fault: 'drop-response',
      after: ['one: DESCRIBE', 'one: WRITE', 'two: DESCRIBE', 'two: WRITE'],
    },
  ];

  it.each(faults)('$name: its dependents wait, the rest is done, the next apply converges', async (one) => {
    const place = await open();
    const { mark, detour, topic, acl } = place;
    await move(place);
    front.onWrite(({ what }) => (what === 'CreateAcls' ? one.fault : 'pass'));
    const run = await detour.start({ maxDeletes }).ended;

    expect(run.code).toBe(1);
    const words = expect.stringMatching(
      /^Kafka at localhost:\d+ closed the connection on CreateAcls$/,
    ) as string;
    const created = ['describe', 'write'].map((operation) => acl('mover', 'two', operation));
    expect(notDone(run, 'failed')).toEqual(Object.fromEntries(created.map((at) => [at, words])));
    // The old grant is kept while the new one may not be there.
    const kept = ['describe', 'write'].map((operation) => acl('mover', 'one', operation));
    const because = `not done, since ${created[0] ?? ''} was not`;
    expect(notDone(run, 'skipped')).toEqual(Object.fromEntries(kept.map((at) => [at, because])));
    expect(await held(mark, 'mover')).toEqual(one.after);

    expect(await held(mark, 'keeper'), 'what does not depend on it is done').toEqual(['one: READ']);
    expect(await admin.topics()).toContain(topic('three'));
    await detour.converge({ maxDeletes });
    expect(await held(mark, 'mover')).toEqual(['two: DESCRIBE', 'two: WRITE']);
    await detour.workspace.remove();
  });

  it('never answered: named as such, the rest is done, the next apply converges', async () => {
    const place = await open();
    const { mark, detour, acl } = place;
    await move(place);
    front.onWrite(({ what }) => (what === 'CreateAcls' ? 'hang' : 'pass'));
    // In this process, so that nobody has to wait a minute for it.
    const result = await detour.workspace.apply(
      { maxDeletes },
      { topology: detour.topology, timeoutMs: 1_500 },
    );
    const items = result.status === 'applied' ? result.items : [];
    const at = acl('mover', 'two', 'write');
    expect(items.find(({ change }) => change.address === at)?.outcome).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/did not answer CreateAcls within 9 s$/) as string,
    });
    expect(await held(mark, 'keeper'), 'what does not depend on it is done').toEqual(['one: READ']);
    await detour.converge({ maxDeletes });
    await detour.workspace.remove();
  });

  it("one item of a batch refused: named in the broker's words, the others are done", async () => {
    const { mark, detour, topic } = await open();
    const topics = Object.fromEntries(
      ['one', 'two', 'three'].map((name) => [topic(name), { partitions: 1, replicationFactor: 1 }] as const),
    );
    await detour.write({ [`owner-${mark}`]: { kafka: { topics, produces: [topic('one'), topic('two')] } } });
    front.onWrite(async ({ what, nth }): Promise<Fault> => {
      // The first only asks whether it could be done.
      if (what === 'CreateTopics' && nth === 2) await admin.createTopic(topic('two'));
      return 'pass';
    });
    const run = await detour.start().ended;
    expect(run.code).toBe(1);
    expect(notDone(run, 'failed')).toEqual({
      [`kafka:topic:${topic('two')}`]: expect.stringMatching(
        /^TOPIC_ALREADY_EXISTS: Topic .* already exists/,
      ) as string,
    });
    expect(notDone(run, 'skipped')).toEqual({});
    expect(await admin.topics()).toEqual(expect.arrayContaining([topic('one'), topic('three')]));
    expect(await held(mark, 'owner')).toHaveLength(4);
    front.onWrite();
    await detour.converge();
    await detour.workspace.remove();
  });
});

describe('Kafka: killed in the middle of 1,500 ACLs', () => {
  const many = 1_500;
  let place: Awaited<ReturnType<typeof open>>;
  let detour: Detour;

  beforeAll(async () => {
    place = await open();
    detour = place.detour;
  });
  afterAll(async () => {
    await detour.workspace.apply({ maxDeletes });
    await detour.workspace.remove();
  });

  const count = async () => (await admin.acls(`User:reader-${place.mark}`)).length;
  const grant = async (names: number) => {
    const grants = Array.from({ length: names }, (_, at) => ({
      ...reads(place.topic(`t${at}`)),
      operations: ['read', 'write', 'describe'],
    }));
    await detour.write({ [`reader-${place.mark}`]: { kafka: { grants } } });
  };

  it('between two batches of creations: the first is in, and the next apply brings the rest', async () => {
    await grant(many / 3);
    const victim = detour.start();
    front.onWrite(({ what, nth }) => (what === 'CreateAcls' && nth === 2 ? victim.die('unsent') : 'pass'));
    expect((await victim.ended).code).toBeNull();
    expect(await count()).toBe(1_000);
    await detour.converge();
    expect(await count()).toBe(many);
  });

  it('between two batches of deletions, too', async () => {
    await grant(0);
    const victim = detour.start({ maxDeletes });
    front.onWrite(({ what, nth }) => (what === 'DeleteAcls' && nth === 2 ? victim.die('unsent') : 'pass'));
    expect((await victim.ended).code).toBeNull();
    expect(await count()).toBe(many - 1_000);
    await detour.converge({ maxDeletes });
    expect(await count()).toBe(0);
  });

  it('when the first batch is done and unanswered: nothing is lost, nothing is made twice', async () => {
    await grant(many / 3);
    const victim = detour.start();
    front.onWrite(({ what }) => {
      if (what !== 'CreateAcls') return 'pass';
      victim.freeze();
      return 'drop-response';
    });
    await until(async () => (await count()) === 1_000);
    victim.kill();
    expect((await victim.ended).code).toBeNull();
    await detour.converge();
    expect(await count()).toBe(many);
    await grant(0);
  });
});
