/**
 * Least privilege on Kafka, proved by login: with the credential that mqwarden stored for a service, over SASL_SSL with a
 * client certificate, all that the service declares works, and what it does not declare is refused by the broker.
 */
import {
  type API,
  alterClientQuotasV1,
  alterPartitionReassignmentsV0,
  alterUserScramCredentialsV0,
  createAclsV3,
  createPartitionsV3,
  createTopicsV7,
  deleteAclsV3,
  deleteGroupsV2,
  deleteRecordsV2,
  deleteTopicsV6,
  describeAclsV3,
  describeClientQuotasV1,
  describeConfigsV4,
  describeGroupsV5,
  describeLogDirsV4,
  describeUserScramCredentialsV0,
  endTxnV4,
  findCoordinatorV6,
  incrementalAlterConfigsV1,
  initProducerIdV4,
  joinGroupV9,
  metadataV12,
  offsetCommitV9,
  offsetDeleteV0,
  offsetFetchV9,
  protocolErrorsCodesById,
  unregisterBrokerV0,
} from '@platformatic/kafka';
import type { Consumer, Kafka, Producer, ProducerConfig } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepare, type Session } from '../../src/brokers/kafka/admin.ts';
import { createKafka } from '../../src/brokers/kafka/connect.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { environment } from '../kafka/landscape.ts';
import { stand, type Standing } from './services.ts';

const { kafka } = brokersForTests();
// kafkajs prints every refusal that a test provokes.
process.env['KAFKAJS_LOG_LEVEL'] = 'NOTHING';

const run = uniqueName('proof');
const [ordersService, paymentsService, auditService, importService] = [
  `order-service.${run}`,
  `payment-service.${run}`,
  `audit-service.${run}`,
  `import-service.${run}`,
] as const;
const [orders, payments, imports] = [`${run}.orders`, `${run}.payments`, `${run}.import.`] as const;
const [ordersGroup, paymentsGroup, auditGroup] = [
  `orders of ${run}`,
  `payments of ${run}`,
  `audit of ${run}`,
];
const [ordersTransactions, paymentsTransactions] = [`tx of orders ${run}`, `tx of payments ${run}`];

const services = {
  [ordersService]: {
    topics: { [orders]: { partitions: 1, replicationFactor: 1, config: {} } },
    produces: [{ topic: orders, transactionalId: ordersTransactions }],
    consumes: [{ topic: payments, group: ordersGroup }],
  },
  [paymentsService]: {
    topics: { [payments]: { partitions: 1, replicationFactor: 1 } },
    produces: [{ topic: payments, transactionalId: paymentsTransactions }],
    consumes: [{ topic: orders, group: paymentsGroup }],
  },
  [auditService]: { consumes: [{ prefix: `${run}.`, group: auditGroup }] },
  [importService]: { createTopics: true, produces: [{ prefix: imports }] },
};

let standing: Standing;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const { username, password } = kafka.admin;
  const place = {
    section: {
      brokers: kafka.brokers,
      tls: { ca: 'ca.pem' },
      admin: { username, password: 'env:ADMIN' },
    },
    files: { 'ca.pem': kafka.ca },
    variables: { ADMIN: password },
    claims: { principals: `*.${run}` },
  };
  standing = await stand('kafka', place, services);
});

afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await standing.workspace.remove();
});

/** The service's own factory, on the listener that demands a client certificate as well. */
async function login(service: string): Promise<Kafka> {
  const { cert, key } = await kafka.clientCertificate(service);
  const stored = await standing.credential(service);
  return createKafka({
    service,
    brokers: [kafka.certificateListener],
    tls: { ca: kafka.ca, cert, key },
    secrets: {
      getSecret: (path) => Promise.resolve(path.endsWith('/username') ? stored.username : stored.password),
    },
  });
}

/** Idempotent producers insist on retries, and a transaction's coordinator may have to be made first. */
const retry = { retries: 5, initialRetryTime: 50 };

async function produceAs(service: string, options: ProducerConfig = {}): Promise<Producer> {
  const producer = (await login(service)).producer({ retry, ...options });
  await producer.connect();
  closing.push(() => producer.disconnect());
  return producer;
}

