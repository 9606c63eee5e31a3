import type { API } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import type { Dialer, Session } from '../../src/brokers/kafka/admin.ts';
import { requireAll } from '../../src/brokers/kafka/answers.ts';
import { readTopics } from '../../src/brokers/kafka/read/topics.ts';
import {
  topicAddress,
  type TopicResource,
  type TopicSpec,
  userAddress,
  type UserResource,
} from '../../src/brokers/kafka/resources.ts';
import { describeUsers } from '../../src/brokers/kafka/scram.ts';
import { costs } from '../../src/brokers/kafka/weigh.ts';
import { createTopics, updateTopics } from '../../src/brokers/kafka/write/topics.ts';
import { deleteUsers } from '../../src/brokers/kafka/write/users.ts';
import type { Outcome } from '../../src/core/broker.ts';
import { BrokerError, PartialView } from '../../src/core/errors.ts';
import type { Change } from '../../src/core/resource.ts';

/** Answers that no real broker gives on demand: errors in one place, items that are left out. */

const keys = {
  metadata: 3,
  createTopics: 19,
  describeConfigs: 32,
  describeLogDirs: 35,
  createPartitions: 37,
  alterConfigs: 44,
  describeUsers: 50,
  alterUsers: 51,
  describeCluster: 60,
} as const;

interface Scripted extends Session {
  /** The arguments of each request so far. */
  readonly asked: unknown[][];
}

function session(answers: Partial<Record<keyof typeof keys, object>>): Scripted {
  const asked: unknown[][] = [];
  const byKey = new Map<number, object>(
    Object.entries(answers).map(([name, answer]) => [keys[name as keyof typeof keys], answer]),
  );
  return {
    asked,
    endpoint: 'kafka-1:9093',
    admin: 'admin',
    timeoutMs: 1000,
    call: <Arguments extends unknown[], Response>(
      api: API<Arguments, Response>,
      ...args: NoInfer<Arguments>
    ) =>
      new Promise<Response>((resolve) => {
        asked.push(args);
        resolve(byKey.get(api.key) as Response);
      }),
    close: () => Promise.resolve(),
  };
}

const orders = topicAddress('orders');
const wanted: TopicResource = {
  kind: 'kafka:topic',
  address: orders,
  spec: { partitions: 1, replicationFactor: 1, config: {} },
};

const fault = (run: Promise<unknown>) => run.then(String, (reason: unknown) => reason);

describe('topics that are not there', () => {
  const asked = (errorCode: number) =>
    readTopics(
      session({
        metadata: { topics: [] },
        createTopics: { topics: [{ name: 'orders', errorCode, errorMessage: 'because' }] },
      }),
      [wanted],
    );

  it.each([
    [17, 'INVALID_TOPIC_EXCEPTION'],
    [37, 'INVALID_PARTITIONS'],
    [38, 'INVALID_REPLICATION_FACTOR'],
    [40, 'INVALID_CONFIG'],
    [44, 'POLICY_VIOLATION'],
  ])('%i is a verdict: %s', async (code, name) => {
    const { refusals } = await asked(code);
    expect(refusals).toMatchObject([{ address: orders, action: 'create', reason: `${name}: because` }]);
  });

  it.each([
    [-1, 'UNKNOWN_SERVER_ERROR'],
    [7, 'REQUEST_TIMED_OUT'],
    [8, 'BROKER_NOT_AVAILABLE'],
    [41, 'NOT_CONTROLLER'],
    [89, 'THROTTLING_QUOTA_EXCEEDED'],
  ])('%i is none: %s', async (code, name) => {
    const error = await fault(asked(code));
    expect(error).toBeInstanceOf(BrokerError);
    expect(String(error)).toContain(`${name}: because`);
  });

  it('one that the answer leaves out is not absent', async () => {
    const answers = { metadata: { topics: [] }, createTopics: { topics: [] } };
    expect(await fault(readTopics(session(answers), [wanted]))).toMatchObject({
      message: 'Kafka at kafka-1:9093 did not answer for topic orders',
    });
  });

  it('one whose metadata is an error is not absent, unless it is gone', async () => {
    const metadata = (errorCode: number) => ({
      topics: [{ name: 'orders', errorCode, partitions: [] }],
    });
    expect(await fault(readTopics(session({ metadata: metadata(5) }), []))).toBeInstanceOf(BrokerError);
    expect(await readTopics(session({ metadata: metadata(3) }), [])).toMatchObject({ resources: [] });
  });
});

