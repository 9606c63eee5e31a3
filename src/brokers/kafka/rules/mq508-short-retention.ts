import { durationText } from '../../../core/duration.ts';
import { isCompacted, numberIn, topicsOf } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

const hour = 3_600_000;

export const shortRetention: KafkaRule = {
  id: 'MQ508',
  name: 'short-retention',
  severity: 'warning',
  summary: 'In production, a topic keeps its messages for less than an hour.',
  why: `What is deleted before it was read is lost, and nobody is told: a consumer that was down for longer than this goes on behind the gap.
A deployment that goes wrong takes about as long.`,
  instead:
    'As long as the longest time that a consumer may be down: a day (`86400000`), better a week (`604800000`).',
  *onSite(site: KafkaSite) {
    if (!site.production) return;
    for (const topic of topicsOf(site)) {
      const kept = numberIn(topic, 'retention.ms');
      if (kept === undefined || kept < 0 || kept >= hour || isCompacted(topic)) continue;
      yield {
        position: topic.setting('retention.ms'),
        message: `topic ${topic.written} deletes what is older than ${durationText(kept)}, read or not`,
        hint: 'keep it for as long as a consumer may be down: a day or more',
        service: topic.service.name,
      };
    }
  },
};
