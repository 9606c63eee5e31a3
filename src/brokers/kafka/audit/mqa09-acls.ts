import { aside, pass, type Point, some, untold } from '../../../core/audit.ts';
import { matchesAny } from '../../../core/glob.ts';
import { aclAddress, type AclSpec } from '../resources.ts';
import type { KafkaCheck } from './check.ts';
import { orphanedBy } from './mqa53-orphaned-acls.ts';
import { type KafkaFacts, type KafkaSubject, type Settings, silentPoints, type Ungranted } from './facts.ts';

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
    const { acls: told, topics, ungranted, settings, silent } = subject.facts;
    if (told.is !== 'told') {
      yield untold(told);
      return;
    }
    if (told.value === 'no authorizer') {
      yield { is: 'fail', says: 'there is no authorizer: no ACL has any effect', hint: unauthorized };
      return;
    }
    yield pass(`an authorizer is set, with ${told.value.length} ACLs`);
    if (settings.is === 'told') yield* authorizerPoints(settings.value);
    yield* silentPoints(silent);
    yield* ungrantedPoints(ungranted);
    const desired = new Set<string>(subject.compiled.resources.map(({ address }) => address));
    for (const acl of told.value) yield* aclPoints(acl, desired, subject);
    if (topics.is === 'told') {
      const orphaned = told.value.filter(orphanedBy(topics.value));
      const names = [...new Set(orphaned.map(({ name }) => name))];
      if (names.length > 0) yield aside(`ACLs for topics that there are not: ${some(names)}`);
    } else yield untold(topics);
  },
};

const unauthorized =
  'set authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer on the brokers';

/** ACLs are the cluster's, and each broker has its own judge of them, or none. */
function* authorizerPoints(settings: ReadonlyMap<number, Settings>): Iterable<Point> {
  for (const [broker, one] of settings)
    if (one.get('authorizer.class.name') === '')
      yield { is: 'fail', says: `there is no authorizer on broker ${broker}`, hint: unauthorized };
}

function* ungrantedPoints(ungranted: KafkaFacts['ungranted']): Iterable<Point> {
  const untried = 'why' in ungranted ? [ungranted.why] : ungranted.untried;
  const hint =
    'see that allow.everyone.if.no.acl.found is false on the brokers, and who is among super.users';
  for (const why of untried)
    yield { is: 'manual', says: `whether what no ACL is about is open was not tried: ${why}`, hint };
  if ('why' in ungranted) return;
  const { tried } = ungranted;
  for (const one of tried) if (one.may === 'allowed') yield openPoint(one, tried);
  const open = namesOf(tried, 'allowed');
  const closed = [...namesOf(tried, 'refused')].filter((as) => !open.has(as));
  const brokers = new Set(tried.flatMap(({ broker }) => broker ?? []));
  const at = `${brokers.size} broker${brokers.size === 1 ? '' : 's'}`;
  const each = ungranted.each === undefined ? '' : ', each at one of them';
  const asked = brokers.size === 0 ? '' : `, asked at ${at}${each}`;
  if (closed.length > 0) yield pass(`what no ACL is about is closed to ${some(closed)}${asked}`);
  else if (open.size === 0 && tried.length > 0) {
    const says = `whether what no ACL is about is open cannot be tried: whatever ${tried[0]?.as ?? ''} has no grant for, there are ACLs for all of it`;
    yield { is: 'manual', says, hint };
  }
}

function namesOf(tried: readonly Ungranted[], may: Ungranted['may']): ReadonlySet<string> {
  return new Set(tried.flatMap((one) => (one.may === may ? [one.as] : [])));
}

/** Open to all, to one, or at one broker: each has another cause. */
function openPoint({ as, what, broker }: Ungranted, tried: readonly Ungranted[]): Point {
  const shut = tried.filter(({ may }) => may !== 'allowed');
  const everyone =
    'set allow.everyone.if.no.acl.found=false on the brokers, and see who is among super.users';
  return {
    is: 'fail',
    says: `${as} may ${what}${broker === undefined ? '' : ` at broker ${broker}`}, though no ACL allows it`,
    hint: shut.length > 0 && !shut.some((one) => one.as === as) ? `take ${as} out of super.users` : everyone,
  };
}

function* aclPoints(acl: AclSpec, desired: ReadonlySet<string>, { ground }: KafkaSubject): Iterable<Point> {
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
  else if (ground.principals.has(principal) && !desired.has(address))
    yield { is: 'fail', says: `${says}, which the topology does not need`, address };
}
