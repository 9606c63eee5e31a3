import { setTimeout as sleep } from 'node:timers/promises';
import type { Warning } from '../../../core/broker.ts';
import { MqwardenError } from '../../../core/errors.ts';
import { type Admin, type Answer, atATime } from '../admin.ts';
import { type Connection, connectionsOf, holderOf, isIn } from '../connections.ts';
import { inPool } from '../pool.ts';
import type { RabbitChange } from '../resources.ts';

/** How long RabbitMQ may take to know a new connection by its name: its statistics come every 5 s, if not set otherwise. */
const patienceMs = 15_000;
const pauseMs = 250;

interface Session {
  readonly connection: Connection;
  readonly change: RabbitChange;
}

/**
 * Closes what was opened with rights that are gone: they are checked when a consumer starts, and cached by channels. Nothing is
 * thrown, since the changes are done: what may still be open is told.
 */
export async function closeSessions(
  admin: Admin,
  changes: readonly RabbitChange[],
  correlationId: string,
): Promise<readonly Warning[]> {
  const reason = `mqwarden: permissions were narrowed (${correlationId})`;
  const warnings: Warning[] = [];
  await inPool([...Map.groupBy(changes, holderOf)], atATime, async ([user, theirs]) => {
    if (user !== undefined) warnings.push(...(await closeAllOf(admin, user, theirs, reason)));
  });
  return warnings;
}

async function closeAllOf(
  admin: Admin,
  user: string,
  changes: readonly RabbitChange[],
  reason: string,
): Promise<readonly Warning[]> {
  try {
    return await closeHit(admin, user, changes, reason);
  } catch (error) {
    if (!(error instanceof MqwardenError)) throw error;
    const message = `connections of ${user} that are open keep what they had: ${error.message}`;
    return changes.slice(0, 1).map(({ address }) => ({ address, message }));
  }
}

async function closeHit(
  admin: Admin,
  user: string,
  changes: readonly RabbitChange[],
  reason: string,
): Promise<readonly Warning[]> {
  const open = await connectionsOf(admin, user);
  const hit = open.flatMap((connection): Session[] => {
    const change = changes.find((one) => isIn(connection, one));
    return change === undefined ? [] : [{ connection, change }];
  });
  if (hit.length === 0) return [];
  if (hit.length === open.length) {
    // All at once, by user: the only way that reaches a connection before it has statistics.
    const answer = await close(admin, ['username', user], reason);
    if (isDone(answer)) return [];
  }
  return closeByName(admin, user, hit, reason);
}

/** One by one, where connections of the same user in another vhost are left alone. */
async function closeByName(
  admin: Admin,
  user: string,
  hit: readonly Session[],
  reason: string,
): Promise<readonly Warning[]> {
  const deadline = performance.now() + patienceMs;
  let left = hit;
  for (;;) {
    const kept: { readonly session: Session; readonly answer: Answer }[] = [];
    await inPool(left, atATime, async (session) => {
      const answer = await close(admin, [session.connection.name], reason);
      if (!isDone(answer)) kept.push({ session, answer });
    });
    // 404 is also said of one that is too young, so that only the list tells what is gone.
    const names = new Set(
      kept.length === 0 ? [] : (await connectionsOf(admin, user)).map(({ name }) => name),
    );
    const open = kept.filter(({ session }) => names.has(session.connection.name));
    const young = open.filter(({ answer }) => answer.status === 404);
    if (young.length === 0 || performance.now() > deadline) return open.map(unclosed);
    left = open.map(({ session }) => session);
    await sleep(pauseMs);
  }
}

function close(admin: Admin, path: readonly string[], reason: string): Promise<Answer> {
  return admin.request('DELETE', ['connections', ...path], { headers: { 'X-Reason': reason } });
}

function isDone({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

function unclosed({ session, answer }: { readonly session: Session; readonly answer: Answer }): Warning {
  const words = answer.reason === '' ? String(answer.status) : `${answer.reason} (${answer.status})`;
  return {
    address: session.change.address,
    message: `connection ${session.connection.name} keeps what it had: it could not be closed: ${words}`,
  };
}
