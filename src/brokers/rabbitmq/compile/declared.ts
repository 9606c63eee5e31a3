import type { Json, JsonObject } from '../../../core/json.ts';
import {
  type Binding,
  bindingAddress,
  type BindingSpec,
  type Exchange,
  exchangeAddress,
  type Queue,
  queueAddress,
} from '../resources.ts';
import type { BindingSection, ExchangeSection, QueueSection } from '../schema.ts';
import type { Path } from './landscape.ts';
import type { Owned } from './owned.ts';
import type { World } from './world.ts';

/** The exchanges, queues and bindings that services own. */

export function exchangeResource(world: World, owned: Owned<ExchangeSection>): Exchange {
  const { section, name, service } = owned;
  return {
    kind: 'rabbitmq:exchange',
    address: exchangeAddress(world.vhost, name),
    service: service.name,
    because: `owned by ${service.name}`,
    spec: {
      type: section.type,
      durable: section.durable,
      autoDelete: section.autoDelete,
      internal: section.internal,
      arguments: exchangeArguments(world, owned),
    },
  };
}

export function queueResource(world: World, owned: Owned<QueueSection>): Queue {
  const { section, name, service, path } = owned;
  const type = queueType(world, owned);
  if (type !== 'classic' && !section.durable) {
    world.problems.push({
      message: `${type} queue "${name}" must be durable`,
      position: service.locate([...path, 'durable']),
      hint: 'leave "durable" out, or make it a classic queue',
    });
  }
  const given = Object.entries(queueArguments(world, owned)).filter(([key]) => key !== 'x-queue-type');
  return {
    kind: 'rabbitmq:queue',
    address: queueAddress(world.vhost, name),
    service: service.name,
    because: `owned by ${service.name}`,
    spec: { type, durable: section.durable, autoDelete: false, arguments: Object.fromEntries(given) },
  };
}

const queueTypes: readonly unknown[] = ['classic', 'quorum', 'stream'];

function queueType(world: World, owned: Owned<QueueSection>): string {
  const { section, service, path } = owned;
  const argued = section.arguments?.['x-queue-type'];
  if (argued === undefined) return section.type ?? world.defaultQueueType;
  const position = service.locate([...path, 'arguments', 'x-queue-type']);
  if (typeof argued !== 'string' || !queueTypes.includes(argued)) {
    world.problems.push({
      message: `"x-queue-type" of queue "${owned.name}" must be classic, quorum or stream`,
      position,
      hint: 'write "type" instead',
    });
    return world.defaultQueueType;
  }
  if (section.type !== undefined && section.type !== argued) {
    const message = `queue "${owned.name}" is ${section.type} by "type" and ${argued} by "x-queue-type"`;
    world.problems.push({ message, position, hint: 'write "type" only' });
  }
  return argued;
}

/** The arguments of an exchange with `alternateExchange` among them. */
export function exchangeArguments(world: World, owned: Owned<ExchangeSection>): JsonObject {
  return withSetting(
    world,
    owned,
    'alternate-exchange',
    owned.section.alternateExchange,
    'alternateExchange',
  );
}

/** The arguments of a queue with `deadLetter` among them. */
export function queueArguments(world: World, owned: Owned<QueueSection>): JsonObject {
  const { deadLetter } = owned.section;
  return {
    ...withSetting(world, owned, 'x-dead-letter-exchange', deadLetter?.exchange, 'deadLetter'),
    ...withSetting(world, owned, 'x-dead-letter-routing-key', deadLetter?.routingKey, 'deadLetter'),
  };
}

function withSetting(
  world: World,
  owned: Owned<ExchangeSection | QueueSection>,
  argument: string,
  value: string | undefined,
  key: string,
): JsonObject {
  const given = owned.section.arguments ?? {};
  if (value === undefined) return given;
  if (given[argument] !== undefined) {
    addOnce(world, {
      message: `"${argument}" stands in both "${key}" and "arguments" of "${owned.name}"`,
      position: owned.service.locate([...owned.path, 'arguments', argument]),
      hint: `keep "${key}" only`,
    });
  }
  return { ...given, [argument]: value };
}

/** Arguments are worked out for several purposes: a problem in them is reported once. */
function addOnce(world: World, problem: World['problems'][number]): void {
  if (!world.problems.some((known) => known.message === problem.message)) world.problems.push(problem);
}

export interface PlacedBinding {
  readonly spec: BindingSpec;
  readonly path: Path;
}

type Destination = Pick<
  Owned<{ readonly bindings?: BindingSection[] | undefined }>,
  'name' | 'section' | 'path'
> & {
  readonly ways?: readonly BindingSection[];
};

/** The bindings into an owned exchange or queue that its section declares, one a routing key. */
export function bindingsInto(owned: Destination, destinationType: 'queue' | 'exchange'): PlacedBinding[] {
  return (owned.section.bindings ?? []).flatMap((binding, at) =>
    placedBindings(owned, destinationType, binding, [...owned.path, 'bindings', at]),
  );
}

/** The same with those that are made for requests and replies. */
function allBindingsInto(owned: Destination, destinationType: 'queue' | 'exchange'): PlacedBinding[] {
  const ways = (owned.ways ?? []).flatMap((way) => placedBindings(owned, destinationType, way, owned.path));
  return [...bindingsInto(owned, destinationType), ...ways];
}

function placedBindings(
  { name }: Destination,
  destinationType: 'queue' | 'exchange',
  binding: BindingSection,
  path: Path,
): PlacedBinding[] {
  const keys = binding.routingKeys ?? [binding.routingKey ?? ''];
  return keys.map((routingKey) => ({
    path,
    spec: {
      source: binding.exchange,
      destinationType,
      destination: name,
      routingKey,
      arguments: binding.arguments ?? {},
    },
  }));
}

export function bindingResources(
  world: World,
  owned: Owned<ExchangeSection | QueueSection>,
  destinationType: 'queue' | 'exchange',
): Binding[] {
  return allBindingsInto(owned, destinationType).map(({ spec, path }) => {
    const problem = bindingProblem(spec);
    if (problem !== undefined) {
      const [message, hint] = problem;
      world.problems.push({ message, position: owned.service.locate(path), hint });
    }
    return {
      kind: 'rabbitmq:binding',
      address: bindingAddress(world.vhost, spec),
      service: owned.service.name,
      because: `${owned.name} receives from ${spec.source}`,
      spec,
    };
  });
}

/** What could be made, and then neither read nor taken away through the management API; and what to do instead. */
function bindingProblem({
  routingKey,
  arguments: given,
}: BindingSpec): readonly [string, string] | undefined {
  const isPlain = Object.keys(given).length === 0;
  if (routingKey.includes('~') && !isPlain) {
    // Seen on 3.10: once it exists, /api/definitions and every list of bindings answer 500 (pack_binding_props).
    return [
      'a binding with arguments cannot have a routing key with "~": RabbitMQ\'s management API fails on it',
      'use another routing key, or leave the arguments out',
    ];
  }
  if (isPlain && (routingKey === '.' || routingKey === '..')) {
    // It is the last part of the URL that deletes it, and is resolved away there, however it is encoded.
    return [
      `a binding cannot have the routing key "${routingKey}": RabbitMQ's management API could not delete it`,
      'use another routing key',
    ];
  }
  return undefined;
}

/** A text among arguments, such as the name of a dead-letter exchange. */
export function textArgument(given: JsonObject, key: string): string | undefined {
  const value: Json | undefined = given[key];
  return typeof value === 'string' ? value : undefined;
}
