import type { Address } from '../../core/address.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type {
  Definitions,
  LiveBinding,
  LiveExchange,
  LivePermission,
  LivePolicy,
  LiveQueue,
  LiveTopicPermission,
  LiveUser,
  LiveVhost,
} from './definitions.ts';
import { nothing } from './patterns/names.ts';
import {
  type Binding,
  bindingAddress,
  type BindingSpec,
  type Exchange,
  exchangeAddress,
  type Permission,
  permissionAddress,
  type PermissionSpec,
  type OperatorPolicy,
  type Policy,
  policyAddress,
  type PolicySpec,
  type Queue,
  queueAddress,
  type RabbitResource,
  type TopicPermission,
  topicPermissionAddress,
  type TopicPermissionSpec,
  type User,
  userAddress,
  type UserSpec,
  type Vhost,
  vhostAddress,
} from './resources.ts';
import { isAtLeast } from './version.ts';

/**
 * The broker's definitions in the one normal form in which live and desired meet. Pure. Of a user's hash only whether it is
 * empty is kept.
 */

/** Everything in these vhosts, and all users: they are global to the broker. */
export function normalize(
  definitions: Definitions,
  version: string,
  vhosts: ReadonlySet<string>,
): RabbitResource[] {
  const here = <T extends { readonly vhost: string }>(all: readonly T[] | undefined) =>
    (all ?? []).filter((one) => vhosts.has(one.vhost));
  const limits = vhostLimits(definitions);
  return [
    ...(definitions.vhosts ?? [])
      .filter(({ name }) => vhosts.has(name))
      .map((live) => vhostResource(live, limits.get(live.name) ?? {}, version)),
    ...(definitions.users ?? []).map(userResource),
    ...here(definitions.permissions).map(permissionResource),
    ...here(definitions.topic_permissions).map(topicPermissionResource),
    ...here(definitions.exchanges).map(exchangeResource),
    ...here(definitions.queues).map(queueResource),
    ...here(bindingsToStay(definitions)).map(bindingResource),
    ...here(definitions.policies).map((live) => policyResource('rabbitmq:policy', live)),
    ...here(operatorPolicies(definitions)).map((live) => policyResource('rabbitmq:operator-policy', live)),
  ];
}

/**
 * Exclusive queues are in no definitions: they are of a session, and go with it. 4.3 lists their bindings all the same, where
 * older versions leave these out, too.
 */
function bindingsToStay({ queues = [], bindings = [] }: Definitions): LiveBinding[] {
  const known = new Set(queues.map(({ vhost, name }) => queueAddress(vhost, name)));
  return bindings.filter(
    ({ vhost, destination, destination_type: type }) =>
      type !== 'queue' || known.has(queueAddress(vhost, destination)),
  );
}

/** Among the parameters, which hold what is in the value of each under a name of their own. */
function operatorPolicies(definitions: Definitions): LivePolicy[] {
  return (definitions.parameters ?? [])
    .filter(({ component }) => component === 'operator_policy')
    .map(({ name, vhost = '', value }) => ({ ...(value as unknown as LivePolicy), name, vhost }));
}

function policyResource<K extends (Policy | OperatorPolicy)['kind']>(
  kind: K,
  live: LivePolicy,
): { kind: K; address: Address; spec: PolicySpec } {
  return { kind, address: policyAddress(kind, live.vhost, live.name), spec: policySpec(live) };
}

export function policySpec(live: LivePolicy): PolicySpec {
  const { pattern, 'apply-to': applyTo = 'all', priority = 0, definition } = live;
  return { pattern, applyTo, priority, definition };
}

function vhostLimits(definitions: Definitions): Map<string, JsonObject> {
  const parameters = (definitions.parameters ?? []).filter(({ component }) => component === 'vhost-limits');
  return new Map(parameters.map(({ vhost = '', value }) => [vhost, objectOf(value)]));
}

