import { pass, untold } from '../../../core/audit.ts';
import { aclAddress, type AclSpec } from '../resources.ts';
import type { KafkaCheck } from './check.ts';
import { namesOf } from './names.ts';

export const orphanedAcls: KafkaCheck = {
  id: 'MQA53',
  name: 'kafka-orphaned-acls',
  title: 'Kafka: ACLs are about topics that there are',
  severity: 'warning',
  why: 'Whoever makes a topic of that name hands it to whom nobody thought of.',
  instead: 'delete the ACL, or declare the topic',
  link: 'https://kafka.apache.org/documentation/#security_authz',
  *points({ facts: { acls, topics } }) {
    if (acls.is !== 'told' || topics.is !== 'told') {
      if (acls.is !== 'told') yield untold(acls);
      if (topics.is !== 'told') yield untold(topics);
      return;
    }
    const all = acls.value === 'no authorizer' ? [] : acls.value;
    for (const acl of all.filter(orphanedBy(topics.value)))
      yield {
        is: 'fail',
        says: `${acl.principal} may ${acl.operation} the topic ${acl.name}${acl.pattern === 'prefixed' ? '…' : ''}, which is not there`,
        address: aclAddress(acl),
      };
    yield pass(`${all.length} ACLs looked at, and ${topics.value.length} topics`);
  },
};

/** Whether an ACL is about no topic that there is. */
export function orphanedBy(topics: readonly string[]): (acl: AclSpec) => boolean {
  const there = namesOf(topics);
  return ({ resource, pattern, name }) => {
    if (resource !== 'topic' || (pattern === 'literal' && name === '*')) return false;
    return pattern === 'prefixed' ? !there.hasPrefix(name) : !there.has(name);
  };
}
