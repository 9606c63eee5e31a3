import { open } from 'node:fs/promises';

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

/** So that the name of a new file survives a crash too. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
