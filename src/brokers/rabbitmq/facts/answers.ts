import type { Told } from '../../../core/audit.ts';
import type { Consuming, Connected, Listener, QueueState, RabbitFacts } from '../audit/facts.ts';
import type { Definitions, LiveUser } from '../definitions.ts';
import { isWeaklyKept, keptOf } from '../write/password.ts';

/** What the broker answered, as facts. Pure. */

export function mapped<T, U>(told: Told<T>, into: (value: T) => U): Told<U> {
  return told.is === 'told' ? { is: 'told', value: into(told.value) } : told;
}

/** What management says outside is `::` for any address: the one that it is bound to stands within. */
export function bound(listener: Listener & { readonly socket_opts?: unknown }): Listener {
  const { node, protocol, ip_address: ip, port, socket_opts: options } = listener;
  const inner = typeof options === 'object' && options !== null && 'ip' in options ? options.ip : undefined;
  const address = typeof inner === 'string' ? inner : ip;
  return {
    protocol,
    port,
    ...(node === undefined ? {} : { node }),
    ...(address === undefined ? {} : { ip_address: address }),
  };
}

export interface NodeAnswer {
  readonly name?: string;
  readonly auth_mechanisms?: readonly { readonly name?: string; readonly enabled?: boolean }[];
}

export function mechanismsOf(nodes: readonly NodeAnswer[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    nodes.map(({ name = '', auth_mechanisms: all = [] }) => [
      name,
      all.flatMap((one) => (one.enabled === true && one.name !== undefined ? [one.name] : [])),
    ]),
  );
}

/** The first versions do not know the question. */
export function deprecatedIn(told: Told<readonly { name?: string }[]>): RabbitFacts['deprecated'] {
  if (told.is === 'unknown' && told.why.endsWith('404')) return 'not kept';
  return mapped(told, (all) => all.flatMap(({ name }) => name ?? []));
}

export function withoutHashes(definitions: Definitions): Definitions {
  const users = (definitions.users ?? []).map(({ name, tags = [] }) => ({ name, tags }));
  return { ...definitions, users };
}

export function hashOf(user: LiveUser): 'empty' | 'md5' | 'guest' | 'sound' {
  if (user.password_hash === undefined || user.password_hash === '') return 'empty';
  if (user.name === 'guest' && ['same', 'weak'].includes(keptOf('guest', user))) return 'guest';
  return isWeaklyKept(user) ? 'md5' : 'sound';
}

export interface ConnectionAnswer {
  readonly name?: string;
  readonly user?: string;
  readonly vhost?: string;
  readonly ssl?: boolean;
  readonly type?: string;
  readonly client_properties?: Readonly<Record<string, unknown>>;
}

/** One inside the broker, a shovel's, has no transport. */
export function connected(answer: ConnectionAnswer): Connected[] {
  const { name = '', user = '', vhost = '', ssl, type, client_properties: properties } = answer;
  if (ssl === undefined || type === 'direct') return [];
  const service = properties?.['service'];
  return [{ name, user, vhost, ssl, ...(typeof service === 'string' ? { service } : {}) }];
}

export interface QueueAnswer {
  readonly name?: string;
  readonly vhost?: string;
  readonly messages?: number;
  readonly consumers?: number;
}

export const queueColumns = 'name,vhost,messages,consumers';

export function queueState({ vhost = '', name = '', messages = 0, consumers = 0 }: QueueAnswer): QueueState {
  return { vhost, name, messages, consumers };
}

export interface ConsumerAnswer {
  readonly queue?: { readonly name?: string; readonly vhost?: string };
  readonly channel_details?: { readonly user?: string };
}

export const consumerColumns = 'queue.name,queue.vhost,channel_details.user';

export function consuming({ queue = {}, channel_details: channel = {} }: ConsumerAnswer): Consuming {
  const { name = '', vhost = '' } = queue;
  return { vhost, queue: name, user: channel.user ?? '' };
}
