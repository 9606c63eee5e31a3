import { randomUUID } from 'node:crypto';
import { link, unlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { MqwardenError } from '../core/errors.ts';
import { readRegularFile } from '../files/read.ts';

/** The locks that this process holds: one with our process id that is not among them is left from an earlier life. */
const held = new Set<string>();

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
}

/**
 * Runs `work` while holding the lock file at `path`. For moments only (an append), not for the length of an apply.
 *
 * Sound because the file is made by `link`, which only one of several can do, with its content already in it; and a lock is
 * taken from another only if that process is dead, on this very host, and by one process at a time (the breaker file), so that
 * nobody removes the lock that somebody has just taken. A holder on another host, or a recycled process id, is never
 * overruled: after `patienceMs` the wait ends in an error that names the file.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, patienceMs = 10_000): Promise<T> {
  const token = randomUUID();
  // Before the file exists: another log of this process must never take our lock for one of an earlier life.
  held.add(token);
  try {
    await acquire(path, token, patienceMs);
    try {
      return await work();
    } finally {
      await unlink(path).catch(() => undefined);
    }
  } finally {
    held.delete(token);
  }
}

async function acquire(path: string, token: string, patienceMs: number): Promise<void> {
  const mine = `${path}.${token}`;
  const holder: Holder = { pid: process.pid, host: hostname(), token };
  await writeFile(mine, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
  try {
    const deadline = performance.now() + patienceMs;
    while (!(await linked(mine, path))) {
      const other = await holderOf(path);
      if (other !== undefined && isDead(other) && (await breakLock(path, other))) continue;
      if (performance.now() > deadline) throw stillHeld(path, other);
      await sleep(2 + Math.random() * 8);
    }
  } finally {
    await unlink(mine);
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Undefined if nobody holds it by now, or the file is not ours to judge. */
async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    const holder: unknown = JSON.parse(
      (await readRegularFile(path, { maxMegabytes: 1 })).bytes.toString('utf8'),
    );
    return isHolder(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'pid' in value &&
    typeof value.pid === 'number' &&
    'host' in value &&
    typeof value.host === 'string' &&
    'token' in value &&
    typeof value.token === 'string'
  );
}

function isDead({ pid, host, token }: Holder): boolean {
  if (host !== hostname()) return false;
  if (pid === process.pid) return !held.has(token);
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return hasCode(error, 'ESRCH');
  }
}

/** Removes a dead holder's lock, if it is still that one; false if another process is about it. */
async function breakLock(path: string, dead: Holder): Promise<boolean> {
  const breaker = `${path}.break`;
  try {
    await writeFile(breaker, '', { flag: 'wx', mode: 0o600 });
  } catch {
    return false;
  }
  try {
    const now = await holderOf(path);
    if (now?.token === dead.token) await unlink(path);
    return true;
  } finally {
    await unlink(breaker);
  }
}

function stillHeld(path: string, holder: Holder | undefined): MqwardenError {
  const who = holder === undefined ? 'somebody' : `process ${holder.pid} on ${holder.host}`;
  const hint = `if that process is gone, delete ${path} and ${path}.break, and run again`;
  return new MqwardenError('MQWARDEN_AUDIT_LOG', `${who} holds the lock ${path}`, { hint });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
