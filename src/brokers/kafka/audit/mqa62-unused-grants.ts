import { aside, pass, some, untold } from '../../../core/audit.ts';
import { aclAddress, type AclSpec } from '../resources.ts';
import type { KafkaCheck } from './check.ts';
import { silentPoints } from './facts.ts';
import { type Names, namesOf } from './names.ts';

export const unusedGrants: KafkaCheck = {
  id: 'MQA62',
  name: 'kafka-unused-grants',
  title: 'Kafka: what is granted is used',
  severity: 'warning',
  why: 'What nobody uses can be taken away, and then nobody can misuse it. Kafka keeps no record: only that no use is seen can be said.',
  instead: 'ask the owner whether the service still needs it, and take it out of the topology if not',
  link: 'https://kafka.apache.org/documentation/#security_authz',
  *points({ ground, facts: { acls, groups, silent } }) {
    if (acls.is !== 'told' || groups.is !== 'told') {
      if (acls.is !== 'told') yield untold(acls);
      if (groups.is !== 'told') yield untold(groups);
      return;
    }
    if (acls.value === 'no authorizer') {
      yield { is: 'manual', says: 'there is no authorizer: nothing needs to be granted' };
      return;
    }
    const ours = acls.value.filter(
      (acl) => acl.permission === 'allow' && ground.principals.has(acl.principal.replace(/^User:/, '')),
    );
    const there = namesOf(groups.value);
    for (const acl of ours.filter((one) => isReading(one) && !isUsed(one, there)))
      yield {
        is: 'manual',
        says: `no use seen: ${acl.principal} may read as the group ${acl.name}${acl.pattern === 'prefixed' ? '…' : ''}, which has no members and no offsets`,
        address: aclAddress(acl),
      };
    yield* silentPoints(silent);
    const writers = new Set(ours.flatMap((one) => (one.operation === 'write' ? one.principal : [])));
    if (writers.size > 0) yield aside(`whether ${some([...writers])} write is not told by Kafka`);
    yield pass(`${ours.length} ACLs of services looked at, and ${groups.value.length} groups`);
  },
};

function isReading({ resource, operation }: AclSpec): boolean {
  return resource === 'group' && operation === 'read';
}

function isUsed({ pattern, name }: AclSpec, groups: Names): boolean {
  if (pattern === 'literal' && name === '*') return groups.hasPrefix('');
  return pattern === 'prefixed' ? groups.hasPrefix(name) : groups.has(name);
}
