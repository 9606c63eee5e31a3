import { type Address, address, kindOf, partOf } from '../../core/address.ts';
import type { Compiled } from '../../core/broker.ts';
import { compareText } from '../../core/json.ts';
import type { Expectation, Identity, Question } from '../../core/proof.ts';
import type { KafkaLandscape, PlacedService } from './compile/landscape.ts';
import { principalOfService } from './compile/principals.ts';
import { isDistinguishedName, principalOf } from './names.ts';
import { type AclSpec, type KafkaResource, topicAddress } from './resources.ts';
import { clusterName, type Operation, operationsOf } from './words.ts';

/** Who may do what: the questions that verify asks, and what ACLs say to them. Pure. */

export function identity(service: PlacedService): Identity {
  const principal = principalOfService(service);
  const named = isDistinguishedName(principal) ? 'certificate' : 'password';
  return { principal, by: service.section.auth ?? named, hasCertificate: service.section.tls !== undefined };
}

/** Stands for all the names that no topology says: what may be done to it is allowed by a wildcard. */
export const strangeName = 'mqwarden-verify';

const groupAddress = (group: string): Address => address('kafka:group', group);
const transactionalIdAddress = (id: string): Address => address('kafka:transactional-id', id);
const clusterAddress: Address = address('kafka:cluster', clusterName);

/** What verify asks about each resource, by the kind of its address: not what is of no use without a broker's own settings. */
const asked = {
  'kafka:topic': operationsOf.topic,
  'kafka:group': ['read', 'describe', 'delete'],
  'kafka:transactional-id': ['write', 'describe'],
  'kafka:cluster': operationsOf.cluster,
} as const satisfies Readonly<Record<string, readonly Operation[]>>;

/** Each operation on all that the topology names, and on a name that it does not. */
export function questions(
  { services }: KafkaLandscape,
  { resources }: Compiled<KafkaResource>,
): (service: string) => Question[] {
  const principals = new Map(services.map((service) => [service.name, principalOfService(service)]));
  const things = thingsIn(resources);
  return (service) => {
    const principal = principals.get(service);
    if (principal === undefined) return [];
    return things.flatMap(({ at, operations }) =>
      operations.map((right) => ({
        service,
        principal,
        at,
        right,
        ...(isMadeUp(at) ? { madeUp: true } : {}),
      })),
    );
  };
}

function isMadeUp(at: Address): boolean {
  return partOf(at, 0).endsWith(strangeName);
}

interface Thing {
  readonly at: Address;
  readonly operations: readonly Operation[];
}

function thingsIn(resources: readonly KafkaResource[]): Thing[] {
  const acls = resources.flatMap((one) => (one.kind === 'kafka:acl' ? [one.spec] : []));
  const named = (resource: string) =>
    acls.filter((acl) => acl.resource === resource && !isWildcard(acl)).map(exampleOf);
  const declared = resources.flatMap((one) => (one.kind === 'kafka:topic' ? [partOf(one.address, 0)] : []));
  const sorted = (names: readonly string[]) => [...new Set([...names, strangeName])].sort(compareText);
  return [
    ...sorted([...declared, ...named('topic')]).map((name) => ({
      at: topicAddress(name),
      operations: asked['kafka:topic'],
    })),
    ...sorted(named('group')).map((name) => ({ at: groupAddress(name), operations: asked['kafka:group'] })),
    ...sorted(named('transactional_id')).map((name) => ({
      at: transactionalIdAddress(name),
      operations: asked['kafka:transactional-id'],
    })),
    { at: clusterAddress, operations: asked['kafka:cluster'] },
  ];
}

function isWildcard({ pattern, name }: AclSpec): boolean {
  return pattern === 'literal' && name === '*';
}

/** Of the names that a prefix takes, one. */
function exampleOf({ pattern, name }: AclSpec): string {
  return pattern === 'prefixed' ? `${name}${strangeName}` : name;
}

/** An operation that is allowed with another one (StandardAuthorizer); a DENY is of that operation alone. */
const impliedBy: Readonly<Record<string, readonly string[]>> = {
  describe: ['read', 'write', 'delete', 'alter'],
  describe_configs: ['alter_configs'],
};

const resourceOf: Readonly<Record<string, string>> = {
  'kafka:topic': 'topic',
  'kafka:group': 'group',
  'kafka:transactional-id': 'transactional_id',
  'kafka:cluster': 'cluster',
};

/** By Kafka's own rules: any DENY wins, else any ALLOW does. What holds for some hosts only is told as `perhaps`. */
export function allows(grants: readonly KafkaResource[]): (question: Question) => Expectation {
  const acls = Map.groupBy(
    grants.flatMap((one) => (one.kind === 'kafka:acl' ? [one.spec] : [])),
    ({ principal }) => principal,
  );
  const may = (principal: string, at: Address, right: string): Expectation => {
    const about = [...(acls.get(principalOf(principal)) ?? []), ...(acls.get(principalOf('*')) ?? [])].filter(
      (acl) => isAbout(acl, at),
    );
    const denied = about.filter((acl) => acl.permission === 'deny' && isOf(acl, [right]));
    if (denied.some(isEverywhere)) return 'no';
    const allowed = about.filter(
      (acl) => acl.permission === 'allow' && isOf(acl, [right, ...(impliedBy[right] ?? [])]),
    );
    if (allowed.length === 0) return 'no';
    return denied.length === 0 && allowed.some(isEverywhere) ? 'yes' : 'perhaps';
  };
  return ({ principal, at, right }) => {
    const own = may(principal, at, right);
    // Who may create on the cluster may create any topic.
    if (own !== 'no' || right !== 'create' || kindOf(at) !== 'kafka:topic') return own;
    return may(principal, clusterAddress, 'create');
  };
}

function isAbout({ resource, pattern, name }: AclSpec, at: Address): boolean {
  if (resource !== resourceOf[kindOf(at)]) return false;
  const of = partOf(at, 0);
  return pattern === 'prefixed' ? of.startsWith(name) : name === of || name === '*';
}

function isOf({ operation }: AclSpec, operations: readonly string[]): boolean {
  return operation === 'all' || operations.includes(operation);
}

function isEverywhere({ host }: AclSpec): boolean {
  return host === '*';
}
