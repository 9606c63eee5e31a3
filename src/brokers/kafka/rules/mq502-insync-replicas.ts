import type { Severity } from '../../../core/finding.ts';
import { numberIn, type SiteTopic, topicsOf } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const insyncReplicas: KafkaRule = {
  id: 'MQ502',
  name: 'insync-replicas',
  severity: 'error',
  summary: 'In production, `min.insync.replicas` lets messages be lost, or keeps everybody from writing.',
  why: `A producer with \`acks=all\` waits for as many copies as this says. For one, it is told "written" when a single broker has it, and the
message is gone when that one dies. For as many as there are replicas, nobody can write while any broker restarts.`,
  instead: 'Two of three: `replicationFactor: 3`, `config: { min.insync.replicas: 2 }`.',
  *onSite(site: KafkaSite) {
    if (!site.production) return;
    for (const topic of topicsOf(site)) {
      const problem = problemOf(topic);
      if (problem === undefined) continue;
      yield {
        position: topic.setting('min.insync.replicas'),
        message: `topic ${topic.written} ${problem.what}`,
        hint: problem.hint,
        severity: problem.severity,
        service: topic.service.name,
      };
    }
  },
};

function problemOf(topic: SiteTopic): { what: string; hint: string; severity: Severity } | undefined {
  const least = numberIn(topic, 'min.insync.replicas');
  const copies = topic.replicationFactor;
  // One copy is one too few already, and that is told by another rule.
  if (least === undefined || copies === 1) return undefined;
  if (copies !== undefined && least >= copies) {
    const all = copies === 2 ? 'both of its replicas' : `all of its ${copies} replicas`;
    const what =
      least === copies
        ? `needs ${all} to be written: nobody can write while a broker restarts`
        : `needs ${least} replicas to be written, and has ${copies}: nobody can write while a broker restarts`;
    const more = copies === 2 ? 'replicationFactor: 3 and ' : '';
    return { what, hint: `write ${more}min.insync.replicas: ${Math.max(2, copies - 1)}`, severity: 'error' };
  }
  if (least > 1) return undefined;
  const what = 'is written when one broker has it: that one can take the message with it';
  return { what, hint: 'write min.insync.replicas: 2', severity: 'warning' };
}
