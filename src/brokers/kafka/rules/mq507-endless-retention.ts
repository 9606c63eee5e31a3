import { isCompacted, numberIn, topicsOf } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const endlessRetention: KafkaRule = {
  id: 'MQ507',
  name: 'endless-retention',
  severity: 'warning',
  summary: 'A topic keeps its messages for ever.',
  why: `With \`retention.ms: -1\` nothing is ever deleted: disks fill until the brokers stop, for everybody, and what people have a right to see
forgotten is still there.`,
  instead: `A time, \`retention.ms: 604800000\` (a week), or a size, \`retention.bytes\`. Where the last state of each key is what counts,
\`cleanup.policy: compact\`. What must be kept for ever says so in a comment that ignores this.`,
  *onSite(site: KafkaSite) {
    for (const topic of topicsOf(site)) {
      const isEndless = numberIn(topic, 'retention.ms') === -1;
      if (!isEndless || isCompacted(topic) || (numberIn(topic, 'retention.bytes') ?? -1) >= 0) continue;
      yield {
        position: topic.setting('retention.ms'),
        message: `topic ${topic.written} keeps its messages for ever`,
        hint: 'set a time or a size (retention.bytes), or say in a comment why it must',
        service: topic.service.name,
      };
    }
  },
};
