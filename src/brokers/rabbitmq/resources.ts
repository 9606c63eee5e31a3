import { type Address, address, encodedAddress, encodePart } from '../../core/address.ts';
import { digest, type JsonObject } from '../../core/json.ts';
import type { Change, Resource } from '../../core/resource.ts';

/** Every resource of RabbitMQ that mqwarden knows; specs are whole: what is absent does not exist on the broker. */

type VhostLimits = { readonly maxConnections?: number; readonly maxQueues?: number };
/**
 * A field that the topology does not name is absent in the desired spec and taken from the live one. A live spec has no
 * `defaultQueueType` where the broker (before 3.11) does not keep one.
 */
export type VhostSpec = {
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly defaultQueueType?: string;
  readonly limits: VhostLimits;
};
type UserLimits = { readonly maxConnections?: number; readonly maxChannels?: number };
export type UserSpec = {
  /** Sorted. */
  readonly tags: readonly string[];
  readonly limits: UserLimits;
  /** `none`: the stored hash is empty, so no password is accepted. Nothing else of it is ever kept. */
  readonly auth: 'password' | 'none';
};
/** Three regular expressions of the broker's dialect; `^$` where nothing is granted. */
export type PermissionSpec = { readonly configure: string; readonly write: string; readonly read: string };
/** Regular expressions over routing keys (write) and binding keys (read). */
export type TopicPermissionSpec = { readonly write: string; readonly read: string };
export type ExchangeSpec = {
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: JsonObject;
};
export type QueueSpec = {
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  /** Without `x-queue-type`, which is `type`. */
  readonly arguments: JsonObject;
};
export type BindingSpec = {
  readonly source: string;
  readonly destinationType: 'queue' | 'exchange';
  readonly destination: string;
  readonly routingKey: string;
  readonly arguments: JsonObject;
};

/** Settings for all queues and exchanges that a pattern reaches: of those that do, the one with the highest priority rules. */
export type PolicySpec = {
  readonly pattern: string;
  readonly applyTo: string;
  readonly priority: number;
  readonly definition: JsonObject;
};

export type Vhost = Resource<'rabbitmq:vhost', VhostSpec>;
export type User = Resource<'rabbitmq:user', UserSpec>;
export type Permission = Resource<'rabbitmq:permission', PermissionSpec>;
export type TopicPermission = Resource<'rabbitmq:topic-permission', TopicPermissionSpec>;
export type Exchange = Resource<'rabbitmq:exchange', ExchangeSpec>;
export type Queue = Resource<'rabbitmq:queue', QueueSpec>;
export type Binding = Resource<'rabbitmq:binding', BindingSpec>;
export type Policy = Resource<'rabbitmq:policy', PolicySpec>;
export type OperatorPolicy = Resource<'rabbitmq:operator-policy', PolicySpec>;
export type RabbitResource =
  Vhost | User | Permission | TopicPermission | Exchange | Queue | Binding | Policy | OperatorPolicy;

/** A change of any kind; the spec types follow the kind. */
export type RabbitChange = {
  [Kind in RabbitResource['kind']]: Change<Extract<RabbitResource, { kind: Kind }>>;
}[RabbitResource['kind']];

export const vhostAddress = (vhost: string): Address => address('rabbitmq:vhost', vhost);
export const userAddress = (user: string): Address => address('rabbitmq:user', user);
export const permissionAddress = (vhost: string, user: string): Address =>
  address('rabbitmq:permission', vhost, user);
export const topicPermissionAddress = (vhost: string, user: string, exchange: string): Address =>
  address('rabbitmq:topic-permission', vhost, user, exchange);
export const exchangeAddress = (vhost: string, exchange: string): Address =>
  address('rabbitmq:exchange', vhost, exchange);
export const queueAddress = (vhost: string, queue: string): Address =>
  address('rabbitmq:queue', vhost, queue);

export const policyAddress = (
  kind: (Policy | OperatorPolicy)['kind'],
  vhost: string,
  policy: string,
): Address => address(kind, vhost, policy);

/** Hexadecimal digits of the digest of a binding's arguments in its address. */
const hashDigits = 12;

/**
 * A binding is all that it says: its address ends in the routing key, and in `~` and a digest of its arguments if it has
 * any. A key that itself ends like that has its last `~` escaped, so that no two bindings share an address.
 */
export function bindingAddress(vhost: string, binding: BindingSpec): Address {
  const { source, destinationType, destination, routingKey } = binding;
  const key = encodePart(routingKey).replace(/~(?=[0-9a-f]{12}$)/, '%7E');
  const last = Object.keys(binding.arguments).length === 0 ? key : `${key}~${hashOf(binding.arguments)}`;
  const parts = [vhost, source, destinationType, destination].map(encodePart);
  return encodedAddress('rabbitmq:binding', [...parts, last].join('/'));
}

function hashOf(given: JsonObject): string {
  return digest(given).slice('sha256:'.length, 'sha256:'.length + hashDigits);
}

/** The exchanges that every vhost has from the start, with their types; '' is the default exchange. */
export const builtInExchanges: ReadonlyMap<string, string> = new Map([
  ['', 'direct'],
  ['amq.direct', 'direct'],
  ['amq.fanout', 'fanout'],
  ['amq.topic', 'topic'],
  ['amq.headers', 'headers'],
  ['amq.match', 'headers'],
  ['amq.rabbitmq.trace', 'topic'],
]);

/** What an exchange's existence rests on: a built-in one comes with its vhost. */
export function exchangeNeed(vhost: string, exchange: string): Address {
  return builtInExchanges.has(exchange) ? vhostAddress(vhost) : exchangeAddress(vhost, exchange);
}