async function send(producer: Pick<Producer, 'send'>, topic: string, value: string): Promise<void> {
  await producer.send({ topic, acks: -1, messages: [{ value }] });
}

interface Listener {
  readonly consumer: Consumer;
  readonly seen: string[];
  /** What the consumer died of. */
  readonly died: Promise<unknown>;
}

async function consumeAs(service: string, topic: string, groupId: string): Promise<Listener> {
  const consumer = (await login(service)).consumer({ groupId, maxWaitTimeInMs: 200, retry: { retries: 0 } });
  const died = new Promise<unknown>((resolve) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error));
  });
  const seen: string[] = [];
  await consumer.connect();
  closing.push(() => consumer.disconnect());
  await consumer.subscribe({ topic, fromBeginning: true });
  const eachMessage = ({ message }: { message: { value: Buffer | null } }) => {
    seen.push(message.value?.toString() ?? '');
    return Promise.resolve();
  };
  await consumer.run({ autoCommitThreshold: 1, eachMessage });
  return { consumer, seen, died };
}

/** Kafka's name of the error behind what kafkajs throws. */
function errorOf(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  if ('type' in reason && typeof reason.type === 'string') return reason.type;
  const inner =
    'errors' in reason && Array.isArray(reason.errors) ? (reason.errors[0] as unknown) : reason.cause;
  return inner === undefined ? reason.message : errorOf(inner);
}

function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(() => 'done', errorOf);
}

describe('what a service declares works', () => {
  it('produces what others consume in their groups', async () => {
    const [producer, idempotent] = await Promise.all([
      produceAs(ordersService),
      produceAs(ordersService, { idempotent: true }),
    ]);
    const [paymentsSees, auditSees] = await Promise.all([
      consumeAs(paymentsService, orders, paymentsGroup),
      consumeAs(auditService, orders, auditGroup),
    ]);
    await send(producer, orders, 'plain');
    await send(idempotent, orders, 'idempotent');
    await expect.poll(() => paymentsSees.seen, { timeout: 10_000 }).toEqual(['plain', 'idempotent']);
    await expect.poll(() => auditSees.seen, { timeout: 10_000 }).toEqual(['plain', 'idempotent']);
    const admin = (await login(paymentsService)).admin();
    await admin.connect();
    closing.push(() => admin.disconnect());
    const committed = () => admin.fetchOffsets({ groupId: paymentsGroup, topics: [orders] });
    await expect
      .poll(committed)
      .toMatchObject([{ topic: orders, partitions: [{ partition: 0, offset: '2' }] }]);
    await Promise.all([paymentsSees.consumer.disconnect(), auditSees.consumer.disconnect()]);
  });

  it('produces in a transaction: what is committed is seen, what is aborted is not', async () => {
    const producer = await produceAs(paymentsService, {
      transactionalId: paymentsTransactions,
      maxInFlightRequests: 1,
      idempotent: true,
    });
    const aborted = await producer.transaction();
    await send(aborted, payments, 'aborted');
    await aborted.abort();
    const committed = await producer.transaction();
    await send(committed, payments, 'committed');
    // Together with how far it has read, which needs READ on its group.
    const offsets = [{ topic: orders, partitions: [{ partition: 0, offset: '2' }] }];
    await committed.sendOffsets({ consumerGroupId: paymentsGroup, topics: offsets });
    await committed.commit();
    const { seen, consumer } = await consumeAs(ordersService, payments, ordersGroup);
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual(['committed']);
    await consumer.disconnect();
  });

  it('makes topics that begin with its prefix, where it may, and produces to them', async () => {
    const topic = `${imports}first`;
    const { call } = await sessionOf(importService);
    const request = [{ name: topic, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }];
    expect(await call(createTopicsV7.api, request, 5_000, false)).toEqual([]);
    const producer = await produceAs(importService);
    await send(producer, topic, 'imported');
    const { seen, consumer } = await consumeAs(auditService, topic, auditGroup);
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual(['imported']);
    await consumer.disconnect();
  });
});

interface Caller {
  /** The names of all errors in the answer. */
  readonly call: <A extends unknown[], R>(api: API<A, R>, ...args: NoInfer<A>) => Promise<string[]>;
}

