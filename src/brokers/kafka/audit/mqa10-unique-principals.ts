import { aside, pass, some, storedPoints, untold } from '../../../core/audit.ts';
import { aclAddress } from '../resources.ts';
import type { KafkaCheck } from './check.ts';
import type { KafkaSubject } from './facts.ts';

export const uniquePrincipals: KafkaCheck = {
  id: 'MQA10',
  name: 'kafka-unique-principals',
  check: 10,
  title: 'Kafka: each service has a unique principal',
  severity: 'error',
  why: 'Where two services share a principal or a password, nobody can tell them apart or take the rights of one away.',
  instead:
    'give each service a principal and a password of its own: `mqwarden apply`, then `mqwarden rotate --service …`',
  link: 'https://kafka.apache.org/documentation/#security_authz_principal',
  *points(subject) {
    const { landscape, compiled, secrets, ground, facts } = subject;
    const superUsers = [ground.admin, ...ground.protected];
    yield aside(
      `MANUAL: super.users cannot be read; known to be set apart are ${some(superUsers)}: see on the brokers that there are no others`,
    );
    if (landscape.services.length === 0) {
      yield { is: 'na', says: 'no service of the topology is on Kafka' };
      return;
    }
    const principals = new Set(compiled.principals.keys());
    yield pass(
      `${landscape.services.length} services and other principals, each with a principal of its own (${principals.size})`,
    );
    if (facts.acls.is !== 'told') yield untold(facts.acls);
    else if (facts.acls.value !== 'no authorizer')
      for (const acl of facts.acls.value)
        if (acl.principal === 'User:*' && acl.permission === 'allow')
          yield {
            is: 'fail',
            says: `an ACL is for everyone: ${acl.operation} ${acl.resource} ${acl.name}`,
            address: aclAddress(acl),
          };
    if (secrets.is === 'told')
      yield* storedPoints(secrets.value, { broker: 'kafka', services: byPassword(subject) });
    else yield untold(secrets);
  },
};

function byPassword({ landscape }: KafkaSubject): string[] {
  return landscape.services
    .filter(
      ({ section, suspended }) =>
        section.auth !== 'certificate' && section.auth !== 'external' && suspended !== true,
    )
    .map(({ name }) => name);
}
