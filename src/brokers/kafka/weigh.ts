import { describeClusterV1, describeLogDirsV4 } from '@platformatic/kafka';
import { type Address, partOf } from '../../core/address.ts';
import type { Context, Placed } from '../../core/broker.ts';
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
    const { sizes, complete } = await logSizes(dialer, session, losing);
    const least = complete ? '' : 'at least ';
    return new Map(losing.map(({ address }) => [address, least + sizeText(sizes.get(address) ?? 0n)]));
  } finally {
    await session.close();
  }
}

function losesData(change: Change<KafkaResource>): change is Change<TopicResource> {
  if (change.kind !== 'kafka:topic') return false;
  return (
    topicKind.hazard?.(change as Change<TopicResource>, { live: new Map(), going: new Set() }) !== undefined
  );
}

interface LogSizes {
  /** Bytes by topic, replicas counted once. */
  readonly sizes: ReadonlyMap<Address, bigint>;
  /** False where a broker could not be asked. */
  readonly complete: boolean;
}

async function logSizes(
  dialer: Dialer,
  session: Session,
  changes: readonly Change<TopicResource>[],
): Promise<LogSizes> {
  const topics = changes.map((change) => ({
    name: partOf(change.address, 0),
    partitions: Array.from({ length: change.before?.partitions ?? 0 }, (_, index) => index),
  }));
  const { brokers } = await session.call(describeClusterV1.api, false, 1);
  const answers = await Promise.allSettled(
    brokers.map(({ host, port }) => partitionSizes(dialer, host, port, topics)),
  );
  const largest = new Map<string, { topic: string; size: bigint }>();
  for (const answer of answers) {
    if (answer.status === 'rejected') continue;
    for (const { topic, partition, size } of answer.value) {
      const key = `${topic}/${partition}`;
      const known = largest.get(key);
      if (known === undefined || known.size < size) largest.set(key, { topic, size });
    }
  }
  const sizes = new Map<Address, bigint>();
  for (const { topic, size } of largest.values()) {
    sizes.set(topicAddress(topic), (sizes.get(topicAddress(topic)) ?? 0n) + size);
  }
  return { sizes, complete: answers.every(({ status }) => status === 'fulfilled') };
}

interface PartitionSize {
  readonly topic: string;
  readonly partition: number;
  readonly size: bigint;
}

async function partitionSizes(
  dialer: Dialer,
  host: string,
  port: number,
  topics: { name: string; partitions: number[] }[],
): Promise<PartitionSize[]> {
  const session = await dialer.to(host, port);
  try {
    const { results } = await session.call(describeLogDirsV4.api, topics);
    return results
      .flatMap((result) => result.topics)
      .flatMap(({ name, partitions }) =>
        partitions
          .filter(({ isFutureKey }) => !isFutureKey)
          .map((one) => ({ topic: name, partition: one.partitionIndex, size: one.partitionSize })),
      );
  } finally {
    await session.close();
  }
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
