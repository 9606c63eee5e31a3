import { describeClusterV1, describeLogDirsV4 } from '@platformatic/kafka';
import { type Address, partOf } from '../../core/address.ts';
import type { Context } from '../../core/broker.ts';
import type { Placed } from '../../core/landscape.ts';
import { MqwardenError } from '../../core/errors.ts';
import type { Change } from '../../core/resource.ts';
import { type Dialer, prepare, type Session } from './admin.ts';
import { topicKind } from './kinds/topic.ts';
import { topicAddress, type KafkaResource, type TopicResource } from './resources.ts';
import type { KafkaEnvironment } from './schema.ts';

/** How much the topics hold that would be deleted, or whose messages may be discarded. One request a broker, for all. */
export async function weigh(
  target: Placed<KafkaEnvironment>,
  changes: readonly Change<KafkaResource>[],
  context: Context,
): Promise<ReadonlyMap<Address, string>> {
  const losing = changes.filter(losesData);
  if (losing.length === 0) return new Map();
  const dialer = await prepare(target, context);
  const session = await dialer.first();
  try {
    return await costs(dialer, session, losing);
  } finally {
    await session.close();
  }
}

function losesData(change: Change<KafkaResource>): change is Change<TopicResource> {
  if (change.kind !== 'kafka:topic') return false;
  return (
    topicKind.hazard?.(change as Change<TopicResource>, {
      live: new Map(),
      desired: new Map(),
      going: new Set(),
    }) !== undefined
  );
}

/** What deleting or changing these topics would lose, for a person to read. */
export async function costs(
  dialer: Pick<Dialer, 'to'>,
  session: Session,
  changes: readonly Change<TopicResource>[],
): Promise<Map<Address, string>> {
  const topics = changes.map((change) => ({
    name: partOf(change.address, 0),
    partitions: Array.from({ length: change.before?.partitions ?? 0 }, (_, index) => index),
  }));
  const cluster = await session.call(describeClusterV1.api, false, 1);
  const answers = await Promise.all(
    cluster.brokers.map(({ host, port }) => logsOf(dialer, host, port, topics)),
  );
  const complete = cluster.errorCode === 0 && answers.every((answer) => answer.complete);
  const sizes = largestReplicas(answers.flatMap(({ logs }) => logs));
  return new Map(
    topics.map(({ name, partitions }) => {
      const known = [...(sizes.get(name)?.values() ?? [])];
      const bytes = known.reduce((sum, size) => sum + size, 0n);
      return [topicAddress(name), costText(bytes, complete && known.length === partitions.length)];
    }),
  );
}

interface Log {
  readonly topic: string;
  readonly partition: number;
  readonly size: bigint;
}

/** Bytes by topic and partition: replicas count once. */
function largestReplicas(logs: readonly Log[]): Map<string, Map<number, bigint>> {
  const sizes = new Map<string, Map<number, bigint>>();
  for (const { topic, partition, size } of logs) {
    const known = sizes.get(topic) ?? new Map<number, bigint>();
    const largest = known.get(partition);
    known.set(partition, largest === undefined || largest < size ? size : largest);
    sizes.set(topic, known);
  }
  return sizes;
}

interface Logs {
  readonly logs: readonly Log[];
  /** False where the broker, or one of its disks, did not tell. */
  readonly complete: boolean;
}

async function logsOf(
  dialer: Pick<Dialer, 'to'>,
  host: string,
  port: number,
  topics: { name: string; partitions: number[] }[],
): Promise<Logs> {
  try {
    const session = await dialer.to(host, port);
    try {
      return logsIn(await session.call(describeLogDirsV4.api, topics));
    } finally {
      await session.close();
    }
  } catch (error) {
    // A size that is not known must not hold up a plan.
    if (error instanceof MqwardenError) return { logs: [], complete: false };
    throw error;
  }
}

function logsIn({ errorCode, results }: describeLogDirsV4.DescribeLogDirsResponse): Logs {
  const logs = results
    .flatMap((result) => result.topics)
    .flatMap(({ name, partitions }) =>
      partitions
        .filter(({ isFutureKey }) => !isFutureKey)
        .map((one) => ({ topic: name, partition: one.partitionIndex, size: one.partitionSize })),
    );
  return { logs, complete: [errorCode, ...results.map((one) => one.errorCode)].every((code) => code === 0) };
}

/** `complete` is false where there may be more: then nothing found is not nothing. */
export function costText(bytes: bigint, complete: boolean): string {
  if (complete) return sizeText(bytes);
  return bytes === 0n ? 'size unknown' : `at least ${sizeText(bytes)}`;
}

const units = ['KB', 'MB', 'GB', 'TB', 'PB'];

/** `no messages`, `512 bytes of messages`, `3.4 MB of messages`. */
export function sizeText(bytes: bigint): string {
  if (bytes === 0n) return 'no messages';
  if (bytes < 1000n) return `${bytes} bytes of messages`;
  let size = Number(bytes) / 1000;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size.toFixed(size < 10 ? 1 : 0)} ${units[unit] ?? ''} of messages`;
}
