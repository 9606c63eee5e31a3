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
    const begins = beginnings(site);
    const names = writtenNames(site.landscape.environment.section);
    for (const service of site.landscape.services) {
      for (const { topic, prefix, does, path } of usesOf(service)) {
        if (prefix !== undefined && !begins(prefix)) {
          yield {
            position: service.locate(path),
            message: `${service.name} ${does} topics that begin with ${names.topic(prefix)}, and no service owns or makes one`,
            hint: 'check the prefix, or declare its topics in the service that they belong to',
            severity: 'note',
            service: service.name,
          };
        }
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

/** Whether there is, or may come to be, a topic whose name begins so: one that is declared, or that somebody may make. */
function beginnings(site: KafkaSite): (prefix: string) => boolean {
  const names = topicsOf(site).map(({ name }) => name);
  const made = site.resources.flatMap((one) => {
    if (one.kind !== 'kafka:acl' || one.spec.permission !== 'allow') return [];
    const { resource, operation, pattern, name } = one.spec;
    if (operation !== 'create' && operation !== 'all') return [];
    if (resource === 'cluster' || (resource === 'topic' && name === '*')) return [{ name: '', open: true }];
    return resource === 'topic' ? [{ name, open: pattern === 'prefixed' }] : [];
  });
  return (prefix) =>
    names.some((name) => name.startsWith(prefix)) ||
    made.some(({ name, open }) => name.startsWith(prefix) || (open && prefix.startsWith(name)));
}

interface Use {
  readonly topic: string | undefined;
  readonly prefix?: string | undefined;
  readonly does: string;
  readonly path: readonly (string | number)[];
}

/** What a grant that lets nothing be done is about need not be there. */
function usesOf({ section }: PlacedService): Use[] {
  return [
    ...(section.produces ?? []).map(({ topic, prefix }, at): Use => ({
      topic,
      prefix,
      does: produces,
      path: ['produces', at],
    })),
    ...(section.consumes ?? []).map(({ topic, prefix }, at): Use => ({
      topic,
      prefix,
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