describe('configs', () => {
  const metadata = {
    topics: [{ name: 'orders', errorCode: 0, partitions: [{ partitionIndex: 0, replicaNodes: [1] }] }],
  };
  const answered = (results: object[]) =>
    fault(readTopics(session({ metadata, describeConfigs: { results } }), [wanted]));

  it('that are left out are not empty', async () => {
    expect(await answered([])).toMatchObject({
      message: 'Kafka at kafka-1:9093 did not answer for the configs of topic orders',
    });
  });

  it.each([
    [29, PartialView],
    [7, BrokerError],
  ])('with error %i are not empty', async (errorCode, kind) => {
    const result = { resourceName: 'orders', errorCode, errorMessage: null, configs: [] };
    expect(await answered([result])).toBeInstanceOf(kind);
  });
});

describe('users', () => {
  const users = (errorCode: number, ofOne: number) => ({
    errorCode,
    errorMessage: null,
    results: [{ user: 'o', errorCode: ofOne, errorMessage: null, credentialInfos: [] }],
  });
  const described = (errorCode: number, ofOne: number) =>
    fault(describeUsers(session({ describeUsers: users(errorCode, ofOne) })));

  it('are asked for by an empty list: a null that is refused is never answered', async () => {
    const scripted = session({ describeUsers: users(0, 91) });
    await describeUsers(scripted);
    expect(scripted.asked).toEqual([[[]]]);
  });

  it('are absent only where the broker says so', async () => {
    expect(await describeUsers(session({ describeUsers: users(0, 91) }))).toEqual([]);
    expect(await described(31, 0)).toBeInstanceOf(PartialView);
    expect(await described(7, 0)).toBeInstanceOf(BrokerError);
    expect(await described(0, 7)).toMatchObject({
      message:
        'SCRAM user o of Kafka at kafka-1:9093 cannot be read by admin: REQUEST_TIMED_OUT: The request timed out.',
    });
  });

  const removal: Change<UserResource> = {
    action: 'delete',
    address: userAddress('o'),
    kind: 'kafka:user',
    reason: '',
    before: { mechanism: 'SCRAM-SHA-512', iterations: 8192 },
    after: null,
  };
  const deleted = async (answers: Parameters<typeof session>[0]) => {
    const outcomes: Outcome[] = [];
    await deleteUsers(session(answers), [removal], (_change, outcome) => outcomes.push(outcome));
    return outcomes;
  };

  it('that could not be read are not deleted', async () => {
    expect(await fault(deleted({ describeUsers: users(0, 7) }))).toBeInstanceOf(BrokerError);
  });

  it('that the answer leaves out are not deleted', async () => {
    const there = { user: 'o', errorCode: 0, credentialInfos: [{ mechanism: 2, iterations: 8192 }] };
    const describeUsers = { errorCode: 0, results: [there] };
    expect(await deleted({ describeUsers, alterUsers: { results: [] } })).toEqual([
      { status: 'failed', error: 'the broker did not answer for it' },
    ]);
    const result = { user: 'o', errorCode: 0, errorMessage: null };
    expect(await deleted({ describeUsers, alterUsers: { results: [result] } })).toEqual([{ status: 'done' }]);
  });
});

