import { randomUUID } from 'node:crypto';
import {
  linkSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { SecretOutage } from '../core/errors.ts';
import { codeOf, parseJson } from './parse.ts';

/** Whether the lock is still the one that was taken: who was stopped for long may have lost it. */
export type Held = () => boolean;

/** What is done under the lock takes a few milliseconds. */
const staleAfterMs = 30_000;
const patienceMs = 10_000;
const pollMs = 5;

/**
 * Runs `work` while nobody else holds the lock file. Who died with it in hand is known by the process that is no more, or, on
 * another machine, by the age of the file.
 */
export async function withFileLock<T>(lock: string, work: (isHeld: Held) => Promise<T>): Promise<T> {
  const until = Date.now() + patienceMs;
  let inode = take(lock);
  while (inode === undefined) {
    if (Date.now() > until) throw busy(lock);
    if (!breakStale(lock)) await sleep(pollMs);
    inode = take(lock);
  }
  const isHeld = () => lookAt(lock)?.inode === inode;
  try {
    return await work(isHeld);
  } finally {
    if (isHeld()) unlinkSync(lock);
  }
}

function busy(lock: string): SecretOutage {
  return new SecretOutage(`${lock} is held by another run`, {
    hint: 'let it end; if none is running, remove that file',
  });
}

/** Its inode, if it was not there. */
function take(lock: string): number | undefined {
  try {
    writeFileSync(lock, JSON.stringify(self()), { flag: 'wx', mode: 0o600 });
    return lookAt(lock)?.inode;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  }
}

interface Holder {
  readonly pid: number;
  /** Where that number means a process: a host, and on Linux the namespace of its numbers. */
  readonly realm: string;
}

function self(): Holder {
  let namespace = '';
  try {
    namespace = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Not on Linux.
  }
  return { pid: process.pid, realm: `${hostname()} ${namespace}` };
}

function lookAt(lock: string): { readonly inode: number; readonly age: number } | undefined {
  const there = lstatSync(lock, { throwIfNoEntry: false });
  return there === undefined ? undefined : { inode: there.ino, age: Date.now() - there.mtimeMs };
}

/** Moved away before it is removed: only one of several who judged it so moves this one. */
function breakStale(lock: string): boolean {
  const seen = lookAt(lock);
  if (seen === undefined || !(seen.age > staleAfterMs || isDead(lock))) return false;
  const aside = `${lock}.${randomUUID()}.tmp`;
  try {
    renameSync(lock, aside);
    // Somebody else broke it first, and this is the lock of who came next.
    if (lookAt(aside)?.inode !== seen.inode) linkSync(aside, lock);
    unlinkSync(aside);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(codeOf(error))) throw error;
  }
  return true;
}

function isDead(lock: string): boolean {
  try {
    const holder = parseJson(readFileSync(lock, 'utf8'));
    if (typeof holder !== 'object' || holder === null || !('pid' in holder) || !('realm' in holder))
      return false;
    const { pid, realm } = holder;
    if (typeof pid !== 'number' || realm !== self().realm) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}
