import type { KafkaGrant } from '../schema.ts';
import { writtenGrants } from './grants.ts';
import { writtenNames } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const aclAsIntent: KafkaRule = {
  id: 'MQ311',
  name: 'acl-as-intent',
  severity: 'note',
  summary: 'An ACL is written by hand for what intent says.',
  why: `An ACL only says what is allowed, and not what is done: who reads the file, or reviews a change, has to work out that it is a producer. What
belongs to it is easily left out, such as DESCRIBE or the right on the group.`,
  instead:
    '`produces: [orders]` for `write`, `consumes: [{ topic: orders, group: … }]` for `read`. The same ACLs follow.',
  *onSite(site: KafkaSite) {
    const names = writtenNames(site.landscape.environment.section);
    for (const { service, grant, locate } of writtenGrants(site)) {
      const word = intentOf(grant);
      if (word === undefined || grant.name === undefined) continue;
      const name = names.topic(grant.name);
      const target = grant.pattern === 'prefixed' ? `prefix: ${name}` : `topic: ${name}`;
      yield {
        position: locate('operations'),
        message: `${service.name} is granted by hand what "${word}" says of ${name}`,
        hint: `write ${word}: [{ ${target}${word === 'consumes' ? ', group: …' : ''} }]`,
        service: service.name,
      };
    }
  },
};

/** Which word gives exactly this; some say where from, or are about everything: intent cannot. */
function intentOf({
  resource,
  name,
  permission,
  host,
  operations,
}: KafkaGrant): 'produces' | 'consumes' | undefined {
  if (resource !== 'topic' || name === '*' || permission === 'deny' || host !== undefined) return undefined;
  const strong = operations.filter((operation) => operation !== 'describe');
  if (strong.length !== 1) return undefined;
  return strong[0] === 'write' ? 'produces' : strong[0] === 'read' ? 'consumes' : undefined;
}
