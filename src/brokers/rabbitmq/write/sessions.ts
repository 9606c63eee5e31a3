import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome, Warning } from '../../../core/broker.ts';
import { MqwardenError } from '../../../core/errors.ts';
import { inPool } from '../../../core/pool.ts';
import { type Answer, atATime } from '../admin.ts';
import { type Connection, connectionsOf, holderOf, isIn } from '../connections.ts';
import type { RabbitChange } from '../resources.ts';
import type { Hands } from './hands.ts';

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
  hands: Hands,
  changes: readonly RabbitChange[],
): Promise<readonly Warning[]> {
  const warnings: Warning[] = [];
  await inPool([...Map.groupBy(changes, holderOf)], atATime, async ([user, theirs]) => {
    if (user !== undefined) warnings.push(...(await closeAllOf(hands, user, theirs)));
  });
  return warnings;
}

async function closeAllOf(
  hands: Hands,
  user: string,
  changes: readonly RabbitChange[],
): Promise<readonly Warning[]> {
  try {
    return await closeHit(hands, user, changes);
  } catch (error) {
    if (!(error instanceof MqwardenError)) throw error;
    const message = `connections of ${user} that are open keep what they had: ${error.message}`;
    return changes.slice(0, 1).map(({ address }) => ({ address, message }));
  }
}

async function closeHit(
  hands: Hands,
  user: string,
  changes: readonly RabbitChange[],
): Promise<readonly Warning[]> {
  const open = await connectionsOf(hands.admin, user);
  const hit = open.flatMap((connection): Session[] => {
    const change = changes.find((one) => isIn(connection, one));
    return change === undefined ? [] : [{ connection, change }];
  });
  if (hit.length === 0) return [];
  if (hit.length === open.length) {
    // All at once, by user: the only way that reaches a connection before it has statistics.
    const answer = await close(hands, ['username', user]);
    if (isDone(answer)) {
      for (const session of hit) record(hands, user, session, { status: 'done' });
      return [];
    }
  }
  const kept = await closeByName(hands, user, hit);
  for (const { session, why } of kept) record(hands, user, session, { status: 'failed', error: why });
  return kept.map(({ session, why }) => ({
    address: session.change.address,
    message: `connection ${session.connection.name} keeps what it had: it could not be closed: ${why}`,
  }));
}

function record(hands: Hands, user: string, { connection, change }: Session, outcome: Outcome): void {
  const detail = `connection ${connection.name} of ${user} in vhost ${connection.vhost}: its user lost a right`;
  hands.record({ action: 'close', address: change.address, detail, outcome });
}

interface Kept {
  readonly session: Session;
  readonly why: string;
}

/** One by one, where connections of the same user in another vhost are left alone; returns those that stay open. */
async function closeByName(hands: Hands, user: string, hit: readonly Session[]): Promise<readonly Kept[]> {
  const deadline = performance.now() + patienceMs;
  let left = hit;
  for (;;) {
    const kept: { readonly session: Session; readonly answer: Answer }[] = [];
    await inPool(left, atATime, async (session) => {
      const answer = await close(hands, [session.connection.name]);
      if (isDone(answer)) record(hands, user, session, { status: 'done' });
      else kept.push({ session, answer });
    });
    // 404 is also said of one that is too young, so that only the list tells what is gone.
    const names = new Set(
      kept.length === 0 ? [] : (await connectionsOf(hands.admin, user)).map(({ name }) => name),
    );
    const open = kept.filter(({ session }) => names.has(session.connection.name));
    const young = open.filter(({ answer }) => answer.status === 404);
    if (young.length === 0 || performance.now() > deadline) {
      return open.map(({ session, answer }) => ({ session, why: wordsOf(answer) }));
    }
    left = open.map(({ session }) => session);
    await sleep(pauseMs);
  }
}

function close({ admin, context }: Hands, path: readonly string[]): Promise<Answer> {
  const reason = `mqwarden: permissions were narrowed (${context.correlationId})`;
  return admin.request('DELETE', ['connections', ...path], { headers: { 'X-Reason': reason } });
}

function isDone({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

function wordsOf({ reason, status }: Answer): string {
  return reason === '' ? String(status) : `${reason} (${status})`;
}
