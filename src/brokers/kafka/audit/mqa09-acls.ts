import { aside, pass, type Point, some, untold } from '../../../core/audit.ts';
import { matchesAny } from '../../../core/glob.ts';
import { aclAddress, type AclSpec } from '../resources.ts';
import type { KafkaCheck } from './check.ts';
import { isOrphaned } from './mqa53-orphaned-acls.ts';
import type { KafkaFacts, KafkaSubject } from './facts.ts';

export const acls: KafkaCheck = {
  id: 'MQA09',
  name: 'kafka-acls',
  check: 9,
  title: 'Kafka: ACLs per topic and consumer group',
  severity: 'error',
  why: 'Whoever takes over one service reads and writes what others own.',
  instead: 'bring the ACLs to what the topology says: mqwarden plan, then mqwarden apply',
  link: 'https://kafka.apache.org/documentation/#security_authz',
  *points(subject) {
    const { acls: told, topics, ungranted } = subject.facts;
    if (told.is !== 'told') {
      yield untold(told);
      return;
    }
    if (told.value === 'no authorizer') {
      const hint =
        'set authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer on the brokers';
      yield { is: 'fail', says: 'there is no authorizer: no ACL has any effect', hint };
      return;
    }
    yield pass(`an authorizer is set, with ${told.value.length} ACLs`);
    yield ungrantedPoint(ungranted);
    for (const acl of told.value) yield* aclPoints(acl, subject);
    if (topics.is === 'told') {
      const orphaned = told.value.filter((one) => isOrphaned(one, topics.value));
      const names = [...new Set(orphaned.map(({ name }) => name))];
      if (names.length > 0) yield aside(`ACLs for topics that there are not: ${some(names)}`);
    } else yield untold(topics);
  },
};

function ungrantedPoint(ungranted: KafkaFacts['ungranted']): Point {
  const hint = 'set allow.everyone.if.no.acl.found=false on the brokers, and see who is among super.users';
  if ('why' in ungranted)
    return {
      is: 'manual',
      says: `whether what no ACL is about is open was not tried: ${ungranted.why}`,
      hint: `see that allow.everyone.if.no.acl.found is false on the brokers`,
    };
  if (ungranted.may === 'refused')
    return pass(`${ungranted.as} may not ${ungranted.what} that no ACL is about`);
  return { is: 'fail', says: `${ungranted.as} may ${ungranted.what}, though no ACL allows it`, hint };
}

function* aclPoints(acl: AclSpec, { compiled, ground }: KafkaSubject): Iterable<Point> {
  if (acl.permission !== 'allow') return;
  const principal = acl.principal.replace(/^User:/, '');
  const address = aclAddress(acl);
  const says = `${acl.principal} may ${acl.operation} ${acl.resource} ${acl.pattern === 'prefixed' ? `${acl.name}…` : acl.name}`;
  if (principal === '*') {
    yield {
      is: 'fail',
      says: `${says}: that is everyone`,
      address,
      hint: 'take it away, and grant it to those who need it',
    };
    return;
  }
  const isWildcard = acl.pattern === 'literal' && acl.name === '*';
  if (principal === ground.admin || matchesAny(ground.protected, principal)) {
    if (isWildcard)
      yield aside(`${says}; it is ${principal === ground.admin ? 'the administrator' : 'protected'}`);
    return;
  }
  if (isWildcard) yield { is: 'fail', says: `${says}: all of them`, address };
  else if (ground.principals.has(principal) && !compiled.resources.some((one) => one.address === address))
    yield { is: 'fail', says: `${says}, which the topology does not need`, address };
}
