import { compareText } from '../../../core/json.ts';
import { metricName } from '../names.ts';
import { topicAddress } from '../resources.ts';
import { topicsOf } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const collidingTopics: KafkaRule = {
  id: 'MQ506',
  name: 'colliding-topics',
  severity: 'error',
  summary: 'The names of two topics differ in `.` and `_`, or in case alone.',
  why: `Kafka makes \`_\` of \`.\` in the names of its metrics: of \`orders.new\` and \`orders_new\` it refuses to make the second one, or
mixes up their numbers. Names that differ in case are two topics to Kafka, and one to people, to file systems and to much of what reads them.`,
  instead: 'Names in lower case, with one separator everywhere: `orders.new`.',
  *onSite(site: KafkaSite) {
    const topics = [...topicsOf(site)].sort((a, b) => compareText(a.name, b.name));
    for (const [first, ...others] of Map.groupBy(topics, ({ name }) =>
      metricName(name).toLowerCase(),
    ).values()) {
      if (first === undefined) continue;
      for (const { name, written, service } of others) {
        const equal = metricName(name) === metricName(first.name);
        const why = equal ? 'Kafka may refuse the second of the two' : 'people will take one for the other';
        yield {
          position: service.locate(['topics', name]),
          message: `topic ${written} differs from ${first.written} in ${equal ? '"." and "_"' : 'case'} alone: ${why}`,
          hint: 'give one of the two another name',
          severity: equal ? 'error' : 'warning',
          service: service.name,
          address: topicAddress(name),
          related: [
            {
              message: `${first.service.name} has it here`,
              position: first.service.locate(['topics', first.name]),
            },
          ],
        };
      }
    }
  },
};
