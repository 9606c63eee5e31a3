import { partOf } from '../../core/address.ts';
import type { Change } from '../../core/resource.ts';
import type { Admin } from './admin.ts';

/** Open connections, as far as mqwarden looks at them. */
export interface Connection {
  readonly name: string;
  readonly vhost: string;
}

/**
 * A user's connections, those of this very second among them. The list of everyone's (`/api/connections`) shows one only when
 * its first statistics have come, seconds after it was opened: whoever was quick would keep a right that is gone.
 */
export async function connectionsOf(admin: Admin, user: string): Promise<readonly Connection[]> {
  const query = { columns: 'name,vhost' };
  return (await admin.get(['connections', 'username', user], { query })) as readonly Connection[];
}

/** Whose rights a change is about; undefined for what is nobody's. */
export function holderOf(change: Change): string | undefined {
  switch (change.kind) {
    case 'rabbitmq:user':
      return partOf(change.address, 0);
    case 'rabbitmq:permission':
    case 'rabbitmq:topic-permission':
      return partOf(change.address, 1);
    default:
      return undefined;
  }
}

/** True if a connection of the holder has the rights that this change takes away: a user's go in every vhost. */
export function isIn(connection: Connection, change: Change): boolean {
  return change.kind === 'rabbitmq:user' || connection.vhost === partOf(change.address, 0);
}
