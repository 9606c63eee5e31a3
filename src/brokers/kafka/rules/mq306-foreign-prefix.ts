import { listed } from '../../../core/listed.ts';
import type { Spot } from '../../../core/rule.ts';
import { asksOf } from '../compile/consent.ts';
import { wideReaches } from '../compile/shared.ts';
import { aclAddress, type AclSpec } from '../resources.ts';
import { writtenGrants } from './grants.ts';
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
  summary: 'A prefix reaches topics, groups or transactional ids of another service.',
  why: `A prefix is meant for names that a service makes up at run time. That another one's topics begin so too is seen by nobody: neither file says
it, and what that one adds tomorrow is reached as well. \`order\` begins \`orders\`, and also \`orderbook.trades\`. Whoever consumes as a group of others takes their messages and moves their offsets; whoever
writes with their transactional id ends what they began.`,
  instead: `A prefix that ends in a separator and is its own: \`order.\`. Topics of others by their names, in \`produces\` and \`consumes\`; their
owner can say who: \`allow: { consume: [audit-service] }\`.`,
  *onSite(site: KafkaSite) {
    yield* topicSpots(site);
    yield* partSpots(site);
  },
};

function* topicSpots(site: KafkaSite): Iterable<Spot> {
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
}

const takesPart: Readonly<Record<string, string>> = {
  group: 'consume as groups',
  transactional_id: 'write with transactional ids',
};

/** Groups and transactional ids have no owner: they are those of whoever names them. */
function* partSpots(site: KafkaSite): Iterable<Spot> {
  const grants = writtenGrants(site);
  const names = writtenNames(site.landscape.environment.section);
  for (const { service, spec, others } of wideReaches(site.landscape.services)) {
    // Everything there is has a rule of its own.
    if (spec.pattern !== 'prefixed') continue;
    const address = aclAddress(spec);
    const written = ({ name, resource }: AclSpec) => (resource === 'group' ? names.group(name) : name);
    const grant = grants.find((one) => one.specs.some((other) => aclAddress(other) === address));
    const found = others.map((one) => `${written(one.spec)} of ${one.service.name}`);
    yield {
      position: grant?.locate('name') ?? service.locate(['streams', 'applicationId']),
      message: `by the prefix ${written(spec)} ${service.name} may ${takesPart[spec.resource] ?? 'take part in what is'} of others: ${listed(found)}`,
      hint: 'write a prefix that only its own names have',
      service: service.name,
      address,
    };
  }
}
