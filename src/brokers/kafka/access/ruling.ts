import { type Address, kindOf, partOf } from '../../../core/address.ts';
import { type Asked, type Basis, refused, type Ruling } from '../../../core/access/model.ts';
import { principalOf } from '../names.ts';
import type { AclResource, AclSpec, KafkaResource } from '../resources.ts';
import { impliedBy } from '../words.ts';
import { clusterAddress, resourceOf } from './things.ts';

/** What ACLs say to a question. Pure. */

/** By Kafka's own rules: any DENY wins, else any ALLOW does. What holds for some hosts only is told as `perhaps`. */
export function rulingBy(grants: readonly KafkaResource[]): (asked: Asked) => Ruling {
  const acls = Map.groupBy(
    grants.filter((one) => one.kind === 'kafka:acl'),
    ({ spec }) => spec.principal,
  );
  const everyones = acls.get(principalOf('*')) ?? [];
  // Each thing is asked about several times in a row.
  let known = { principal: '', about: new Map<Address, readonly AclResource[]>() };
  const aboutIt = (principal: string, at: Address): readonly AclResource[] => {
    if (known.principal !== principal) known = { principal, about: new Map() };
    const before = known.about.get(at);
    if (before !== undefined) return before;
    const own = principal === '*' ? [] : (acls.get(principalOf(principal)) ?? []);
    const isAboutIt = isAbout(at);
    const found = [...own, ...everyones].filter(({ spec }) => isAboutIt(spec));
    known.about.set(at, found);
    return found;
  };
  const rule = (principal: string, at: Address, right: string) => weighed(aboutIt(principal, at), right);
  return ({ principal, at, right }) => {
    const own = rule(principal, at, right);
    // Who may create on the cluster may create any topic.
    if (own.may !== 'no' || right !== 'create' || kindOf(at) !== 'kafka:topic') return own;
    const whole = rule(principal, clusterAddress, 'create');
    return whole.may === 'no' ? own : whole;
  };
}

function weighed(about: readonly AclResource[], right: string): Ruling {
  const denied = about.filter(({ spec }) => spec.permission === 'deny' && isOf(spec, [right]));
  const everywhere = denied.filter(isEverywhere);
  if (everywhere.length > 0) return { may: 'no', by: everywhere.map(basisOf) };
  const ways = [right, ...(impliedBy[right] ?? [])];
  const allowed = about.filter(({ spec }) => spec.permission === 'allow' && isOf(spec, ways));
  if (allowed.length === 0) return refused;
  const sure = allowed.filter(isEverywhere);
  const by = [...(sure.length > 0 ? sure : allowed), ...denied].map(basisOf);
  return { may: denied.length === 0 && sure.length > 0 ? 'yes' : 'perhaps', by };
}

export function isAbout(at: Address): (acl: AclSpec) => boolean {
  const [kind, of] = [resourceOf[kindOf(at)], partOf(at, 0)];
  return ({ resource, pattern, name }) =>
    resource === kind && (pattern === 'prefixed' ? of.startsWith(name) : name === of || name === '*');
}

function isOf({ operation }: AclSpec, operations: readonly string[]): boolean {
  return operation === 'all' || operations.includes(operation);
}

function isEverywhere({ spec }: AclResource): boolean {
  return spec.host === '*';
}

export function basisOf({ address, spec }: AclResource): Basis {
  const { permission, operation, resource, pattern, name, host, principal } = spec;
  const names = pattern === 'prefixed' ? `${name}…` : name;
  const whose = principal === principalOf('*') ? ', everyone' : '';
  const says = `${permission} ${operation} on ${resource.replace('_', ' ')} ${names}${whose}`;
  const doubt = permission === 'deny' ? `not from ${host}` : `from ${host} only`;
  return { address, says, ...(host === '*' ? {} : { doubt }) };
}
