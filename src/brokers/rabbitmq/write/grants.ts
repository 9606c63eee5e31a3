import { partOf } from '../../../core/address.ts';
import { canonical } from '../../../core/json.ts';
import type { Change } from '../../../core/resource.ts';
import type { Admin } from '../admin.ts';
import type { LivePermission, LiveTopicPermission } from '../definitions.ts';
import { permissionSpec, topicPermissionSpec } from '../normalize.ts';
import { type Permission, permissionAddress, type TopicPermission } from '../resources.ts';
import type { Hands } from './hands.ts';
import { look, movedOn, remove, send, WriteFailure } from './request.ts';

/**
 * Permissions and topic rows. RabbitMQ answers `If-None-Match: *` wrongly for these (412 for a second row of a user), so each is
 * read again before it is written.
 */

export async function writePermission(admin: Admin, change: Change<Permission>): Promise<void> {
  const path = ['permissions', partOf(change.address, 0), partOf(change.address, 1)];
  const live = (await look(admin, path)) as LivePermission | undefined;
  if (isDone(change, live === undefined ? null : permissionSpec(live))) return;
  if (change.after === null) await remove(admin, path);
  else await send(admin, 'PUT', path, { body: change.after });
}

export async function writeTopicPermission(admin: Admin, change: Change<TopicPermission>): Promise<void> {
  const exchange = partOf(change.address, 2);
  const path = ['topic-permissions', partOf(change.address, 0), partOf(change.address, 1)];
  const rows = ((await look(admin, path)) ?? []) as readonly LiveTopicPermission[];
  const live = rows.find((row) => row.exchange === exchange);
  if (isDone(change, live === undefined ? null : topicPermissionSpec(live))) return;
  if (change.after !== null) {
    await send(admin, 'PUT', path, { body: { exchange, ...change.after } });
    return;
  }
  if (exchange === '') {
    // The path without a name stands for all rows of the user.
    throw new WriteFailure(
      'the management API cannot delete a row of the default exchange alone',
      'use rabbitmqctl',
    );
  }
  await remove(admin, [...path, exchange]);
}

/** True if nothing is left to do; throws if the live value is neither what the plan saw nor what it wants. */
function isDone(change: Change<Permission> | Change<TopicPermission>, live: object | null): boolean {
  if (canonical(live) === canonical(change.after)) return true;
  if (canonical(live) !== canonical(change.before)) throw movedOn();
  return false;
}

/** Declaring needs permissions in the vhost, also for an administrator: gives them where there are none. */
export async function admitAdmin(hands: Hands, vhost: string): Promise<void> {
  const { admin } = hands;
  const path = ['permissions', vhost, admin.username];
  if ((await look(admin, path)) !== undefined) return;
  await send(admin, 'PUT', path, { body: { configure: '.*', write: '.*', read: '.*' } });
  recordAdmin(hands, vhost, 'the administrator needs every permission in the vhost to declare in it');
}

/** The administrator's own row is internal: no change of a plan speaks of it. */
export function recordAdmin({ admin, record }: Hands, vhost: string, detail: string): void {
  const address = permissionAddress(vhost, admin.username);
  record({ action: 'create', address, detail, outcome: { status: 'done' } });
}
