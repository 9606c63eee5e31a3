import { listed } from '../../../core/listed.ts';
import { noun, writtenGrants } from './grants.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

/** What shows that something is there, and nothing of what is in it. */
const harmless: readonly string[] = ['describe', 'describe_configs'];

export const wildcardAcl: KafkaRule = {
  id: 'MQ302',
  name: 'wildcard-acl',
  severity: 'error',
  summary: 'A principal of Kafka is granted more than a look at everything of one sort.',
  why: `The name \`*\` is every topic, or every group, of the cluster: those of the other services, those of other environments that share the
cluster, and those that will be made. Whoever gets that credential reads, writes or deletes all of it. To \`describe\` everything, as exporters do,
is not meant by this rule.`,
  instead: `What it does: \`produces\`, \`consumes\`. For many topics, a prefix that is its
own: \`{ resource: topic, name: orders., pattern: prefixed, … }\`.`,
  *onSite(site: KafkaSite) {
    for (const { service, grant, locate } of writtenGrants(site)) {
      if (grant.name !== '*' || grant.pattern !== 'literal' || grant.permission === 'deny') continue;
      const strong = grant.operations.filter((operation) => !harmless.includes(operation));
      if (strong.length === 0 || grant.resource === 'user') continue;
      const does = strong.includes('all') ? 'do anything to' : listed(strong.map(noun), strong.length);
      yield {
        position: locate('name'),
        message: `${service.name} may ${does} every ${noun(grant.resource)} of the cluster`,
        hint: 'name what it is for, or a prefix with pattern: prefixed',
        service: service.name,
      };
    }
  },
};
