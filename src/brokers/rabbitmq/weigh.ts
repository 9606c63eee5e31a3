import type { Address } from '../../core/address.ts';
import type { Context } from '../../core/broker.ts';
import type { Placed } from '../../core/landscape.ts';
import { inPool } from '../../core/pool.ts';
import { type Admin, atATime, openAdmin } from './admin.ts';
import { connectionsOf, holderOf, isIn } from './connections.ts';
import { kinds } from './kinds.ts';
import { count, lossesOn, lossy, policyReach, tightens } from './losses.ts';
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
  const losing = removals.filter(({ kind }) => lossy.has(kind));
  const ruling = changes.filter(tightens);
  if (ending.length === 0 && losing.length === 0 && ruling.length === 0) return costs;
  const admin = await openAdmin(target, context);
  try {
    const losses = lossesOn(admin);
    await inPool(losing, atATime, async (change) => {
      const cost = await losses[change.kind]?.(change.address);
      if (cost !== undefined) costs.set(change.address, cost);
    });
    await inPool(ruling, atATime, async (change) => {
      const cost = await policyReach(admin, change);
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
      return change.action === 'delete' || kinds[change.kind].narrows?.(change, all) === true;
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
  await inPool([...Map.groupBy(ending, holderOf)], atATime, async ([user, theirs]) => {
    if (user === undefined) return;
    const connections = await connectionsOf(admin, user);
    for (const change of theirs) {
      const open = connections.filter((connection) => isIn(connection, change)).length;
      if (open > 0) costs.set(change.address, `${count(open, 'open connection')} of ${user}, closed after`);
    }
  });
}
