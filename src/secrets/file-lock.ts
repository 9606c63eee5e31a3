import { randomUUID } from 'node:crypto';
import {
  closeSync,
  linkSync,
  lstatSync,
  openSync,
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
  let mine = take(lock);
  while (mine === undefined) {
    if (Date.now() > until) throw busy(lock);
    if (!breakStale(lock)) await sleep(pollMs);
    mine = take(lock);
  }
  const isHeld = () => textIn(lock) === mine;
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

/** What it was given to hold, which no other lock does, if it was not there: inodes are used again at once. */
function take(lock: string): string | undefined {
  let file: number;
  try {
    file = openSync(lock, 'wx', 0o600);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  }
  try {
    const text = JSON.stringify({ ...self(), token: randomUUID() });
    writeFileSync(file, text);
    return text;
  } catch (error) {
    unlinkSync(lock);
    throw error;
  } finally {
    closeSync(file);
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

function textIn(lock: string): string | undefined {
  try {
    return readFileSync(lock, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Moved away before it is removed: only one of several who judged it so moves this one. */
function breakStale(lock: string): boolean {
  const there = lstatSync(lock, { throwIfNoEntry: false });
  const seen = textIn(lock);
  if (there === undefined || seen === undefined) return false;
  if (Date.now() - there.mtimeMs <= staleAfterMs && !isDead(seen)) return false;
  const aside = `${lock}.${randomUUID()}.tmp`;
  try {
    renameSync(lock, aside);
    // Somebody else broke it first, and this is the lock of who came next.
    if (textIn(aside) !== seen) linkSync(aside, lock);
    unlinkSync(aside);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(codeOf(error))) throw error;
  }
  return true;
}

function isDead(text: string): boolean {
  try {
    const holder = parseJson(text);
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
