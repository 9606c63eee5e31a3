import { randomUUID } from 'node:crypto';
import { lstatSync, realpathSync, statSync } from 'node:fs';
import { access, constants, link, lstat, mkdir, unlink } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { Credential, Credentials } from '../core/broker.ts';
import { SecretError } from '../core/errors.ts';
import { readRegularFile, UnfitFile } from '../files/read.ts';
import { whyOf } from '../files/why.ts';
import { flushFolder, writeNewFile } from '../files/write.ts';
import { generatePassword } from './generate.ts';
import { codeOf, parseJson } from './resolve.ts';
import { type Distrust, fileDistrust, folderDistrust } from './trust.ts';

/** The services' credentials in a folder, one JSON file a credential: `FOLDER/rabbitmq/order-service.json`. */
export interface FileStore extends Credentials {
  has(path: string): Promise<boolean>;
  /** Undefined where nothing is stored. */
  read(path: string): Promise<Credential | undefined>;
}

export interface FileStoreOptions {
  /** Called with each password before it leaves the store. */
  readonly conceal: (secret: string) => void;
  readonly generate?: () => string;
}

/** Opens the store in `folder`, which is made (0700, files 0600) when the first credential is written. */
export function fileStore(
  folder: string,
  { conceal, generate = generatePassword }: FileStoreOptions,
): FileStore {
  const read = async (path: string): Promise<Credential | undefined> => {
    const credential = await readCredential(folder, fileOf(folder, path));
    if (credential !== undefined) conceal(credential.password);
    return credential;
  };
  return {
    read,
    has: async (path) => (await read(path)) !== undefined,
    ensure: async (path, username) => {
      const stored = await read(path);
      if (stored !== undefined) return requireUser(stored, username, fileOf(folder, path));
      const fresh = { username, password: generate() };
      conceal(fresh.password);
      if (await createExclusively(fileOf(folder, path), folder, fresh)) return fresh;
      // Another run was faster: its password is the one, and both runs go on with it.
      const winner = await read(path);
      if (winner !== undefined) return requireUser(winner, username, fileOf(folder, path));
      throw new SecretError(`${fileOf(folder, path)} was removed while it was made`, { hint: 'run again' });
    },
  };
}

/**
 * `rabbitmq/order-service` to its file. What follows the first `/` is the service's name; each part is percent-encoded, and
 * a leading dot as well, so that a name with `/` or `..` stays inside the folder.
 */
function fileOf(folder: string, path: string): string {
  const slash = path.indexOf('/');
  if (slash < 0) throw new Error(`a credential's path is <broker>/<service>, not ${path}`);
  const encode = (part: string) => encodeURIComponent(part).replace(/^\./, '%2E');
  return join(folder, encode(path.slice(0, slash)), `${encode(path.slice(slash + 1))}.json`);
}

function requireUser(stored: Credential, username: string, file: string): Credential {
  if (stored.username === username) return stored;
  const names = `${JSON.stringify(stored.username)}, not for ${JSON.stringify(username)}`;
  throw new SecretError(`the credential in ${file} is for the user ${names}`, {
    hint: 'move the file away, or give the service its former user name',
  });
}

async function readCredential(folder: string, file: string): Promise<Credential | undefined> {
  const text = await readPrivate(folder, file);
  if (text === undefined) return undefined;
  const document = parseJson(text);
  if (isCredential(document)) return { username: document.username, password: document.password };
  throw new SecretError(`${file} is not a credential`, {
    hint: 'it must be a JSON object with the texts "username" and "password"; restore it, or move it away',
  });
}

function isCredential(document: unknown): document is Credential {
  if (typeof document !== 'object' || document === null) return false;
  if (!('username' in document) || !('password' in document)) return false;
  const { username, password } = document;
  return typeof username === 'string' && typeof password === 'string' && username !== '' && password !== '';
}

