import { allowedOn } from './reach.ts';
import { topicsOf } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const unconsumedTopic: KafkaRule = {
  id: 'MQ607',
  name: 'unconsumed-topic',
  severity: 'note',
  summary: 'Nobody consumes a topic.',
  why: `What is written there costs disk, network and the producer's time, for nobody. Mostly its consumer went or was to come; or it is read by
something that no file tells of.`,
  instead:
    '`consumes: [{ topic: orders, group: … }]` in the service that does, or no topic. What is kept for people to look at says so in a comment.',
  *onSite(site: KafkaSite) {
    const readers = allowedOn(site, 'read');
    for (const { service, name, written } of topicsOf(site)) {
      if (readers(name).length > 0 || service.suspended === true) continue;
      yield {
        position: service.locate(['topics', name]),
        message: `nobody consumes topic ${written}`,
        hint: 'write consumes in the service that does, or take it out',
        service: service.name,
      };
    }
  },
};
