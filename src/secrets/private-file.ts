import { lstatSync, realpathSync, statSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { SecretError } from '../core/errors.ts';
import { readRegularFile, UnfitFile } from '../files/read.ts';
import { codeOf } from './parse.ts';
import { type Distrust, fileDistrust, folderDistrust } from './trust.ts';

/** Files that only their owner can read or replace: who could plant one could give a password of their own choice. */

export interface PrivateFile {
  readonly text: string;
  readonly writtenAt: string;
}

/** Undefined if there is none. `folders` lead from the store's own, `root`, down to the file. Throws the system's error, too. */
export async function readPrivateFile(
  root: string,
  folders: readonly string[],
  file: string,
): Promise<PrivateFile | undefined> {
  try {
    // Who mounts a new version moves a link, and then removes the old file: then the second look finds the new one.
    return await readOnce(root, folders, file).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return readOnce(root, folders, file);
      throw error;
    });
  } catch (error) {
    if (!(error instanceof UnfitFile)) throw error;
    throw new SecretError(error.message, {
      hint: 'move it away, or put the credential itself in its place',
    });
  }
}

/**
 * Through links, as Kubernetes mounts secrets (`a.json` to `..data/a.json`), but only to what lies in the store: whoever could
 * place such a link could place the file as well. The file and every folder on the way are judged as they are, not by the link.
 */
async function readOnce(
  folder: string,
  folders: readonly string[],
  file: string,
): Promise<PrivateFile | undefined> {
  const [root, parent] = [resolved(folder), resolved(dirname(file))];
  if (root === undefined || parent === undefined) return undefined;
  refuseOpenFolders(folder, ...folders);
  const real = resolved(file);
  if (real === undefined) return undefined;
  refuseOpenFolders(...foldersBetween(root, real, file));
  const { bytes, stats } = await readRegularFile(real, { maxMegabytes: 1, followLink: false });
  refuse(fileDistrust(real, stats, userOf()));
  return { text: bytes.toString('utf8'), writtenAt: stats.mtime.toISOString() };
}

/** Where it really is; undefined if nothing is there. A link to nothing is no absence: something was meant to be there. */
function resolved(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    const there = lstatSync(path, { throwIfNoEntry: false });
    // Another run may have made it since: a moment ago it was not there.
    if (there?.isSymbolicLink() !== true) return undefined;
    throw new SecretError(`${path} is a symbolic link to nothing`, {
      hint: 'mend it, or move it away',
    });
  }
}

/** The folders from the store's own down to the one that holds the file; refuses a file that is elsewhere. */
function foldersBetween(root: string, real: string, file: string): string[] {
  const within = relative(root, real).split(sep);
  if (within[0] === '..' || isAbsolute(relative(root, real))) {
    throw new SecretError(`${file} is a symbolic link that leads out of the store, to ${real}`, {
      hint: 'move it away, or put the credential itself in its place',
    });
  }
  return within.map((_, depth) => join(root, ...within.slice(0, depth)));
}

export function refuseOpenFolders(...folders: readonly string[]): void {
  for (const folder of folders) refuse(folderDistrust(folder, statSync(folder), userOf()));
}

function refuse(distrust: Distrust | undefined): void {
  if (distrust !== undefined) throw new SecretError(distrust.message, { hint: distrust.hint });
}

function userOf(): number | undefined {
  return process.getuid?.();
}

const elsewhere =
  'change the credential where that comes from (for Kubernetes, in its secret), or name another store';

/** Reading may follow a link, writing never does: what the link leads to is somebody else's to replace. */
export async function refuseLinkedFolder(folder: string): Promise<void> {
  if (!(await isLink(folder))) return;
  throw new SecretError(`${folder} is a symbolic link, through which no credential is written`, {
    hint: elsewhere,
  });
}

export async function refuseLinkedFile(file: string): Promise<void> {
  if (!(await isLink(file))) return;
  throw new SecretError(`${file} is a symbolic link, which is not replaced`, { hint: elsewhere });
}

async function isLink(path: string): Promise<boolean> {
  const there = await lstat(path).catch(() => undefined);
  return there?.isSymbolicLink() === true;
}