/** The text of a file that only its owner can read or replace; undefined if there is none. */
async function readPrivate(folder: string, file: string): Promise<string | undefined> {
  try {
    // Who mounts a new version moves a link, and then removes the old file: then the second look finds the new one.
    return await readOnce(folder, file).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return readOnce(folder, file);
      throw error;
    });
  } catch (error) {
    if (error instanceof SecretError) throw error;
    if (error instanceof UnfitFile) {
      throw new SecretError(error.message, {
        hint: 'move it away, or put the credential itself in its place',
      });
    }
    throw cannot('read', file, error);
  }
}

/**
 * Through links, as Kubernetes mounts secrets (`a.json` to `..data/a.json`), but only to what lies in the store: whoever could
 * place such a link could place the file as well. The file and every folder on the way are judged as they are, not by the link.
 */
async function readOnce(folder: string, file: string): Promise<string | undefined> {
  const [root, parent] = [resolved(folder), resolved(dirname(file))];
  if (root === undefined || parent === undefined) return undefined;
  refuseOpenFolders(folder, dirname(file));
  const real = resolved(file);
  if (real === undefined) return undefined;
  refuseOpenFolders(...foldersBetween(root, real, file));
  const { bytes, stats } = await readRegularFile(real, { maxMegabytes: 1, followLink: false });
  refuse(fileDistrust(real, stats, userOf()));
  return bytes.toString('utf8');
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

function refuseOpenFolders(...folders: readonly string[]): void {
  for (const folder of folders) refuse(folderDistrust(folder, statSync(folder), userOf()));
}

function refuse(distrust: Distrust | undefined): void {
  if (distrust !== undefined) throw new SecretError(distrust.message, { hint: distrust.hint });
}

function userOf(): number | undefined {
  return process.getuid?.();
}

/** Reading may follow a link, writing never does: what the link leads to is somebody else's to replace. */
async function refuseLinkedFolder(folder: string): Promise<void> {
  const there = await lstat(folder).catch(() => undefined);
  if (there?.isSymbolicLink() !== true) return;
  throw new SecretError(`${folder} is a symbolic link, through which no credential is written`, {
    hint: 'add the credential where that folder comes from (for Kubernetes, to its secret), or name another store',
  });
}

/**
 * Writes a whole new file, or none: under a temporary name, flushed to the disk, then linked to its own name, which fails if
 * that exists. So no reader sees a half, and two runs at once cannot both believe that their password is the stored one.
 * Returns false if the file was there.
 */
async function createExclusively(file: string, folder: string, credential: Credential): Promise<boolean> {
  const parent = dirname(file);
  const temporary = join(parent, `.${randomUUID()}.tmp`);
  try {
    await refuseLinkedFolder(parent);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await mkdir(parent, { recursive: true, mode: 0o700 });
    refuseOpenFolders(folder, parent);
    await writeNewFile(temporary, `${JSON.stringify(credential, undefined, 2)}\n`);
    try {
      await link(temporary, file);
    } finally {
      await unlink(temporary);
    }
    // The broker is about to be given this password: its file must not be lost.
    await flushFolder(parent);
    return true;
  } catch (error) {
    if (error instanceof SecretError) throw error;
    if (codeOf(error) === 'EEXIST') return false;
    throw cannot('write', file, await unwritable(folder, error));
  }
}

/** Making a folder on a read-only file system answers that its parent is not there. */
async function unwritable(folder: string, error: unknown): Promise<unknown> {
  if (codeOf(error) !== 'ENOENT') return error;
  return access(folder, constants.W_OK).then(
    () => error,
    (cause: unknown) => (codeOf(cause) === 'ENOENT' ? error : cause),
  );
}

function cannot(what: 'read' | 'write', file: string, cause: unknown): SecretError {
  return new SecretError(`cannot ${what} the credential ${file} (${whyOf(cause)})`, {
    hint: 'the store is a folder that only the user who runs mqwarden can read and write',
    cause,
  });
}
