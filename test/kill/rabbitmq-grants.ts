import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import type { SharedRabbitMQ } from '../brokers/connection.ts';
import type { Grants } from './union.ts';

interface Permission {
  readonly user: string;
  readonly vhost: string;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

interface TopicPermission {
  readonly user: string;
  readonly vhost: string;
  readonly exchange: string;
  readonly write: string;
  readonly read: string;
}

export interface RabbitProbes {
  readonly vhost: string;
  /** Exchanges of type topic, where rows count. */
  readonly topicExchanges: readonly string[];
  readonly routingKeys: readonly string[];
  /** Other exchanges and queues. */
  readonly names: readonly string[];
}

/**
 * What each user of the vhost could do now, by the broker's rules: patterns are unanchored, an empty one matches nothing,
 * and without a row for a user and exchange every routing key is allowed.
 */
export async function rabbitGrants(at: SharedRabbitMQ, probes: RabbitProbes): Promise<Grants> {
  const admin = rabbitAdmin(at);
  const [permissions, rows] = await Promise.all([
    admin.get<readonly Permission[]>('/permissions'),
    admin.get<readonly TopicPermission[]>('/topic-permissions'),
  ]);
  const allowed = permissions
    .filter(({ vhost, user }) => vhost === probes.vhost && user !== at.admin.username)
    .flatMap((permission) => allowedTo(permission, rows, probes));
  return new Set(allowed);
}

function allowedTo(
  permission: Permission,
  rows: readonly TopicPermission[],
  { vhost, topicExchanges, routingKeys, names }: RabbitProbes,
): string[] {
  const { user } = permission;
  const rights = ['configure', 'write', 'read'] as const;
  const plain = [...topicExchanges, ...names].flatMap((name) =>
    rights
      // On a topic exchange, these two depend on the key.
      .filter((right) => right === 'configure' || !topicExchanges.includes(name))
      .filter((right) => matches(permission[right], name))
      .map((right) => `${user} ${right} ${name}`),
  );
  const keyed = topicExchanges.flatMap((exchange) => {
    const row = rows.find((one) => one.vhost === vhost && one.user === user && one.exchange === exchange);
    return (['write', 'read'] as const)
      .filter((right) => matches(permission[right], exchange))
      .flatMap((right) =>
        routingKeys
          .filter((key) => row === undefined || matches(row[right], key))
          .map((key) => `${user} ${right} ${exchange} with ${key}`),
      );
  });
  return [...plain, ...keyed];
}

function matches(pattern: string, text: string): boolean {
  return pattern === '' ? text === '' : new RegExp(pattern).test(text);
}
