import { powerOf } from '../compile/power.ts';
import { aclAddress } from '../resources.ts';
import { writtenGrants } from './grants.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const clusterPower: KafkaRule = {
  id: 'MQ303',
  name: 'cluster-power',
  severity: 'error',
  summary: 'A service has power over the whole cluster of Kafka.',
  why: `Whoever may \`alter\` the cluster writes ACLs and users, and so gives itself everything; \`cluster_action\` makes it a broker in the eyes
of the others; \`create_tokens\` for another user is a login as that one; \`alter_configs\` changes the brokers themselves; \`create\` makes topics
of any name, and names decide who reaches them. No owner is asked about any of it.`,
  instead: `Nothing on the cluster: a service needs none of it. Topics that it must make itself: \`createTopics: true\`, or \`streams\`. Tools that
look after the cluster belong under \`principals\`, with the operations that they use, and a comment that ignores this.`,
  *onSite(site: KafkaSite) {
    for (const { service, specs, locate } of writtenGrants(site)) {
      for (const spec of specs) {
        if (spec.permission === 'deny') continue;
        const makesTopics = spec.resource === 'cluster' && spec.operation === 'create';
        const power = makesTopics ? 'create topics of any name' : powerOf(spec, spec.principal);
        if (power === undefined) continue;
        yield {
          position: locate('operations'),
          message: `${service.name} may ${power}`,
          hint: makesTopics
            ? 'write createTopics: true instead'
            : 'leave it out: a service needs no power over the cluster',
          severity: makesTopics || spec.operation === 'alter_configs' ? 'warning' : 'error',
          service: service.name,
          address: aclAddress(spec),
        };
      }
    }
  },
};
