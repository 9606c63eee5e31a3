import type { Address } from '../../core/address.ts';
import type { Compiled, Warning } from '../../core/broker.ts';
import { type Problem, TopologyError } from '../../core/errors.ts';
import { compareText } from '../../core/json.ts';
import { type RabbitResource, type User, userAddress, type Vhost, vhostAddress } from './resources.ts';
import type { VhostSection } from './schema.ts';
import { checkConsent } from './compile/consent.ts';
import { bindingResources, exchangeResource, queueResource } from './compile/declared.ts';
import { permissionResource, topicPermissionResources } from './compile/grants.ts';
import { policyResource } from './compile/policies.ts';
import { rightsOf } from './compile/rights.ts';
import { type Member, vhostsOf } from './compile/vhosts.ts';
import type { PlacedService, RabbitLandscape } from './compile/landscape.ts';
import { exchangeType, generationsOf, knownAs, survey, userOf, type World } from './compile/world.ts';

/** Intent to resources, by the rules of docs/least-privilege.md. Throws TopologyError with every problem found. */
export function compile(landscape: RabbitLandscape): Compiled<RabbitResource> {
  const { environment, services } = landscape;
  const problems: Problem[] = [];
  const warnings = new Map<Address, Warning>();
  const worlds = survey(landscape, problems, warnings);
  const resources: RabbitResource[] = [
    ...[...vhostsOf(environment.section).values()].map(({ section }) =>
      vhostResource(environment.name, section),
    ),
    ...worlds.flatMap(worldResources),
    ...services
      .filter(({ section }) => section.auth !== 'external')
      .flatMap(generationsOf)
      .map(userResource),
    ...worlds.flatMap((world) => world.members.flatMap((member) => grantResources(world, member))),
  ];
  if (problems.length > 0) throw new TopologyError(problems);
  return {
    resources: distinct(resources),
    blocked: [],
    warnings: [...warnings.values(), ...services.flatMap(powerWarnings)].sort((a, b) =>
      compareText(a.address, b.address),
    ),
    principals: new Map(services.flatMap(generationsOf).map((service) => [userOf(service), service.name])),
    former: new Map(
      services.flatMap(({ name, formerly = [] }) => formerly.map((user) => [user, name] as const)),
    ),
  };
}

/** What stands in a vhost, after a look at whether all of it may be. */
function worldResources(world: World): RabbitResource[] {
  checkConsent(world);
  world.members.forEach((member) => checkPublishes(world, member));
  return [
    ...world.policies.map((policy) => policyResource(world.vhost, policy)),
    ...declaredResources(world),
  ];
}

/** The same binding may be written twice; it is one. */
function distinct(resources: readonly RabbitResource[]): RabbitResource[] {
  return [...new Map(resources.map((resource) => [resource.address, resource])).values()];
}

function declaredResources(world: World): RabbitResource[] {
  const exchanges = [...world.exchanges.values()];
  const queues = [...world.queues.values()];
  return [
    ...exchanges.map((owned) => exchangeResource(world, owned)),
    ...queues.map((owned) => queueResource(world, owned)),
    ...exchanges.flatMap((owned) => bindingResources(world, owned, 'exchange')),
    ...queues.flatMap((owned) => bindingResources(world, owned, 'queue')),
  ];
}

function grantResources(world: World, member: Member): RabbitResource[] {
  if (member.service.suspended === true) return [];
  const rights = rightsOf(world, member);
  return knownBy(member).flatMap((known) => [
    permissionResource(world, known, rights),
    ...topicPermissionResources(world, known, rights),
  ]);
}

/** The member under each of its generations, and under each name that it had before: the grants are the same. */
function knownBy(member: Member): Member[] {
  const { service } = member;
  const before = (service.formerly ?? []).map((user) => knownAs(service, user));
  return [...generationsOf(service), ...before].map((known) => ({ ...member, service: known }));
}

function vhostResource(environment: string, section: VhostSection): Vhost {
  const { name, description, tags, defaultQueueType, limits } = section;
  return {
    kind: 'rabbitmq:vhost',
    address: vhostAddress(name),
    because: `vhost of environment ${environment}`,
    spec: {
      ...(description === undefined ? {} : { description }),
      ...(tags === undefined ? {} : { tags }),
      ...(defaultQueueType === undefined ? {} : { defaultQueueType }),
      limits: {
        ...(limits?.maxConnections === undefined ? {} : { maxConnections: limits.maxConnections }),
        ...(limits?.maxQueues === undefined ? {} : { maxQueues: limits.maxQueues }),
      },
    },
  };
}

function userResource(service: PlacedService): User {
  const { tags, limits, auth } = service.section;
  const suspended = service.suspended === true;
  return {
    kind: 'rabbitmq:user',
    address: userAddress(userOf(service)),
    service: service.name,
    because: `identity of ${service.name}${suspended ? ', suspended' : ''}`,
    spec: {
      // They open the management API.
      tags: suspended ? [] : (tags ?? []),
      limits: {
        ...(limits?.maxConnections === undefined ? {} : { maxConnections: limits.maxConnections }),
        ...(limits?.maxChannels === undefined ? {} : { maxChannels: limits.maxChannels }),
      },
      auth: suspended || auth !== 'password' ? 'none' : 'password',
    },
  };
}

const powers: Readonly<Record<string, string>> = {
  administrator:
    'give itself and others any right, and so could do anything on the broker, whatever owners allow',
  policymaker: 'lead messages elsewhere by policies, in every vhost that it uses, whatever owners allow',
};

/** What no owner is asked about: who approves a plan is told. */
function powerWarnings(service: PlacedService): Warning[] {
  if (service.suspended === true) return [];
  return (service.section.tags ?? []).flatMap((tag) => {
    const power = powers[tag];
    if (power === undefined) return [];
    return [{ address: userAddress(userOf(service)), message: `${service.name} may ${power} (tag ${tag})` }];
  });
}

/** What the broker would not check, or not take at all. */
function checkPublishes(world: World, { service, publishes }: Member): void {
  for (const { exchange, routingKeys, path } of publishes) {
    const type = exchangeType(world, exchange);
    if (routingKeys !== undefined && type !== undefined && type !== 'topic') {
      world.problems.push({
        message: `routingKeys on ${exchange}, a ${type} exchange: RabbitMQ checks them on topic exchanges only`,
        position: service.locate([...path, 'routingKeys']),
        hint: 'leave "routingKeys" out, or make it a topic exchange',
      });
    }
    if (world.exchanges.get(exchange)?.section.internal === true) {
      world.problems.push({
        message: `exchange ${exchange} is internal: no client can publish to it`,
        position: service.locate(path),
        hint: 'take it out of "publishes", or "internal" out of the exchange',
      });
    }
  }
}
