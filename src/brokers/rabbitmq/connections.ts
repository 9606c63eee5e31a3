import { setTimeout as sleep } from 'node:timers/promises';
import { partOf } from '../../core/address.ts';
import type { Change } from '../../core/resource.ts';
import type { Admin } from './admin.ts';

/** Open connections, as far as mqwarden looks at them. */
export interface Connection {
  readonly name: string;
  readonly user: string;
  readonly vhost: string;
}

/** One that has just been opened is listed without its fields for a moment: asked again so often, so far apart. */
const attempts = 10;
const pauseMs = 200;

/** All of them in one request; while the user of one cannot be told, asked again. */
export async function listConnections(admin: Admin): Promise<Connection[]> {
  const query = { columns: 'name,user,vhost' };
  for (let attempt = 1; ; attempt += 1) {
    const listed = (await admin.get(['connections'], { query })) as readonly Partial<Connection>[];
    const whole = listed.flatMap(({ name, user, vhost }) =>
      name === undefined || user === undefined || vhost === undefined ? [] : [{ name, user, vhost }],
    );
    if (whole.length === listed.length || attempt === attempts) return whole;
    await sleep(pauseMs);
  }
}

/** The connections that hold the rights which this change takes away: a user's, or a user's in one vhost. */
export function holds(connection: Connection, change: Change): boolean {
  switch (change.kind) {
    case 'rabbitmq:user':
      return connection.user === partOf(change.address, 0);
    case 'rabbitmq:permission':
    case 'rabbitmq:topic-permission':
      return connection.vhost === partOf(change.address, 0) && connection.user === partOf(change.address, 1);
    default:
      return false;
  }
}
