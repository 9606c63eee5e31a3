import { grantSpecs, serviceAcls } from '../compile/acls.ts';
import type { PlacedService } from '../compile/landscape.ts';
import type { AclSpec } from '../resources.ts';
import { impliedBy } from '../words.ts';

/** Which ACLs of one principal are about the same. Pure. */

/** All that what a service does comes to, without what is granted by hand. */
export function intentSpecs(service: PlacedService): AclSpec[] {
  const section = { ...service.section, grants: undefined };
  return serviceAcls({ ...service, section }).map(({ spec }) => spec);
}

/** All that is allowed to a service, by whatever way. */
export function allowedSpecs(service: PlacedService): AclSpec[] {
  const byHand = (service.section.grants ?? []).flatMap((grant) => grantSpecs(service, grant));
  return [...intentSpecs(service), ...byHand].filter(({ permission }) => permission === 'allow');
}

/** Whether every resource and host that the second is about, the first is about, too. */
function holds(wide: AclSpec, narrow: AclSpec): boolean {
  if (wide.resource !== narrow.resource) return false;
  if (wide.host !== '*' && wide.host !== narrow.host) return false;
  if (isAll(wide)) return true;
  if (wide.pattern === 'prefixed') return narrow.name.startsWith(wide.name);
  return narrow.pattern === 'literal' && narrow.name === wide.name;
}

/** Whether some resource, asked for from some host, is one that both are about. */
function meet(one: AclSpec, other: AclSpec): boolean {
  const hosts = one.host === '*' || other.host === '*' || one.host === other.host;
  const everywhere: AclSpec = { ...one, host: '*' };
  return hosts && (holds(everywhere, { ...other, host: '*' }) || holds({ ...other, host: '*' }, everywhere));
}

function isAll({ pattern, name }: AclSpec): boolean {
  return pattern === 'literal' && name === '*';
}

/** All that one ALLOW gives, another gives. */
export function gives(wide: AclSpec, narrow: AclSpec): boolean {
  return holds(wide, narrow) && allows(wide.operation, narrow.operation);
}

/** All that one DENY takes, another takes. */
export function takes(wide: AclSpec, narrow: AclSpec): boolean {
  return holds(wide, narrow) && (wide.operation === 'all' || wide.operation === narrow.operation);
}

/** Something that an ALLOW gives, a DENY takes. */
export function bites(deny: AclSpec, allow: AclSpec): boolean {
  return meet(deny, allow) && (deny.operation === 'all' || allows(allow.operation, deny.operation));
}

function allows(given: string, asked: string): boolean {
  return given === 'all' || given === asked || impliedBy[asked]?.includes(given) === true;
}
