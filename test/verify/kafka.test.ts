/** verify on Kafka: what it finds, and that nothing comes of it: no record, no offset, no group and no transaction is touched. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { heartbeatV4 } from '@platformatic/kafka';
import type { Kafka } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKafka } from '../../src/brokers/kafka/connect.ts';
import { prepareAs } from '../../src/brokers/kafka/admin.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { stand, type Standing } from '../proof/services.ts';
import { kafkaPlace } from './place.ts';
import { standing, unasked, verifyIn } from './run.ts';

process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1';
process.env['KAFKAJS_LOG_LEVEL'] = 'NOTHING';
const { kafka } = brokersForTests();
const run = uniqueName('verify');
const [orders, billing, odd, quiet] = [
  `orders.${run}`,
  `billing.${run}`,
  `odd @%41+~ ${run}`,
  `quiet.${run}`,
] as [string, string, string, string];
const [topic, other] = [`${run}.orders`, `${run}.other`];
const [group, transactions] = [`group /%@ é ${run}`, `tx /%@ é ${run}`];
const services = {
  [orders]: {
    topics: { [topic]: { partitions: 2, replicationFactor: 1 } },
    produces: [{ topic, transactionalId: transactions }],
    streams: { applicationId: `${run}.app` },
  },
  [billing]: {
    consumes: [{ topic, group }],
    grants: [{ resource: 'cluster', operations: ['describe'], reason: 'looks' }],
  },
  [odd]: {
    topics: { [other]: { partitions: 1, replicationFactor: 1 } },
    produces: [{ prefix: `${run}.ot` }],
    createTopics: true,
    grants: [
      { resource: 'topic', name: other, operations: ['write'], permission: 'deny', reason: 'not this one' },
      {
        resource: 'topic',
        name: topic,
        operations: ['alter_configs'],
        host: '10.0.0.1',
        reason: 'from there',
      },
    ],
  },
  [quiet]: {},
};
const place = kafkaPlace(kafka, `*${run}`);

let stood: Standing;
let superuser: Kafka;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  stood = await stand('kafka', place, services);
  superuser = createKafka({
    service: `admin-${run}`,
    brokers: kafka.brokers,
    tls: { ca: kafka.ca },
    ...kafka.admin,
  });
});

afterAll(async () => {
  for (const close of closing.reverse()) await close();
  await stood.workspace.remove();
});

const clientOf = async (service: string) =>
  createKafka({
    service,
    brokers: kafka.brokers,
    tls: { ca: kafka.ca },
    ...(await stood.credential(service)),
  });

describe('what stands as the topology says', () => {
  it('is proved without a finding', async () => {
    const verified = await verifyIn(stood, place);
    expect(verified.findings).toEqual([]);
    expect(standing(verified, orders, 'works').sort()).toEqual(
      [
        `write kafka:topic:${topic}`,
        `describe kafka:topic:${topic}`,
        `write kafka:transactional-id:${transactions}`,
        `describe kafka:transactional-id:${transactions}`,
        ...['write', 'describe'].map((right) => `${right} kafka:transactional-id:${run}.app-mqwarden-verify`),
        ...['create', 'delete', 'describe', 'read', 'write'].map(
          (right) => `${right} kafka:topic:${run}.app-mqwarden-verify`,
        ),
        `read kafka:group:${run}.app`,
        `describe kafka:group:${run}.app`,
      ].sort(),
    );
    expect(standing(verified, billing, 'works').sort()).toEqual(
      [
        `read kafka:topic:${topic}`,
        `describe kafka:topic:${topic}`,
        `read kafka:group:${group}`,
        `describe kafka:group:${group}`,
        'describe kafka:cluster:kafka-cluster',
      ].sort(),
    );
    expect(standing(verified, quiet, 'works')).toEqual([]);
    expect(standing(verified, quiet, 'refused')).toEqual(
      expect.arrayContaining([
        `create kafka:topic:${topic}`,
        `alter_configs kafka:topic:${topic}`,
        `read kafka:group:${group}`,
        `write kafka:transactional-id:${transactions}`,
        'create kafka:cluster:kafka-cluster',
      ]),
    );
    expect(standing(verified, odd, 'refused')).toContain(`write kafka:topic:${other}`);
    const unaskable = /no question about it|only the broker that looks after/;
    expect(unasked(verified).filter((one) => !unaskable.test(one))).toEqual([]);
  });
});

describe('nothing comes of it', () => {
  it('with records, a group at work and an open transaction there', { timeout: 60_000 }, async () => {
    const producer = (await clientOf(orders)).producer({
      transactionalId: transactions,
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    closing.push(() => producer.disconnect());
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: 'one' }] });
    const consumer = (await clientOf(billing)).consumer({
      groupId: group,
      sessionTimeout: 10_000,
      rebalanceTimeout: 10_000,
    });
    const seen: string[] = [];
    const joined: string[] = [];
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => joined.push(payload.memberId));
    await consumer.connect();
    closing.push(() => consumer.disconnect());
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => Promise.resolve(void seen.push(String(message.value))),
    });
    await expect.poll(() => joined.length, { timeout: 20_000 }).toBe(1);
    const admin = superuser.admin();
    await admin.connect();
    closing.push(() => admin.disconnect());
    const look = async () => ({
      group: (await admin.describeGroups([group])).groups.map(({ state, members }) => [
        state,
        members.map(({ memberId }) => memberId),
      ]),
      groups: (await admin.listGroups()).groups
        .map(({ groupId }) => groupId)
        .filter((id) => id.includes(run))
        .sort(),
      offsets: await admin.fetchTopicOffsets(topic),
      committed: await admin.fetchOffsets({ groupId: group, topics: [topic] }),
      topics: (await admin.listTopics()).filter((name) => name.includes(run)).sort(),
    });
    const before = await look();
    expect(before.group).toEqual([['Stable', joined]]);

    expect((await verifyIn(stood, place)).findings).toEqual([]);
    await verifyIn(stood, place, { atATime: 1 });

    expect(await look()).toEqual(before);
    expect(joined).toHaveLength(1);
    // The transaction is as it was: it can be added to, and committed.
    await transaction.send({ topic, messages: [{ value: 'two' }] });
    await transaction.commit();
    await expect.poll(() => [...seen].sort(), { timeout: 20_000 }).toEqual(['one', 'two']);
    expect(joined).toHaveLength(1);
  });

  it('a heartbeat of a member that no group has is judged by READ on the group, and makes none', async () => {
    const context = {
      secret: () => Promise.resolve(''),
      file: () => Promise.resolve(kafka.ca),
      conceal: () => undefined,
      timeoutMs: 10_000,
      correlationId: run,
      progress: () => undefined,
    };
    const errorOf = async (service: string, of: string) => {
      const placed = { name: service, section: {}, locate: () => ({ file: 'x', line: 1, column: 1 }) };
      const target = {
        ...placed,
        section: { brokers: [...kafka.brokers], tls: { ca: 'ca' }, admin: { username: '', password: '' } },
      };
      const dialer = await prepareAs(
        target,
        { service: placed, ...(await stood.credential(service)) },
        context,
      );
      // Each broker of a cluster: only the one that looks after the group knows its members.
      const answers = await Promise.all(
        kafka.brokers.map(async (broker) => {
          const { hostname, port } = new URL(`kafka://${broker}`);
          const session = await dialer.to(hostname, Number(port));
          closing.push(() => session.close());
          return (await session.call(heartbeatV4.api, of, 0, 'nobody')).errorCode;
        }),
      );
      return answers.find((code) => code !== notCoordinator);
    };
    const [notCoordinator, unknownMember, notAuthorized] = [16, 25, 30];
    expect([await errorOf(billing, group), await errorOf(orders, group)]).toEqual([
      unknownMember,
      notAuthorized,
    ]);
    expect(await errorOf(orders, `${run}.app`)).toBe(unknownMember);
  });
});

describe('what does not stand as the topology says', () => {
  it('is found: rights too many and too few', { timeout: 60_000 }, async () => {
    await kafka.aclCommand([
      '--add',
      '--allow-principal',
      `User:${quiet}`,
      '--operation',
      'Read',
      '--group',
      '*',
    ]);
    await kafka.aclCommand([
      '--add',
      '--allow-principal',
      `User:${quiet}`,
      '--operation',
      'AlterConfigs',
      '--topic',
      topic,
    ]);
    await kafka.aclCommand([
      '--remove',
      '--force',
      '--allow-principal',
      `User:${billing}`,
      '--operation',
      'Read',
      '--topic',
      topic,
    ]);
    await expect
      .poll(
        async () => {
          const verified = await verifyIn(stood, place, { services: [quiet, billing] });
          return verified.findings
            .map(({ rule, service, address }) => [rule, service, decodeURIComponent(address ?? '')])
            .sort();
        },
        { timeout: 20_000, interval: 500 },
      )
      .toEqual(
        [
          ['MQ402', quiet, `kafka:group:${group}`],
          ['MQ402', quiet, `kafka:group:${run}.app`],
          ['MQ402', quiet, 'kafka:group:mqwarden-verify'],
          ['MQ402', quiet, `kafka:topic:${topic}`],
          ['MQ403', billing, `kafka:topic:${topic}`],
        ].sort(),
      );
    await stood.workspace.apply();
    expect((await verifyIn(stood, place)).findings).toEqual([]);
  });

  it('is said of a password that the broker does not take', async () => {
    const stored = await stood.credential(billing);
    const file = join(stood.workspace.folder, 'secrets', 'kafka', `${billing}.json`);
    await writeFile(file, JSON.stringify({ ...stored, password: 'not-the-password' }), { mode: 0o600 });
    const verified = await verifyIn(stood, place, { services: [billing] });
    expect(verified.findings.map(({ rule }) => rule)).toEqual(['MQ401']);
    expect(JSON.stringify(verified.findings)).not.toContain('not-the-password');
    await writeFile(file, JSON.stringify(stored), { mode: 0o600 });
  });
});
