import { type Address, address, partOf } from '../../core/address.ts';
import type { Compiled } from '../../core/broker.ts';
import { compareText } from '../../core/json.ts';
import type { Identity, Question } from '../../core/proof.ts';
import type { KafkaLandscape, PlacedService } from './compile/landscape.ts';
import { principalOfService } from './compile/principals.ts';
import { isDistinguishedName } from './names.ts';
import type { AclSpec, KafkaResource } from './resources.ts';
import { clusterName, type Operation, operationsOf } from './words.ts';

/** Who may do what: the questions that verify asks, and what ACLs say to any. Pure. */

export { access } from './access/model.ts';

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
