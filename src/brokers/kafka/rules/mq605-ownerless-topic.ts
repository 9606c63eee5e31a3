import { asksOf } from '../compile/consent.ts';
import { topicAddress } from '../resources.ts';
import { topicsOf, writtenNames } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

const says = { publish: 'produces to', consume: 'consumes', configure: 'may change' } as const;

export const ownerlessTopic: KafkaRule = {
  id: 'MQ605',
  name: 'ownerless-topic',
  severity: 'warning',
  summary: 'A service uses a topic that no service owns.',
  why: `mqwarden does not make it, so it must be there already, made by somebody who is in no file, or by the broker at the first message, with one
partition on one disk. Nobody says who else may use it. Mostly the name is misspelt.`,
  instead:
    'The name that its owner declares it by; or a declaration, in the service that it belongs to: `topics: { orders: { … } }`.',
  *onSite(site: KafkaSite) {
    const owned = new Set(topicsOf(site).map(({ name }) => name));
    const names = writtenNames(site.landscape.environment.section);
    for (const { service, use, topic, position } of site.landscape.services.flatMap(asksOf)) {
      if (topic === undefined || owned.has(topic) || service.section.createTopics === true) continue;
      yield {
        position,
        message: `${service.name} ${says[use]} topic ${names.topic(topic)}, which no service owns`,
        hint: 'check its name, or declare it in the service that it belongs to',
        service: service.name,
        address: topicAddress(topic),
      };
    }
  },
};
