import { type Address, partOf } from '../../../core/address.ts';
import type { Ground } from '../../../core/kind.ts';
import { canonical, type JsonObject } from '../../../core/json.ts';
import type { Change, Ownership } from '../../../core/resource.ts';
import { grantFateOf } from '../../../core/standing.ts';
import { isInternalName } from '../names.ts';
import { vhostAddress } from '../resources.ts';

/** What the kinds have in common. */

/** Phases, in the order of execution: up, grants, down. */
export const phases = {
  vhost: 0,
  user: 1,
  // Before the queues, which so have their limits and dead letters from the start.
  policy: 2,
  exchange: 3,
  queue: 4,
  binding: 5,
  topicRowUpsert: 10,
  permissionUpsert: 11,
  permissionDelete: 12,
  topicRowDelete: 13,
  bindingDelete: 20,
  queueDelete: 21,
  exchangeDelete: 22,
  policyDelete: 23,
  userDelete: 24,
  vhostDelete: 25,
} as const;

export function upOrDown(change: Change, up: number, down: number): number {
  return change.action === 'delete' ? down : up;
}

/** The names of the settings that differ, for a verdict's `why`. */
export function differences(live: JsonObject, desired: JsonObject): string {
  const keys = [...new Set([...Object.keys(live), ...Object.keys(desired)])].sort();
  const differing = keys.filter((key) => canonical(live[key] ?? null) !== canonical(desired[key] ?? null));
  return `${differing.join(', ')} ${differing.length === 1 ? 'differs' : 'differ'}`;
}

export function inDeclaredVhost(at: Address, ground: Ground): boolean {
  return ground.containers.has(vhostAddress(partOf(at, 0)));
}

/** For exchanges and queues: the fate of what stands in a vhost. */
export function namedFate(at: Address, ground: Ground): Ownership {
  if (isInternalName(partOf(at, 1))) return { fate: 'internal' };
  return { fate: inDeclaredVhost(at, ground) ? 'prunable' : 'unmanaged' };
}

/** For permissions and topic rows: the fate of a user's grant. */
export function grantFate(at: Address, user: string, ground: Ground): Ownership {
  const ownership = grantFateOf(user, ground);
  return ownership.fate === 'internal' || inDeclaredVhost(at, ground) ? ownership : { fate: 'unmanaged' };
}

/** `maxConnections 10, maxQueues 5`, or a dash. */
export function showRecord(values: JsonObject): string {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return entries.map(([key, value]) => `${key} ${canonical(value)}`).join(', ') || '-';
}

export function showList(values: readonly string[]): string {
  return values.join(', ') || '-';
}
