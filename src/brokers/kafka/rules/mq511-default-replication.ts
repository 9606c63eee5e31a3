import { listed } from '../../../core/listed.ts';
import { topicsOf } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const defaultReplication: KafkaRule = {
  id: 'MQ511',
  name: 'default-replication',
  severity: 'warning',
  summary: 'In production, the number of partitions or replicas of a topic is left to the brokers.',
  why: `Kafka's own defaults are one partition on one broker. Whether somebody has set others is in no file, may differ from cluster to cluster,
and neither can be made right easily once there is data: replicas have to be moved, and more partitions move keys.`,
  instead:
    'Both, in the topic: `{ partitions: 12, replicationFactor: 3 }`. Smaller places set theirs in `override`.',
  *onSite(site: KafkaSite) {
    if (!site.production) return;
    for (const { service, name, written, partitions, replicationFactor } of topicsOf(site)) {
      const open = [
        ...(partitions === undefined ? ['partitions'] : []),
        ...(replicationFactor === undefined ? ['replicationFactor'] : []),
      ];
      if (open.length === 0) continue;
      yield {
        position: service.locate(['topics', name]),
        message: `topic ${written} leaves ${listed(open)} to the brokers, whose own default is 1`,
        hint: `write ${listed(open)}`,
        service: service.name,
      };
    }
  },
};
