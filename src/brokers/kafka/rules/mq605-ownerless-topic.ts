import type { PlacedService } from '../compile/landscape.ts';
import { topicAddress } from '../resources.ts';
import { topicsOf, writtenNames } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

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
    for (const service of site.landscape.services) {
      for (const { topic, does, path } of usesOf(service)) {
        if (topic === undefined || owned.has(topic)) continue;
        const makesIt = service.section.createTopics === true && does === produces;
        yield {
          position: service.locate(path),
          message: `${service.name} ${makesIt ? 'makes' : does} topic ${names.topic(topic)}, which no service owns`,
          hint: 'check its name, or declare it in the service that it belongs to',
          severity: makesIt ? 'note' : 'warning',
          service: service.name,
          address: topicAddress(topic),
        };
      }
    }
  },
};

const produces = 'produces to';

interface Use {
  readonly topic: string | undefined;
  readonly does: string;
  readonly path: readonly (string | number)[];
}

/** What a grant that lets nothing be done is about need not be there. */
function usesOf({ section }: PlacedService): Use[] {
  return [
    ...(section.produces ?? []).map(({ topic }, at): Use => ({
      topic,
      does: produces,
      path: ['produces', at],
    })),
    ...(section.consumes ?? []).map(({ topic }, at): Use => ({
      topic,
      does: 'consumes',
      path: ['consumes', at],
    })),
    ...(section.grants ?? []).flatMap(({ resource, name, pattern, permission, operations }, at): Use[] => {
      const isNamed = resource === 'topic' && pattern === 'literal' && name !== '*' && permission === 'allow';
      const acts = operations.some(
        (operation) => !operation.startsWith('describe') && operation !== 'create',
      );
      return isNamed && acts ? [{ topic: name, does: 'has a grant on', path: ['grants', at] }] : [];
    }),
  ];
}
