import { allowedOn } from './reach.ts';
import { topicsOf } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const unproducedTopic: KafkaRule = {
  id: 'MQ608',
  name: 'unproduced-topic',
  severity: 'warning',
  summary: 'A topic is consumed, and nobody produces to it.',
  why: `Its consumers wait for messages that never come. Mostly the producer went, or writes to another topic of nearly that name; or it writes with
rights that are in no file.`,
  instead: '`produces: [orders]` in the service that does; or neither topic nor consumer.',
  *onSite(site: KafkaSite) {
    const [readers, writers] = [allowedOn(site, 'read'), allowedOn(site, 'write')];
    for (const { service, name, written } of topicsOf(site)) {
      if (readers(name).length === 0 || writers(name).length > 0 || service.suspended === true) continue;
      yield {
        position: service.locate(['topics', name]),
        message: `nobody produces to topic ${written}: who consumes it waits for nothing`,
        hint: 'write produces in the service that does, or take it out',
        service: service.name,
      };
    }
  },
};