const topicChange = (after: Partial<TopicSpec>): Change<TopicResource> => ({
  action: 'update',
  address: orders,
  kind: 'kafka:topic',
  reason: '',
  before: { partitions: 1, replicationFactor: 1, config: {} },
  after: { partitions: 1, replicationFactor: 1, config: {}, ...after },
});

describe('an update of a topic that the answer leaves out has failed', () => {
  it.each([
    ['configs', { config: { 'retention.ms': '5' } }],
    ['partitions', { partitions: 2 }],
  ])('%s', async (_name, after) => {
    const outcomes: Outcome[] = [];
    const answers = { alterConfigs: { responses: [] }, createPartitions: { results: [] } };
    await updateTopics(session(answers), [topicChange(after)], (_change, outcome) => outcomes.push(outcome));
    expect(outcomes).toEqual([{ status: 'failed', error: 'the broker did not answer for it' }]);
  });

  it('a creation too: it is left for the writer to report', async () => {
    const outcomes: Outcome[] = [];
    const creation: Change<TopicResource> = { ...topicChange({}), action: 'create', before: null };
    await createTopics(session({ createTopics: { topics: [] } }), [creation], (_change, outcome) =>
      outcomes.push(outcome),
    );
    expect(outcomes).toEqual([]);
  });
});

describe('the size of a topic', () => {
  const removal = {
    ...topicChange({}),
    action: 'delete',
    before: { partitions: 2, replicationFactor: 2 },
    after: null,
  } as const;
  const replica = (partitionIndex: number, partitionSize: bigint) => ({
    partitionIndex,
    partitionSize,
    isFutureKey: false,
  });
  const disk = (errorCode: number, ...partitions: object[]) => ({
    errorCode,
    topics: partitions.length === 0 ? [] : [{ name: 'orders', partitions }],
  });
  const broker = (errorCode: number, ...results: object[]) =>
    session({ describeLogDirs: { errorCode, results } });

  /** What is said where the brokers answer so; undefined cannot be reached. */
  const said = async (brokers: (Session | undefined)[], errorCode = 0) => {
    const dialer: Pick<Dialer, 'to'> = {
      to: (_host, port) => {
        const reached = brokers[port];
        return reached === undefined ? Promise.reject(new BrokerError('down', {})) : Promise.resolve(reached);
      },
    };
    const describeCluster = { errorCode, brokers: brokers.map((_, port) => ({ host: 'kafka', port })) };
    return (await costs(dialer, session({ describeCluster }), [removal])).get(orders);
  };

  const empty = broker(0, disk(0, replica(0, 0n), replica(1, 0n)));
  const full = broker(0, disk(0, replica(0, 700n)), disk(0, replica(1, 200n)));

  it.each<[string, (Session | undefined)[], string, number?]>([
    ['both partitions', [empty], 'no messages'],
    ['replicas once', [full, full, empty], '900 bytes of messages'],
    ['a broker that refuses', [broker(31)], 'size unknown'],
    ['a disk that is offline', [broker(0, disk(56))], 'size unknown'],
    [
      'a disk that is offline beside another',
      [broker(0, disk(0, replica(0, 700n)), disk(56))],
      'at least 700 bytes of messages',
    ],
    ['a partition that nobody has', [broker(0, disk(0, replica(0, 0n)))], 'size unknown'],
    ['a broker that is down', [undefined], 'size unknown'],
    ['a broker that is down beside another', [full, undefined], 'at least 900 bytes of messages'],
    ['no broker at all', [], 'size unknown', 31],
    ['a cluster that does not tell its brokers', [full], 'at least 900 bytes of messages', 31],
  ])('%s', async (_name, brokers, text, errorCode) => {
    expect(await said(brokers, errorCode)).toBe(text);
  });
});

it('every item that was asked for must be answered for', () => {
  const where = { endpoint: 'kafka-1:9093' };
  expect(() => {
    requireAll(where, 'topic', ['a', 'b'], ['a']);
  }).toThrow('did not answer for topic b');
  requireAll(where, 'topic', ['a'], ['b', 'a']);
});
