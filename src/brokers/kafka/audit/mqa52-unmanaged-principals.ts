import { pass, untold } from '../../../core/audit.ts';
import { matchesAny } from '../../../core/glob.ts';
import { userAddress } from '../resources.ts';
import type { KafkaCheck } from './check.ts';
import type { KafkaSubject } from './facts.ts';

export const unmanagedPrincipals: KafkaCheck = {
  id: 'MQA52',
  name: 'kafka-unmanaged-principals',
  title: 'Kafka: every principal is known',
  severity: 'warning',
  why: 'Whoever is not in the topology is not reviewed, rotated or stopped by it.',
  instead: 'declare it under `services` or `principals`, name it under `protected`, or take it away',
  link: 'https://kafka.apache.org/documentation/#security_authz',
  *points(subject) {
    const { users, acls } = subject.facts;
    if (users.is === 'told') {
      for (const { name } of users.value.filter((user) => !isKnown(subject, user.name)))
        yield { is: 'fail', says: `the user ${name} can log in`, address: userAddress(name) };
      yield pass(`${users.value.length} SCRAM users looked at`);
    } else yield untold(users);
    if (acls.is !== 'told') {
      yield untold(acls);
      return;
    }
    const named =
      acls.value === 'no authorizer'
        ? []
        : acls.value.map(({ principal }) => principal.replace(/^User:/, ''));
    const strangers = new Set(named.filter((name) => name !== '*' && !isKnown(subject, name)));
    for (const name of strangers) yield { is: 'fail', says: `User:${name} has ACLs` };
    yield pass(`the principals of ${named.length} ACLs looked at`);
  },
};

function isKnown({ ground, neighbours }: KafkaSubject, name: string): boolean {
  return (
    name === ground.admin ||
    ground.principals.has(name) ||
    ground.former?.has(name) === true ||
    matchesAny(ground.protected, name) ||
    // Another environment's own audit judges these.
    (neighbours.length > 0 && ground.isOurs?.('user', name) === false)
  );
}
