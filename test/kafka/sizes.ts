import { creationBatches, creationRequest } from '../../src/brokers/kafka/batches.ts';

/** How many topics of these partition counts go into each request. */
export function batchesOf(partitions: readonly number[]): number[] {
  const topics = partitions.map((count, index) =>
    creationRequest(`t${index}`, { partitions: count, replicationFactor: 1 }),
  );
  return creationBatches(topics).map((batch) => batch.length);
}
