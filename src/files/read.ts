import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';

const megabyte = 1024 * 1024;

/** The file is there, and is not one that can be read as a whole. Its message begins with the path. */
export class UnfitFile extends Error {}

export interface ReadOptions {
  readonly maxMegabytes: number;
  /** False where the name itself must be the file, not a link that somebody else may have put there. */
  readonly followLink?: boolean;
}

export interface WholeFile {
  readonly bytes: Buffer;
  /** Of the very file that was read, whatever stands under its name by now. */
  readonly stats: Stats;
}

/**
 * Reads a regular file, up to a bound. Anything else throws UnfitFile instead of being waited for: a pipe would block until
 * somebody writes to it, and a device such as /dev/zero never ends. Throws the system's error where it cannot be read.
 */
export async function readRegularFile(
  path: string,
  { maxMegabytes, followLink = true }: ReadOptions,
): Promise<WholeFile> {
  // Before it is opened, since opening a device may do something; and again after, since the name may be another file by then.
  requireRegular(path, await (followLink ? stat(path) : lstat(path)));
  const handle = await open(path, openFlags(followLink));
  try {
    const stats = await handle.stat();
    requireRegular(path, stats);
    const max = maxMegabytes * megabyte;
    const bytes = stats.size > max ? undefined : await readAtMost(handle, stats.size, max);
    if (bytes === undefined) throw new UnfitFile(`${path} is larger than ${maxMegabytes} MB`);
    return { bytes, stats };
  } finally {
    await handle.close();
  }
}

/** Throws UnfitFile for what is not a regular file, and says what it is where that helps. */
export function requireRegular(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) throw new UnfitFile(`${path} is a folder, not a file`);
  const what = stats.isSymbolicLink() ? 'a symbolic link, not a regular file' : 'not a regular file';
  throw new UnfitFile(`${path} is ${what}`);
}

/** O_NONBLOCK, so that a pipe opens at once, to be refused. Windows has neither flag: `undefined` counts as 0. */
function openFlags(followLink: boolean): number {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  return O_RDONLY | O_NONBLOCK | (followLink ? 0 : O_NOFOLLOW);
}

/** Whatever its size claims to be: a file may grow while it is read, and those of /proc have none. */
async function readAtMost(handle: FileHandle, size: number, max: number): Promise<Buffer | undefined> {
  // One more than it claims, so that there is room to see the end.
  let buffer = Buffer.allocUnsafe(size + 1);
  for (let length = 0; length <= max;) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) return buffer.subarray(0, length);
    length += bytesRead;
    if (length === buffer.length) buffer = Buffer.concat([buffer], length + megabyte);
  }
  return undefined;
}
