import { partOf } from '../../../core/address.ts';
import { byteLength } from '../names.ts';
import { escapePattern, longestPattern, namePattern, nothing } from '../patterns/names.ts';
import { mayReach } from '../patterns/pattern.ts';
import { bindingKeyPattern, everyKey, topicPattern } from '../patterns/topic.ts';
import {
  type Permission,
  permissionAddress,
  type TopicPermission,
  topicPermissionAddress,
} from '../resources.ts';
import type { GrantSection } from '../schema.ts';
import { publishesText, type Rights } from './rights.ts';
import type { Member } from './vhosts.ts';
import { exchangeType, userOf, type World } from './world.ts';

type Right = 'configure' | 'write' | 'read';

/**
 * The permission of a service's user in a vhost that it uses; it has one where it lives in any case, since without it no login is
 * possible.
 */
export function permissionResource(world: World, member: Member, rights: Rights): Permission {
  const { service, namespace: within } = member;
  const temporary = member.temporary === undefined ? [] : [temporaryPattern];
  const pattern = (right: Right) => {
    const namespace = namespacePattern(within, right);
    const grants = granted(member, right).map(contained);
    const names = [...rights[right]].filter((name) => !inNamespace(within, right, name));
    // The limit is on all of it: what stands beside the names is room that they have not.
    const beside = [...namespace, ...temporary, ...grants].map((one) => `${one}|`).join('');
    return joinAlternatives([
      ...namespace,
      ...named(names, longestPattern - byteLength(beside)),
      ...temporary,
      ...grants,
    ]);
  };
  return {
    kind: 'rabbitmq:permission',
    address: permissionAddress(world.vhost, userOf(service)),
    service: service.name,
    because: rights.because.join(', ') || `access to vhost ${world.vhost}`,
    spec: { configure: pattern('configure'), write: pattern('write'), read: pattern('read') },
  };
}

/** Queues that the server names, as it does where a client declares '': no other name begins like this. */
const temporaryPattern = '^amq\\.gen-.*';

function named(names: readonly string[], room: number): string[] {
  return names.length === 0 ? [] : [namePattern(names, room)];
}

function joinAlternatives(patterns: readonly string[]): string {
  return patterns.length === 0 ? nothing : [...new Set(patterns)].join('|');
}

function granted({ grants }: Member, right: Right): string[] {
  return grants.filter(isOfPermission).flatMap((grant) => grant[right] ?? []);
}

function isOfPermission({ exchange, anyKey }: GrantSection): boolean {
  return exchange === undefined && anyKey === undefined;
}

/** An option such as `(?i)` would otherwise hold for the alternatives after it too. */
function contained(pattern: string, at: number, all: readonly string[]): string {
  return pattern.includes('(?') && at < all.length - 1 ? `(?:${pattern})` : pattern;
}

/** The security reference's triple: `^order\.(queue|exchange)\..*`, `^order\.exchange\..*`, `^order\.queue\..*`. */
export const namespaceParts: Readonly<Record<Right, readonly string[]>> = {
  configure: ['queue', 'exchange'],
  write: ['exchange'],
  read: ['queue'],
};

export function namespacePattern(namespace: string | undefined, right: Right): string[] {
  if (namespace === undefined) return [];
  const parts = namespaceParts[right];
  const middle = parts.length === 1 ? parts.join('') : `(${parts.join('|')})`;
  return [`^${escapePattern(namespace)}\\.${middle}\\..*`];
}

export function inNamespace(namespace: string | undefined, right: Right, name: string): boolean {
  return (
    namespace !== undefined && namespaceParts[right].some((part) => name.startsWith(`${namespace}.${part}.`))
  );
}

/** True if a literal grant reaches the name, or may. */
function grantReaches(member: Member, right: Right, name: string): boolean {
  return granted(member, right).some((pattern) => mayReach(pattern, name));
}

/**
 * One row for each topic exchange that the user can write or read: with no row, RabbitMQ allows every key. An exchange that
 * nobody owns counts as a topic exchange where keys are given, since on any other type a row has no effect.
 */
export function topicPermissionResources(world: World, member: Member, rights: Rights): TopicPermission[] {
  const literal = literalRows(world, member);
  const open = new Set(member.grants.flatMap(({ anyKey }) => anyKey ?? []));
  const said = new Set([...open, ...literal.map(({ address }) => partOf(address, 2))]);
  return [
    ...literal,
    ...derivedRows(world, member, rights).filter(({ address }) => !said.has(partOf(address, 2))),
  ];
}

/** Rows that are written out take the place of those that follow from intent. */
function literalRows(world: World, { service, grants }: Member): TopicPermission[] {
  return grants.flatMap(({ exchange, write, read, reason }) => {
    if (exchange === undefined || write === undefined || read === undefined) return [];
    return [
      {
        kind: 'rabbitmq:topic-permission' as const,
        address: topicPermissionAddress(world.vhost, userOf(service), exchange),
        service: service.name,
        because: `granted: ${reason}`,
        spec: { write, read },
      },
    ];
  });
}

function derivedRows(world: World, member: Member, rights: Rights): TopicPermission[] {
  const { service } = member;
  const user = userOf(service);
  return topicCandidates(world, member, rights).flatMap((exchange) => {
    const wide = {
      write: reachesWidely(member, 'write', exchange),
      read: reachesWidely(member, 'read', exchange),
    };
    if (!wide.write && !wide.read && !rights.write.has(exchange) && !rights.read.has(exchange)) return [];
    const published = rights.publishes.get(exchange);
    const bound = rights.binds.get(exchange);
    return [
      {
        kind: 'rabbitmq:topic-permission' as const,
        address: topicPermissionAddress(world.vhost, user, exchange),
        service: service.name,
        because: topicBecause(exchange, published, bound),
        spec: {
          write: writePattern(published, wide.write),
          read: bound === undefined ? (wide.read ? everyKey : nothing) : bindingKeyPattern(bound),
        },
      },
    ];
  });
}

function topicCandidates(world: World, { namespace, grants }: Member, rights: Rights): string[] {
  const named = [...rights.write, ...rights.read].filter((exchange) => world.exchanges.has(exchange));
  const owned = namespace === undefined && grants.length === 0 ? named : [...world.exchanges.keys()];
  const mentioned = [...rights.publishes, ...rights.binds]
    .filter(([exchange, keys]) => exchangeType(world, exchange) !== undefined || keys !== 'every')
    .map(([exchange]) => exchange);
  return [...new Set([...owned, ...mentioned])].filter(
    (exchange) => (exchangeType(world, exchange) ?? 'topic') === 'topic',
  );
}

/** By a namespace or a literal grant, which say nothing of routing keys. */
function reachesWidely(member: Member, right: 'write' | 'read', exchange: string): boolean {
  return inNamespace(member.namespace, right, exchange) || grantReaches(member, right, exchange);
}

function writePattern(published: ReadonlySet<string> | 'every' | undefined, wide: boolean): string {
  if (published === undefined) return wide ? everyKey : nothing;
  return published === 'every' ? everyKey : topicPattern(published);
}

function topicBecause(
  exchange: string,
  published: ReadonlySet<string> | 'every' | undefined,
  bound: ReadonlySet<string> | undefined,
): string {
  const reasons = [
    ...(published === undefined ? [] : [publishesText(exchange, published)]),
    ...(bound === undefined ? [] : [`binds ${[...bound].join(', ')} from ${exchange}`]),
  ];
  return reasons.join(', ') || `no routing key of ${exchange} beyond its permission`;
}
