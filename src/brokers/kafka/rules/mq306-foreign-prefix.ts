import { listed } from '../../../core/listed.ts';
import { asksOf } from '../compile/consent.ts';
import { topicsOf, writtenNames } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

const does = {
  publish: 'write to',
  consume: 'read',
  configure: 'change or delete',
} as const;

export const foreignPrefix: KafkaRule = {
  id: 'MQ306',
  name: 'foreign-prefix',
  severity: 'warning',
  summary: 'A prefix reaches topics of another service.',
  why: `A prefix is meant for names that a service makes up at run time. That another one's topics begin so too is seen by nobody: neither file says
it, and what that one adds tomorrow is reached as well. \`order\` begins \`orders\`, and also \`orderbook.trades\`.`,
  instead: `A prefix that ends in a separator and is its own: \`order.\`. Topics of others by their names, in \`produces\` and \`consumes\`; their
owner can say who: \`allow: { consume: [audit-service] }\`.`,
  *onSite(site: KafkaSite) {
    const topics = topicsOf(site);
    const names = writtenNames(site.landscape.environment.section);
    for (const { service, use, prefix, position } of site.landscape.services.flatMap(asksOf)) {
      const written = prefix === undefined ? '' : names.topic(prefix);
      // Everything there is has a rule of its own; so has everything of an environment, which is that by another name.
      if (prefix === undefined || written === '') continue;
      const found = topics
        .filter(({ name, service: owner }) => owner !== service && name.startsWith(prefix))
        .filter(({ name, service: owner }) => owner.section.topics?.[name]?.allow === undefined);
      if (found.length === 0) continue;
      const others = found.map((topic) => `${topic.written} of ${topic.service.name}`);
      yield {
        position,
        message: `by the prefix ${written} ${service.name} may ${does[use]} what others own: ${listed(others)}`,
        hint: 'write a prefix that only its own topics have, and name those of others',
        severity: use === 'configure' ? 'error' : 'warning',
        service: service.name,
      };
    }
  },
};
