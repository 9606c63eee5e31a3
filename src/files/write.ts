import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rename, rm, stat } from 'node:fs/promises';
import { requireRegular } from './read.ts';

/**
 * Writes a file that must not be there yet, for its owner alone, and returns when it is on the disk. Exclusive, so that
 * nothing that somebody put under the name beforehand, a link or a file open to all, is written to.
 */
export async function writeNewFile(path: string, text: string): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** `/dev/stdout`, a pipe, a folder or a link: what cannot be replaced by a whole new file. */
export class NotOrdinary extends Error {}

/**
 * The same for a name that may be in use: written whole or not at all, to a new file that nobody could have put there before,
 * and never over anything but an ordinary file. Throws the system's error, or one that says what is there.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const there = await lstat(path).catch(() => undefined);
    if (there !== undefined && !there.isFile())
      throw new NotOrdinary('it is there, and is not an ordinary file');
    await writeNewFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** The last flush of a folder, begun or not, and the one that has not begun. */
const last = new Map<string, Promise<void>>();
const waiting = new Map<string, Promise<void>>();

/**
 * So that the name of a new file survives a crash too. Who asks while a flush is under way shares the next one with all others
 * who do: it begins after their files were made, so that many files take few flushes.
 */
export function flushFolder(folder: string): Promise<void> {
  const joined = waiting.get(folder);
  if (joined !== undefined) return joined;
  const before = (last.get(folder) ?? Promise.resolve()).catch(() => undefined);
  const next = before.then(() => {
    waiting.delete(folder);
    return flushNow(folder);
  });
  waiting.set(folder, next);
  last.set(folder, next);
  return next;
}

async function flushNow(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Opens a regular file to read its end and to append to it; one that is not there is made, for its owner alone. Throws
 * UnfitFile for anything else: a pipe would be waited for, and keeps nothing.
 */
export async function openToAppend(path: string): Promise<FileHandle> {
  const there = await stat(path).catch(() => undefined);
  // Before it is opened, and after: the name may be another file by then.
  if (there !== undefined) requireRegular(path, there);
  const { O_RDWR, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
  const handle = await open(path, O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK, 0o600);
  try {
    requireRegular(path, await handle.stat());
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
