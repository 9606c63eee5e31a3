import type { Compiled } from '../../../core/broker.ts';
import { TopologyError } from '../../../core/errors.ts';
import { compareText } from '../../../core/json.ts';
import { type RabbitResource, type User, userAddress, type Vhost, vhostAddress } from '../resources.ts';
import { checkConsent } from './consent.ts';
import { bindingResources, exchangeResource, queueResource } from './declared.ts';
import { permissionResource, topicPermissionResources } from './grants.ts';
import { rightsOf } from './rights.ts';
import {
  exchangeType,
  type PlacedService,
  type RabbitLandscape,
  survey,
  userOf,
  type World,
} from './world.ts';

/** Intent to resources, by the rules of docs/least-privilege.md. Throws TopologyError with every problem found. */
export function compile(landscape: RabbitLandscape): Compiled<RabbitResource> {
  const world = survey(landscape);
  checkConsent(world);
  world.services.forEach((service) => checkPublishes(world, service));
  const resources: RabbitResource[] = [
    vhostResource(landscape),
    ...declaredResources(world),
    ...world.services.flatMap((service) => serviceResources(world, service)),
  ];
  if (world.problems.length > 0) throw new TopologyError(world.problems);
  return {
    resources: distinct(resources),
    blocked: [],
    warnings: [...world.warnings.values()].sort((a, b) => compareText(a.address, b.address)),
    principals: new Map(world.services.map((service) => [userOf(service), service.name])),
  };
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

function serviceResources(world: World, service: PlacedService): RabbitResource[] {
  const rights = rightsOf(world, service);
  return [
    userResource(service),
    permissionResource(world, service, rights),
    ...topicPermissionResources(world, service, rights),
  ];
}

function vhostResource(landscape: RabbitLandscape): Vhost {
  const { name, environment } = {
    name: landscape.environment.section.vhost.name,
    environment: landscape.environment,
  };
  const { description, tags, defaultQueueType, limits } = environment.section.vhost;
  return {
    kind: 'rabbitmq:vhost',
    address: vhostAddress(name),
    because: `vhost of environment ${environment.name}`,
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
  const { tags, limits } = service.section;
  return {
    kind: 'rabbitmq:user',
    address: userAddress(userOf(service)),
    service: service.name,
    because: `identity of ${service.name}`,
    spec: {
      tags: tags ?? [],
      limits: {
        ...(limits?.maxConnections === undefined ? {} : { maxConnections: limits.maxConnections }),
        ...(limits?.maxChannels === undefined ? {} : { maxChannels: limits.maxChannels }),
      },
      auth: 'password',
    },
  };
}

/** What the broker would not check, or not take at all. */
function checkPublishes(world: World, service: PlacedService): void {
  (service.section.publishes ?? []).forEach((publish, at) => {
    const type = exchangeType(world, publish.exchange);
    if (publish.routingKeys !== undefined && type !== undefined && type !== 'topic') {
      world.problems.push({
        message: `routingKeys on ${publish.exchange}, a ${type} exchange: RabbitMQ checks them on topic exchanges only`,
        position: service.locate(['publishes', at, 'routingKeys']),
        hint: 'leave "routingKeys" out, or make it a topic exchange',
      });
    }
    if (world.exchanges.get(publish.exchange)?.section.internal === true) {
      world.problems.push({
        message: `exchange ${publish.exchange} is internal: no client can publish to it`,
        position: service.locate(['publishes', at]),
      });
    }
  });
}