/** Requests that no client library offers: the raw protocol, logged in as the service. */
async function sessionOf(service: string): Promise<Caller> {
  const { username, password } = await standing.credential(service);
  const section = { brokers: kafka.brokers, tls: { ca: 'ca' }, admin: { username, password: 'env:SERVICE' } };
  const dialer = await prepare(environment(section), {
    secret: () => Promise.resolve(password),
    file: () => Promise.resolve(kafka.ca),
    conceal: () => undefined,
    timeoutMs: 10_000,
    correlationId: run,
    progress: () => undefined,
  });
  const session: Session = await dialer.first();
  closing.push(() => session.close());
  return { call: async (api, ...args) => errorsIn(await session.call(api, ...args)) };
}

/** Every error code, wherever it stands. */
function errorsIn(answer: unknown): string[] {
  if (typeof answer !== 'object' || answer === null || Buffer.isBuffer(answer)) return [];
  const own = 'errorCode' in answer && typeof answer.errorCode === 'number' ? answer.errorCode : 0;
  const inner = Object.values(answer).flatMap(errorsIn);
  return own === 0 ? inner : [protocolErrorsCodesById[own] ?? `error ${own}`, ...inner];
}

const [topic, cluster, group, transaction] = [
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
];

/** What kafkajs makes of a group or transactional id that is refused: the protocol's own answers stand further down. */
const noCoordinator = 'Failed to find group coordinator';

describe('what a service does not declare is refused: with a client', () => {
  it("produces to another's topic", async () => {
    const producer = await produceAs(ordersService);
    expect(await refusal(send(producer, payments, 'forged'))).toBe(topic);
    const idempotent = await produceAs(ordersService, { idempotent: true });
    expect(await refusal(send(idempotent, payments, 'forged'))).toBe(topic);
  });

  it('produces to a topic that only begins like its own', async () => {
    const producer = await produceAs(ordersService);
    expect(await refusal(send(producer, `${orders}.more`, 'forged'))).toBe(topic);
  });

  it('produces to what it only consumes, by prefix', async () => {
    const producer = await produceAs(auditService);
    expect(await refusal(send(producer, orders, 'forged'))).toBe(topic);
  });

  it("produces in another's transaction", async () => {
    const options = { transactionalId: paymentsTransactions, maxInFlightRequests: 1, idempotent: true };
    const begun = produceAs(ordersService, options).then((producer) => producer.transaction());
    expect(await refusal(begun)).toBe(noCoordinator);
  });

  it("commits another's offsets in its own transaction", async () => {
    const options = { transactionalId: ordersTransactions, maxInFlightRequests: 1, idempotent: true };
    const begun = await (await produceAs(ordersService, options)).transaction();
    const offsets = [{ topic: payments, partitions: [{ partition: 0, offset: '1' }] }];
    const sent = begun.sendOffsets({ consumerGroupId: paymentsGroup, topics: offsets });
    expect(await refusal(sent)).toBe(group);
    await begun.abort();
  });

  it.each([
    {
      what: 'consumes the topic that it produces',
      as: ordersService,
      from: orders,
      in: ordersGroup,
      why: topic,
    },
    {
      what: "consumes in another's group",
      as: ordersService,
      from: payments,
      in: paymentsGroup,
      why: noCoordinator,
    },
    {
      what: 'consumes in a group of its own choice',
      as: ordersService,
      from: payments,
      in: run,
      why: noCoordinator,
    },
    {
      what: 'consumes what is outside of its prefix',
      as: auditService,
      from: '__consumer_offsets',
      in: auditGroup,
      why: topic,
    },
    {
      what: 'consumes where it only produces',
      as: importService,
      from: `${imports}first`,
      in: auditGroup,
      why: noCoordinator,
    },
  ])('$what', async (one) => {
    const died = consumeAs(one.as, one.from, one.in).then((listener) => listener.died);
    expect(await died.then(errorOf, errorOf)).toBe(one.why);
  });
});

