import { isCompacted, topicsOf } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const singlePartition: KafkaRule = {
  id: 'MQ504',
  name: 'single-partition',
  severity: 'note',
  summary: 'In production, a topic has one partition.',
  why: `One consumer of a group reads a partition: with a single one, a second consumer helps nothing, and all of the load is on one broker. When
partitions are added later, keys move to others, and what has one key is no longer in order.`,
  instead: `As many as consumers will ever be wanted: \`partitions: 12\`. Where all messages must be in one order, say so in a comment that ignores
this. Compacted topics, which tools keep their state in, are not meant.`,
  *onSite(site: KafkaSite) {
    if (!site.production) return;
    for (const topic of topicsOf(site)) {
      if (topic.partitions !== 1 || isCompacted(topic)) continue;
      yield {
        position: topic.size('partitions'),
        message: `topic ${topic.written} has one partition: only one consumer of a group reads it`,
        hint: 'give it more, or say in a comment why it must be one',
        service: topic.service.name,
      };
    }
  },
};
