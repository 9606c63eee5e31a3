import type { AclBinding } from '../brokers/kafka-admin.ts';
import type { Grants } from './union.ts';

export interface KafkaProbes {
  readonly principals: readonly string[];
  readonly hosts: readonly string[];
  readonly resources: Readonly<Partial<Record<AclBinding['resource'], readonly string[]>>>;
}

const operations = ['READ', 'WRITE', 'CREATE', 'DELETE', 'ALTER', 'DESCRIBE'] as const;
type Operation = (typeof operations)[number];

/** What each principal could do now, by StandardAuthorizer's rules: any DENY that matches wins over every ALLOW. */
export function kafkaGrants(acls: readonly AclBinding[], probes: KafkaProbes): Grants {
  const allowed = probes.principals.flatMap((principal) => {
    const own = acls.filter((acl) => acl.principal === `User:${principal}`);
    return things(probes).flatMap(({ resource, name, host }) => {
      const here = own.filter((acl) => acl.resource === resource && covers(acl, name, host));
      return operations
        .filter((operation) => isAllowed(here, operation))
        .map((operation) => `${principal} ${operation} ${resource} ${name} from ${host}`);
    });
  });
  return new Set(allowed);
}

function things({ resources, hosts }: KafkaProbes) {
  return Object.entries(resources).flatMap(([resource, names]) =>
    names.flatMap((name) => hosts.map((host) => ({ resource, name, host }))),
  );
}

function covers(acl: AclBinding, name: string, host: string): boolean {
  if (acl.host !== '*' && acl.host !== host) return false;
  if (acl.pattern === 'PREFIXED') return name.startsWith(acl.name);
  return acl.name === '*' || acl.name === name;
}

/** A DENY is about its own operation or all; an ALLOW of these four brings DESCRIBE along. */
const bringDescribe: readonly string[] = ['READ', 'WRITE', 'DELETE', 'ALTER'];

function isAllowed(acls: readonly AclBinding[], operation: Operation): boolean {
  const names = (acl: AclBinding) => acl.operation === operation || acl.operation === 'ALL';
  const denied = acls.some((acl) => acl.permission === 'DENY' && names(acl));
  if (denied) return false;
  return acls.some(
    (acl) =>
      acl.permission === 'ALLOW' &&
      (names(acl) || (operation === 'DESCRIBE' && bringDescribe.includes(acl.operation))),
  );
}
