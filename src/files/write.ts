import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
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
