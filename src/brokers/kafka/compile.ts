import type { Compiled, Warning } from '../../core/broker.ts';
import { TopologyError } from '../../core/errors.ts';
import { matchesAny } from '../../core/glob.ts';
import { serviceAcls } from './compile/acls.ts';
import { type Ask, asksOf, consentProblems } from './compile/consent.ts';
import type { KafkaLandscape, PlacedService } from './compile/landscape.ts';
import { generationsOf, knownAs, principalOfService, principalProblems } from './compile/principals.ts';
import { powerWarnings } from './compile/power.ts';
import { sharedWarnings, transactionalProblems } from './compile/shared.ts';
import { streamsProblems } from './compile/streams.ts';
import { collisions, type OwnedTopics, ownTopics, topicResource } from './compile/topics.ts';
import { canLogIn, isDistinguishedName } from './names.ts';
import {
  type AclResource,
  type KafkaResource,
  newUser,
  quotaAddress,
  type QuotaResource,
  topicAddress,
  userAddress,
  type UserResource,
} from './resources.ts';

/** Intent to resources. Throws TopologyError with every problem found. */
export function compile(landscape: KafkaLandscape): Compiled<KafkaResource> {
  const { topics, problems: owning } = ownTopics(landscape.services);
  const asks = landscape.services.flatMap(asksOf);
  const problems = [
    ...principalProblems(landscape, (user) => matchesAny(landscape.protected, user)),
    ...owning,
    ...consentProblems(topics, asks),
    ...streamsProblems(landscape.services, topics),
    ...transactionalProblems(landscape.services),
  ];
  if (problems.length > 0) throw new TopologyError(problems);
  const resources = [
    ...[...topics.values()].map(topicResource),
    ...landscape.services.flatMap(serviceResources),
  ];
  return {
    resources,
    blocked: [],
    warnings: [
      ...collisions(topics),
      ...ownerless(topics, asks),
      ...lockedOut(landscape.services),
      ...sharedWarnings(landscape.services),
      ...landscape.services.flatMap(powerWarnings),
    ],
    principals: new Map(
      landscape.services.flatMap(generationsOf).map((service) => [principalOfService(service), service.name]),
    ),
    former: new Map(
      landscape.services.flatMap(({ name, formerly = [] }) => formerly.map((user) => [user, name] as const)),
    ),
  };
}

function serviceResources(service: PlacedService): KafkaResource[] {
  const generations = generationsOf(service);
  const before = (service.formerly ?? []).map((name) => knownAs(service, name));
  const acls = [...generations, ...before].flatMap(serviceAcls);
  return [...generations.flatMap(identityResources), ...suspendedOnly(service, acls)];
}

function identityResources(service: PlacedService): KafkaResource[] {
  const principal = principalOfService(service);
  const user = hasPassword(service) ? [userResource(service, principal)] : [];
  return [...user, ...quotaResources(service, principal)];
}

/** Who is suspended keeps what is refused to it. */
function suspendedOnly({ suspended }: PlacedService, acls: readonly AclResource[]): readonly AclResource[] {
  return suspended === true ? acls.filter(({ spec }) => spec.permission === 'deny') : acls;
}

/** A distinguished name comes from a certificate; a mapped one has to be said. */
function hasPassword(service: PlacedService): boolean {
  if (service.suspended === true || isDistinguishedName(principalOfService(service))) return false;
  return (service.section.auth ?? 'password') === 'password';
}

function userResource(service: PlacedService, user: string): UserResource {
  return {
    kind: 'kafka:user',
    address: userAddress(user),
    service: service.name,
    spec: newUser,
    because: `identity of ${service.name}`,
  };
}

function quotaResources(service: PlacedService, user: string): QuotaResource[] {
  const { quota } = service.section;
  if (quota === undefined) return [];
  const { producerByteRate, consumerByteRate, requestPercentage } = quota;
  const spec = {
    ...(producerByteRate === undefined ? {} : { producerByteRate }),
    ...(consumerByteRate === undefined ? {} : { consumerByteRate }),
    ...(requestPercentage === undefined ? {} : { requestPercentage }),
  };
  const at = quotaAddress({ user });
  return [
    { kind: 'kafka:quota', address: at, service: service.name, spec, because: `quota of ${service.name}` },
  ];
}

/** Topics that somebody uses by name and nobody owns: mqwarden will not make them. */
function ownerless(topics: OwnedTopics, asks: readonly Ask[]): Warning[] {
  const used = asks.flatMap(({ topic }) => (topic === undefined || topics.has(topic) ? [] : [topic]));
  return [...new Set(used)].sort().map((topic) => ({
    address: topicAddress(topic),
    message: `no service owns topic ${topic}; it must exist on the broker`,
  }));
}

/** The broker takes such a credential, and then refuses every login with it. */
function lockedOut(services: readonly PlacedService[]): Warning[] {
  return services
    .filter(hasPassword)
    .map(principalOfService)
    .filter((user) => !canLogIn(user))
    .map((user) => ({
      address: userAddress(user),
      message: "cannot log in: Kafka's SCRAM takes only ASCII in user names; set `principal` to such a name",
    }));
}
