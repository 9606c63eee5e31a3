import { brokerDefault, type TopicSpec } from './resources.ts';

/**
 * How much goes into one request. The controller takes at most 10,000 records from one; above 1,000 to 2,000 ACLs Kafka 3.9
 * is left with ghosts in memory that can end it.
 */
const largestBatch = 1000;
const mostRecords = 9000;

export function inBatches<Item>(items: readonly Item[]): Item[][] {
  const batches: Item[][] = [];
  for (let from = 0; from < items.length; from += largestBatch)
    batches.push(items.slice(from, from + largestBatch));
  return batches;
}

/** A topic in a CreateTopics request. */
export interface CreationRequest {
  readonly name: string;
  readonly numPartitions: number;
  readonly replicationFactor: number;
  readonly assignments: [];
  readonly configs: { readonly name: string; readonly value: string }[];
}

export function creationRequest(name: string, spec: TopicSpec): CreationRequest {
  return {
    name,
    numPartitions: spec.partitions,
    replicationFactor: spec.replicationFactor,
    assignments: [],
    configs: Object.entries(spec.config ?? {}).map(([key, value]) => ({ name: key, value })),
  };
}

/** num.partitions of the cluster is not known here; hardly any has more. */
const assumedPartitions = 64;

function recordsOf({ numPartitions, configs }: CreationRequest): number {
  return 1 + (numPartitions === brokerDefault ? assumedPartitions : numPartitions) + configs.length;
}

/** By number of topics and by number of records: one a topic, one a partition, one a config. */
export function creationBatches(topics: readonly CreationRequest[]): CreationRequest[][] {
  const batches: CreationRequest[][] = [];
  let records = 0;
  for (const topic of topics) {
    const last = batches.at(-1);
    const own = recordsOf(topic);
    if (last === undefined || last.length === largestBatch || records + own > mostRecords) {
      batches.push([topic]);
      records = own;
    } else {
      last.push(topic);
      records += own;
    }
  }
  return batches;
}