describe('what a service does not declare is refused: by the protocol', () => {
  type Probe = readonly [what: string, want: string | undefined, work: (to: Caller) => Promise<string[]>];
  const newTopic = (name: string) => [
    { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] },
  ];
  const setting = (resourceType: 2 | 4, resourceName: string, name: string) => [
    { resourceType, resourceName, configs: [{ name, configOperation: 0 as const, value: '1000' }] },
  ];
  const acl = (principal: string) => ({
    resourceType: 2 as const,
    resourceName: payments,
    resourcePatternType: 3 as const,
    principal: `User:${principal}`,
    host: '*',
    operation: 4 as const,
    permissionType: 3 as const,
  });
  const anyAcl = {
    resourceType: 1 as const,
    resourceName: null,
    resourcePatternType: 1 as const,
    principal: null,
    host: null,
    operation: 1 as const,
    permissionType: 1 as const,
  };
  const password = (name: string) => [
    { name, mechanism: 2, iterations: 4096, salt: Buffer.alloc(16), saltedPassword: Buffer.alloc(64) },
  ];
  const quota = [
    {
      entities: [{ entityType: 'user' as const, entityName: ordersService }],
      ops: [{ key: 'producer_byte_rate' as const, value: 1e9, remove: false as const }],
    },
  ];
  const probes: readonly Probe[] = [
    ['creates a topic', topic, ({ call }) => call(createTopicsV7.api, newTopic(`${run}.new`), 5_000, false)],
    [
      'creates one below its own',
      topic,
      ({ call }) => call(createTopicsV7.api, newTopic(`${orders}.x`), 5_000, false),
    ],
    ['deletes its own topic', topic, ({ call }) => call(deleteTopicsV6.api, [{ name: orders }], 5_000)],
    ["deletes another's topic", topic, ({ call }) => call(deleteTopicsV6.api, [{ name: payments }], 5_000)],
    [
      'adds partitions to its own topic',
      topic,
      ({ call }) =>
        call(createPartitionsV3.api, [{ name: orders, count: 9, assignments: null }], 5_000, false),
    ],
    [
      'deletes the records of its own topic',
      topic,
      ({ call }) =>
        call(deleteRecordsV2.api, [{ name: orders, partitions: [{ partitionIndex: 0, offset: 1n }] }], 5_000),
    ],
    [
      'alters the settings of its own topic',
      topic,
      ({ call }) => call(incrementalAlterConfigsV1.api, setting(2, orders, 'retention.ms'), false),
    ],
    [
      "alters the settings of another's",
      topic,
      ({ call }) => call(incrementalAlterConfigsV1.api, setting(2, payments, 'retention.ms'), false),
    ],
    [
      'alters the settings of the broker',
      cluster,
      ({ call }) => call(incrementalAlterConfigsV1.api, setting(4, '1', 'log.retention.ms'), false),
    ],
    [
      'reads the settings of its own topic',
      topic,
      ({ call }) => call(describeConfigsV4.api, [{ resourceType: 2, resourceName: orders }], false, false),
    ],
    [
      'reads the settings of the broker',
      cluster,
      ({ call }) => call(describeConfigsV4.api, [{ resourceType: 4, resourceName: '1' }], false, false),
    ],
    [
      "describes another's topic",
      topic,
      ({ call }) => call(metadataV12.api, [`${imports}first`], false, false),
    ],
    [
      'describes the internal topics',
      topic,
      ({ call }) => call(metadataV12.api, ['__consumer_offsets'], false, false),
    ],
    ["describes another's group", group, ({ call }) => call(describeGroupsV5.api, [paymentsGroup], false)],
    [
      "looks for another group's coordinator",
      group,
      ({ call }) => call(findCoordinatorV6.api, 0, [paymentsGroup]),
    ],
    [
      "joins another's group",
      group,
      ({ call }) =>
        call(joinGroupV9.api, paymentsGroup, 6_000, 6_000, '', null, 'consumer', [
          { name: 'range', metadata: Buffer.alloc(0) },
        ]),
    ],
    [
      "commits another's offsets",
      group,
      ({ call }) =>
        call(offsetCommitV9.api, paymentsGroup, -1, '', null, [
          {
            name: payments,
            partitions: [{ partitionIndex: 0, committedOffset: 9n, committedLeaderEpoch: -1 }],
          },
        ]),
    ],
    ["deletes another's group", group, ({ call }) => call(deleteGroupsV2.api, [paymentsGroup])],
    ['deletes its own group', group, ({ call }) => call(deleteGroupsV2.api, [ordersGroup])],
    [
      "reads another's offsets",
      group,
      ({ call }) =>
        call(offsetFetchV9.api, [{ groupId: paymentsGroup, memberEpoch: -1, topics: null }], false),
    ],
    [
      "deletes another's offsets",
      group,
      ({ call }) =>
        call(offsetDeleteV0.api, paymentsGroup, [{ name: orders, partitions: [{ partitionIndex: 0 }] }]),
    ],
    [
      "takes another's transactional id over",
      transaction,
      ({ call }) => call(initProducerIdV4.api, paymentsTransactions, 60_000),
    ],
    [
      "ends another's transaction",
      transaction,
      ({ call }) => call(endTxnV4.api, paymentsTransactions, 1n, 0, false),
    ],
    ['reads the ACLs', cluster, ({ call }) => call(describeAclsV3.api, anyAcl)],
    ['gives itself an ACL', cluster, ({ call }) => call(createAclsV3.api, [acl(ordersService)])],
    [
      "takes another's ACLs away",
      cluster,
      ({ call }) => call(deleteAclsV3.api, [{ ...anyAcl, principal: `User:${paymentsService}` }]),
    ],
    [
      'sets its own password',
      cluster,
      ({ call }) => call(alterUserScramCredentialsV0.api, [], password(ordersService)),
    ],
    [
      "sets the administrator's password",
      cluster,
      ({ call }) => call(alterUserScramCredentialsV0.api, [], password(kafka.admin.username)),
    ],
    [
      "deletes another's credential",
      cluster,
      ({ call }) => call(alterUserScramCredentialsV0.api, [{ name: paymentsService, mechanism: 2 }], []),
    ],
    [
      "looks at another's credential",
      cluster,
      ({ call }) => call(describeUserScramCredentialsV0.api, [{ name: paymentsService }]),
    ],
    ['raises its own quota', cluster, ({ call }) => call(alterClientQuotasV1.api, quota, false)],
    ['reads the quotas', cluster, ({ call }) => call(describeClientQuotasV1.api, [], false)],
    [
      'moves partitions',
      cluster,
      ({ call }) =>
        call(alterPartitionReassignmentsV0.api, 5_000, true, [
          { name: orders, partitions: [{ partitionIndex: 0, replicas: [1] }] },
        ]),
    ],
    ['reads the log folders', cluster, ({ call }) => call(describeLogDirsV4.api, null)],
    ['takes a broker out of the cluster', cluster, ({ call }) => call(unregisterBrokerV0.api, 99)],
  ];

  it.each(probes)('%s', async (_what, want, work) => {
    const answers = await work(await sessionOf(ordersService));
    expect([...new Set(answers)]).toEqual([want]);
  });
});

it("lists nobody else's topics and groups", async () => {
  const admin = (await login(ordersService)).admin();
  await admin.connect();
  closing.push(() => admin.disconnect());
  expect((await admin.listTopics()).sort()).toEqual([orders, payments]);
  expect((await admin.listGroups()).groups.map(({ groupId }) => groupId)).not.toContain(paymentsGroup);
});

describe('the login itself', () => {
  it.each([
    ['a wrong password', () => Promise.resolve('wrong')],
    ["another service's password", async () => (await standing.credential(paymentsService)).password],
  ])('is refused with %s', async (_name, secret) => {
    const client = createKafka({
      service: ordersService,
      brokers: kafka.brokers,
      tls: { ca: kafka.ca },
      username: ordersService,
      password: await secret(),
    });
    const producer = client.producer({ retry: { retries: 0 } });
    expect(await refusal(producer.connect())).toContain(`refused user "${ordersService}"`);
    await producer.disconnect();
  });
});

it('leaves nothing to plan: whatever the services did, they stayed within the topology', async () => {
  const changes = (await standing.workspace.plan()).plan.changes.map(({ address }) => address);
  expect(changes.filter((address) => address.includes(run))).toEqual([]);
});
