import { type Address, address, kindOf, partOf } from '../../core/address.ts';
import type { Compiled } from '../../core/broker.ts';
import { compareText } from '../../core/json.ts';
import type { Expectation, Identity, Question } from '../../core/proof.ts';
import type { KafkaLandscape, PlacedService } from './compile/landscape.ts';
import { principalOfService } from './compile/principals.ts';
import { isDistinguishedName, principalOf } from './names.ts';
import type { AclSpec, KafkaResource } from './resources.ts';
import { clusterName, type Operation, operationsOf } from './words.ts';

/** Who may do what: the questions that verify asks, and what ACLs say to them. Pure. */

export function identity(service: PlacedService): Identity {
  const principal = principalOfService(service);
  const named = isDistinguishedName(principal) ? 'certificate' : 'password';
  return {
    principal,
    by: service.section.auth ?? named,
    hasCertificate: service.section.tls?.cert !== undefined,
  };
}

/** Stands for all the names that no topology says: what may be done to it is allowed by a wildcard. */
export const strangeName = 'mqwarden-verify';

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
    return things.flatMap(({ at, operations, ...marks }) =>
      operations.map((right) => ({ service, principal, at, right, ...marks })),
    );
  };
}

interface Thing extends Pick<Question, 'madeUp' | 'common'> {
  readonly at: Address;
  readonly operations: readonly Operation[];
}

function thingsIn(resources: readonly KafkaResource[]): Thing[] {
  const acls = resources.flatMap((one) => (one.kind === 'kafka:acl' ? [one.spec] : []));
  const named = (resource: string) =>
    acls.filter((acl) => acl.resource === resource && !isWildcard(acl)).map(exampleOf);
  const declared = resources.flatMap((one) => (one.kind === 'kafka:topic' ? [partOf(one.address, 0)] : []));
  const sorted = (names: readonly string[]) => [...new Set([...names, strangeName])].sort(compareText);
  const thing = (kind: keyof typeof asked, name: string): Thing => ({
    at: address(kind, name),
    operations: asked[kind],
    ...(name.endsWith(strangeName) ? { madeUp: true } : {}),
    ...([strangeName, clusterName].includes(name) ? { common: true } : {}),
  });
  return [
    ...sorted([...declared, ...named('topic')]).map((name) => thing('kafka:topic', name)),
    ...sorted(named('group')).map((name) => thing('kafka:group', name)),
    ...sorted(named('transactional_id')).map((name) => thing('kafka:transactional-id', name)),
    thing('kafka:cluster', clusterName),
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
  // Each thing is asked about several times in a row.
  let known = { principal: '', about: new Map<Address, readonly AclSpec[]>() };
  const aboutIt = (principal: string, at: Address): readonly AclSpec[] => {
    if (known.principal !== principal) known = { principal, about: new Map() };
    const before = known.about.get(at);
    if (before !== undefined) return before;
    const own = [...(acls.get(principalOf(principal)) ?? []), ...(acls.get(principalOf('*')) ?? [])];
    const found = own.filter(isAbout(at));
    known.about.set(at, found);
    return found;
  };
  const may = (principal: string, at: Address, right: string): Expectation => {
    const about = aboutIt(principal, at);
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

function isAbout(at: Address): (acl: AclSpec) => boolean {
  const [kind, of] = [resourceOf[kindOf(at)], partOf(at, 0)];
  return ({ resource, pattern, name }) =>
    resource === kind && (pattern === 'prefixed' ? of.startsWith(name) : name === of || name === '*');
}

function isOf({ operation }: AclSpec, operations: readonly string[]): boolean {
  return operation === 'all' || operations.includes(operation);
}

function isEverywhere({ host }: AclSpec): boolean {
  return host === '*';
}