function vhostResource(live: LiveVhost, limits: JsonObject, version: string): Vhost {
  const { metadata } = live;
  const description = live.description ?? metadata?.description ?? '';
  const tags = live.tags ?? metadata?.tags;
  const type = live.default_queue_type ?? metadata?.default_queue_type;
  return {
    kind: 'rabbitmq:vhost',
    address: vhostAddress(live.name),
    spec: {
      description,
      tags: tagList(tags),
      ...(isAtLeast(version, 3, 11)
        ? { defaultQueueType: type === undefined || type === 'undefined' ? 'classic' : type }
        : {}),
      limits: {
        ...limit('maxConnections', limits['max-connections']),
        ...limit('maxQueues', limits['max-queues']),
      },
    },
  };
}

function userResource(live: LiveUser): User {
  return { kind: 'rabbitmq:user', address: userAddress(live.name), spec: userSpec(live) };
}

export function userSpec(live: LiveUser): UserSpec {
  const limits = objectOf(live.limits);
  return {
    tags: tagList(live.tags),
    limits: {
      ...limit('maxConnections', limits['max-connections']),
      ...limit('maxChannels', limits['max-channels']),
    },
    auth: live.password_hash === undefined || live.password_hash === '' ? 'none' : 'password',
  };
}

function permissionResource(live: LivePermission): Permission {
  return {
    kind: 'rabbitmq:permission',
    address: permissionAddress(live.vhost, live.user),
    spec: permissionSpec(live),
  };
}

export function permissionSpec(live: LivePermission): PermissionSpec {
  return { configure: pattern(live.configure), write: pattern(live.write), read: pattern(live.read) };
}

function topicPermissionResource(live: LiveTopicPermission): TopicPermission {
  return {
    kind: 'rabbitmq:topic-permission',
    address: topicPermissionAddress(live.vhost, live.user, live.exchange),
    spec: topicPermissionSpec(live),
  };
}

export function topicPermissionSpec(live: LiveTopicPermission): TopicPermissionSpec {
  return { write: pattern(live.write), read: pattern(live.read) };
}

/** RabbitMQ itself takes '' for `^$`. */
function pattern(live: string): string {
  return live === '' ? nothing : live;
}

function exchangeResource(live: LiveExchange): Exchange {
  return {
    kind: 'rabbitmq:exchange',
    address: exchangeAddress(live.vhost, live.name),
    spec: {
      type: live.type,
      durable: live.durable,
      autoDelete: live.auto_delete,
      internal: live.internal ?? false,
      arguments: objectOf(live.arguments),
    },
  };
}

function queueResource(live: LiveQueue): Queue {
  const { 'x-queue-type': type, ...rest } = objectOf(live.arguments);
  return {
    kind: 'rabbitmq:queue',
    address: queueAddress(live.vhost, live.name),
    spec: {
      type: typeof type === 'string' ? type : (live.type ?? 'classic'),
      durable: live.durable,
      autoDelete: live.auto_delete,
      arguments: rest,
    },
  };
}

function bindingResource(live: LiveBinding): Binding {
  const spec = bindingSpec(live);
  return { kind: 'rabbitmq:binding', address: bindingAddress(live.vhost, spec), spec };
}

export function bindingSpec(live: LiveBinding): BindingSpec {
  return {
    source: live.source,
    destinationType: live.destination_type === 'exchange' ? 'exchange' : 'queue',
    destination: live.destination,
    routingKey: live.routing_key,
    arguments: objectOf(live.arguments),
  };
}

/** A list from 4.x, a text with commas from older ones. */
function tagList(tags: readonly string[] | string | undefined): string[] {
  const list = typeof tags === 'string' ? tags.split(',').map((tag) => tag.trim()) : [...(tags ?? [])];
  return list.filter((tag) => tag !== '').sort();
}

/** A negative limit is no limit. */
function limit<Key extends string>(key: Key, value: Json | undefined): { readonly [K in Key]?: number } {
  if (typeof value !== 'number' || value < 0) return {};
  return { [key]: value } as { readonly [K in Key]: number };
}

/** The API writes an empty table as `{}` or as `[]`. */
function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !isList(value) ? value : {};
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
