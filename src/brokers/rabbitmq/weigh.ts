import { type Address, partOf } from '../../core/address.ts';
import type { Context, Placed } from '../../core/broker.ts';
import { type Admin, atATime, openAdmin } from './admin.ts';
import { holds, listConnections } from './connections.ts';
import { kinds } from './kinds/index.ts';
import { inPool } from './pool.ts';
import type { RabbitChange } from './resources.ts';
import type { RabbitEnvironment } from './schema.ts';

/** What the changes would lose or disturb now: `12 messages, 2 consumers`, `3 open connections of order-service, …`. */
export async function weigh(
  target: Placed<RabbitEnvironment>,
  changes: readonly RabbitChange[],
  context: Context,
): Promise<ReadonlyMap<Address, string>> {
  const costs = new Map<Address, string>();
  const removals = changes.filter(({ action }) => action === 'delete' || action === 'replace');
  const ending = changes.filter((change) => endsSessions(change, changes));
  const losing = removals.filter(({ kind }) => losses[kind] !== undefined);
  if (ending.length === 0 && losing.length === 0) return costs;
  const admin = await openAdmin(target, context);
  try {
    await inPool(losing, atATime, async (change) => {
      const cost = await losses[change.kind]?.(admin, change.address);
      if (cost !== undefined) costs.set(change.address, cost);
    });
    if (ending.length > 0) await weighSessions(admin, ending, costs);
  } finally {
    admin.close();
  }
  return costs;
}

/** RabbitMQ itself closes the connections of a user that is deleted. */
function endsSessions(change: RabbitChange, all: readonly RabbitChange[]): boolean {
  switch (change.kind) {
    case 'rabbitmq:user':
      return change.action === 'delete';
    case 'rabbitmq:permission':
      return kinds[change.kind].narrows?.(change, all) === true;
    case 'rabbitmq:topic-permission':
      return kinds[change.kind].narrows?.(change, all) === true;
    default:
      return false;
  }
}

async function weighSessions(
  admin: Admin,
  ending: readonly RabbitChange[],
  costs: Map<Address, string>,
): Promise<void> {
  const connections = await listConnections(admin);
  for (const change of ending) {
    const open = connections.filter((connection) => holds(connection, change)).length;
    const user = partOf(change.address, change.kind === 'rabbitmq:user' ? 0 : 1);
    if (open > 0) costs.set(change.address, `${count(open, 'open connection')} of ${user}, closed after`);
  }
}

type Loss = (admin: Admin, at: Address) => Promise<string | undefined>;

const losses: { readonly [Kind in RabbitChange['kind']]?: Loss } = {
  'rabbitmq:queue': async (admin, at) => {
    const queue = (await found(admin, ['queues', partOf(at, 0), partOf(at, 1)])) as QueueTotals | undefined;
    return queue && `${count(queue.messages ?? 0, 'message')}, ${count(queue.consumers ?? 0, 'consumer')}`;
  },
  'rabbitmq:exchange': async (admin, at) => {
    const path = ['exchanges', partOf(at, 0), partOf(at, 1), 'bindings'];
    const ends = await Promise.all(['source', 'destination'].map((end) => found(admin, [...path, end])));
    const bindings = ends.reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0);
    return count(bindings, 'binding');
  },
  'rabbitmq:vhost': async (admin, at) => {
    const query = { disable_stats: 'true', enable_queue_totals: 'true', columns: 'name,messages' };
    const queues = (await found(admin, ['queues', partOf(at, 0)], query)) as
      readonly QueueTotals[] | undefined;
    const messages = queues?.reduce((sum, queue) => sum + (queue.messages ?? 0), 0) ?? 0;
    return `${count(queues?.length ?? 0, 'queue')}, ${count(messages, 'message')}`;
  },
};

interface QueueTotals {
  readonly messages?: number;
  readonly consumers?: number;
}

/** The body, or undefined for what is gone by now. */
async function found(
  admin: Admin,
  path: readonly string[],
  query: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const answer = await admin.request('GET', path, { query });
  return answer.status === 200 ? answer.body : undefined;
}

function count(number: number, thing: string): string {
  return `${number.toLocaleString('en')} ${thing}${number === 1 ? '' : 's'}`;
}
