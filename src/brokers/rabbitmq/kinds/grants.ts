import { type Address, kindOf, partOf } from '../../../core/address.ts';
import type { Kind } from '../../../core/kind.ts';
import type { Change } from '../../../core/resource.ts';
import { everyKey } from '../patterns/topic.ts';
import { namesOf } from '../patterns/parse.ts';
import { covers } from '../patterns/pattern.ts';
import {
  exchangeNeed,
  type Permission,
  permissionAddress,
  type TopicPermission,
  topicPermissionAddress,
  userAddress,
  vhostAddress,
} from '../resources.ts';
import { differences, grantFate, phases, upOrDown } from './shared.ts';

/**
 * Permissions and topic rows. With no row for a user and exchange every routing key is allowed, so rows are written before
 * the permission that lets the user at the exchange, and taken away only after it.
 */

export const permission: Kind<Permission> = {
  label: 'permission',
  order: 5,
  holdsData: false,
  ownership: (live, ground) => grantFate(live.address, partOf(live.address, 1), ground),
  principal: ({ address }) => partOf(address, 1),
  as: (live, name) => ({ ...live, address: permissionAddress(partOf(live.address, 0), name) }),
  judge: (live, desired) => ({ is: 'update', why: differences(live.spec, desired.spec) }),
  needs: ({ address }) => [vhostAddress(partOf(address, 0)), userAddress(partOf(address, 1))],
  phase: (change) => upOrDown(change, phases.permissionUpsert, phases.permissionDelete),
  after: (change, others) =>
    change.action === 'delete'
      ? []
      : grantChanges(others, change.address)
          .rows.filter((row) => row.action !== 'delete')
          .map(addressOf),
  narrows(change) {
    const { before, after } = change;
    if (before === null) return false;
    if (after === null) return !isNothing(before);
    return !(['configure', 'write', 'read'] as const).every((right) => covers(after[right], before[right]));
  },
  // Without its topic row, what this newly lets the user at would be open to every routing key.
  tiedTo({ address, before, after }, blocked) {
    if (after === null) return undefined;
    return blockedGrants(blocked, address).find(
      (at) => isRowAt(at) && !reaches(before, partOf(at, 2)) && reaches(after, partOf(at, 2)),
    );
  },
  title: (at) => `${partOf(at, 1)} in vhost ${partOf(at, 0)}`,
  show: (spec) => [
    ['configure', spec.configure],
    ['write', spec.write],
    ['read', spec.read],
  ],
};

function isNothing(spec: Permission['spec']): boolean {
  return [spec.configure, spec.write, spec.read].every((pattern) => covers('^$', pattern));
}

export const topicPermission: Kind<TopicPermission> = {
  label: 'topic permission',
  order: 6,
  holdsData: false,
  ownership(live, ground) {
    // A row on the default exchange says nothing (it is no topic exchange), and the API cannot address it for deletion.
    if (partOf(live.address, 2) === '') return { fate: 'internal' };
    return grantFate(live.address, partOf(live.address, 1), ground);
  },
  principal: ({ address }) => partOf(address, 1),
  as: (live, name) => ({
    ...live,
    address: topicPermissionAddress(partOf(live.address, 0), name, partOf(live.address, 2)),
  }),
  judge: (live, desired) => ({ is: 'update', why: differences(live.spec, desired.spec) }),
  needs({ address }) {
    const vhost = partOf(address, 0);
    return [vhostAddress(vhost), userAddress(partOf(address, 1)), exchangeNeed(vhost, partOf(address, 2))];
  },
  phase: (change) => upOrDown(change, phases.topicRowUpsert, phases.topicRowDelete),
  after: (change, others) =>
    change.action === 'delete' ? grantChanges(others, change.address).permissions.map(addressOf) : [],
  narrows(change, others) {
    const { before, after } = change;
    // Without the row every key is allowed, so that a deletion widens and a creation narrows, if the user was let at the
    // exchange before at all.
    if (after === null || (before === null && !reachedBefore(change.address, others))) return false;
    const had = before ?? { write: everyKey, read: everyKey };
    return !covers(after.write, had.write) || !covers(after.read, had.read);
  },
  // While the permission stays as it is, the row's absence would open every routing key; a row that is blocked may hold the
  // permission in turn.
  tiedTo: ({ action, address }, blocked) =>
    action === 'delete' ? blockedGrants(blocked, address)[0] : undefined,
  title: (at) => `${partOf(at, 1)} on ${partOf(at, 2)} in vhost ${partOf(at, 0)}`,
  show: (spec) => [
    ['write', spec.write],
    ['read', spec.read],
  ],
};

/** True unless these changes show that the user had no right on the exchange of this row. */
function reachedBefore(at: Address, others: readonly Change[]): boolean {
  const change = grantChanges(others, at).permissions.find(isPermission);
  if (change === undefined) return true;
  return reaches(change.before, partOf(at, 2));
}

function reaches(spec: Permission['spec'] | null, exchange: string): boolean {
  return spec !== null && [spec.write, spec.read].some((pattern) => namesOf(pattern)?.has(exchange) ?? true);
}

function addressOf(change: Change): Address {
  return change.address;
}

interface GrantChanges {
  readonly permissions: readonly Change[];
  readonly rows: readonly Change[];
}

const none: GrantChanges = { permissions: [], rows: [] };
const indexes = new WeakMap<readonly Change[], ReadonlyMap<string, GrantChanges>>();

/** The changes to the grants of the same user in the same vhost. Indexed once a list: plans are asked for each change. */
function grantChanges(others: readonly Change[], at: Address): GrantChanges {
  let index = indexes.get(others);
  if (index === undefined) {
    const grants = others.filter((change) => isPermission(change) || isRow(change));
    const groups = Map.groupBy(grants, (change) => holderOf(change.address));
    index = new Map(
      [...groups].map(([holder, group]) => [
        holder,
        { permissions: group.filter(isPermission), rows: group.filter(isRow) },
      ]),
    );
    indexes.set(others, index);
  }
  return index.get(holderOf(at)) ?? none;
}

const blockedIndexes = new WeakMap<ReadonlySet<Address>, ReadonlyMap<string, readonly Address[]>>();

/** The blocked grants of the same user in the same vhost, the permission first. Indexed once a set. */
function blockedGrants(blocked: ReadonlySet<Address>, at: Address): readonly Address[] {
  let index = blockedIndexes.get(blocked);
  if (index === undefined) {
    const grants = [...blocked].filter((one) => isPermissionAt(one) || isRowAt(one));
    const sorted = [...grants.filter(isPermissionAt), ...grants.filter(isRowAt)];
    index = Map.groupBy(sorted, holderOf);
    blockedIndexes.set(blocked, index);
  }
  return index.get(holderOf(at)) ?? [];
}

function isPermissionAt(at: Address): boolean {
  return kindOf(at) === 'rabbitmq:permission';
}

function isRowAt(at: Address): boolean {
  return kindOf(at) === 'rabbitmq:topic-permission';
}

function isPermission(change: Change): change is Change<Permission> {
  return change.kind === 'rabbitmq:permission';
}

function isRow(change: Change): boolean {
  return change.kind === 'rabbitmq:topic-permission';
}

/** Vhost and user, of a permission or topic row. */
function holderOf(at: Address): string {
  return permissionKey(partOf(at, 0), partOf(at, 1));
}

function permissionKey(vhost: string, user: string): string {
  return JSON.stringify([vhost, user]);
}
