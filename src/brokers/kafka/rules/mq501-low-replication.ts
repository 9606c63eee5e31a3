import { topicsOf } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const lowReplication: KafkaRule = {
  id: 'MQ501',
  name: 'low-replication',
  severity: 'error',
  summary: 'In production, a topic is on fewer than three brokers.',
  why: `On one broker, the messages are gone with its disk, and nobody reads or writes while it restarts. On two, one restart leaves a single
copy: either writers wait, or what they write may be lost. The factor cannot be changed later without moving the data.`,
  instead: '`replicationFactor: 3`, with `min.insync.replicas: 2`. Smaller places set theirs in `override`.',
  *onSite(site: KafkaSite) {
    if (!site.production) return;
    for (const { service, written, replicationFactor, size } of topicsOf(site)) {
      if (replicationFactor === undefined || replicationFactor > 2) continue;
      const cost =
        replicationFactor === 1
          ? 'is on one broker: what is in it is lost with its disk'
          : 'is on two brokers: while one restarts, there is a single copy';
      yield {
        position: size('replicationFactor'),
        message: `topic ${written} ${cost}`,
        hint: 'write replicationFactor: 3',
        severity: replicationFactor === 1 ? 'error' : 'warning',
        service: service.name,
      };
    }
  },
};
