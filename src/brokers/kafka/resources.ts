import { type Address, address, encodedAddress, encodePart } from '../../core/address.ts';
import type { Resource } from '../../core/resource.ts';

/** What the topology leaves to the broker's default, as the protocol says it. */
export const brokerDefault = -1;

/** Live topics that the topology does not declare, or declares without `config`, carry no `config` here. */
export type TopicSpec = Readonly<{
  partitions: number;
  replicationFactor: number;
  /** The topic's own overrides, in canonical form; never the broker's defaults. */
  config?: Readonly<Record<string, string>>;
}>;

/** The identity of an ACL binding is all of it: there is nothing to update. Words as in words.ts. */
export type AclSpec = Readonly<{
  resource: string;
  pattern: string;
  name: string;
  principal: string;
  host: string;
  operation: string;
  permission: string;
}>;

type UserSpec = Readonly<{ mechanism: string; iterations: number }>;

/** What mqwarden makes: more iterations than Kafka's own default of 4,096, which is also its minimum for SHA-512 (KIP-554). */
export const newUser: UserSpec = { mechanism: 'SCRAM-SHA-512', iterations: 8192 };

/** Bytes a second, and percent of a broker's request threads (which may pass 100). */
type QuotaSpec = Readonly<Record<string, number>>;

/** An entity that quotas are set on; null is the default entity of its type (`<default>`), absent is not part of it. */
export type QuotaEntity = Readonly<Record<string, string | null>>;

export type TopicResource = Resource<'kafka:topic', TopicSpec>;
export type AclResource = Resource<'kafka:acl', AclSpec>;
export type UserResource = Resource<'kafka:user', UserSpec>;
export type QuotaResource = Resource<'kafka:quota', QuotaSpec>;
export type KafkaResource = TopicResource | AclResource | UserResource | QuotaResource;

export function topicAddress(topic: string): Address {
  return address('kafka:topic', topic);
}

export function userAddress(user: string): Address {
  return address('kafka:user', user);
}

export function aclAddress(acl: AclSpec): Address {
  const { resource, pattern, name, principal, host, operation, permission } = acl;
  return address('kafka:acl', resource, pattern, name, principal, host, operation, permission);
}

const entityTypes = ['user', 'client-id', 'ip'];

/** `kafka:quota:user=U,client-id=C`; the default entity of a type has nothing after its `=`. */
export function quotaAddress(entity: QuotaEntity): Address {
  const parts = entityTypes
    .filter((type) => entity[type] !== undefined)
    .map((type) => `${type}=${encodePart(entity[type] ?? '')}`);
  return encodedAddress('kafka:quota', parts.join(','));
}

/** The way back from `quotaAddress`. */
export function quotaEntity(at: Address): QuotaEntity {
  const parts = at.slice('kafka:quota:'.length).split(',');
  return Object.fromEntries(
    parts.map((part) => {
      const [type = '', name = ''] = part.split('=');
      return [type, name === '' ? null : decodeURIComponent(name)];
    }),
  );
}
