import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { link, mkdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Credential, Credentials } from '../core/broker.ts';
import { SecretError } from '../core/errors.ts';
import { quoted } from '../core/quoted.ts';
import { readRegularFile, UnfitFile } from '../files/read.ts';
import { flushFolder, writeNewFile } from '../files/write.ts';
import { generatePassword } from './generate.ts';
import { codeOf, parseJson } from './resolve.ts';

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
    await refuseOpenFolders(folder, dirname(file));
    // Not through a link: its text may be another's, and is checked by nothing here.
    const { bytes, stats } = await readRegularFile(file, { maxMegabytes: 1, followLink: false });
    refuseStranger(file, stats);
    if (isOpen(stats, 0o077)) {
      throw new SecretError(`${file} can be read by others than its owner`, {
        hint: `chmod 600 ${quoted(file)}`,
      });
    }
    return bytes.toString('utf8');
  } catch (error) {
    if (error instanceof SecretError) throw error;
    if (error instanceof UnfitFile) {
      throw new SecretError(error.message, {
        hint: 'move it away, or put the credential itself in its place',
      });
    }
    if (codeOf(error) === 'ENOENT') return undefined;
    throw cannot('read', file, error);
  }
}

/** Who owns a folder, or may write to it, can put a password of their own choice in the place of ours. */
async function refuseOpenFolders(...folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const stats = await stat(folder);
    refuseStranger(folder, stats);
    if (!isOpen(stats, 0o022)) continue;
    throw new SecretError(`others than its owner can write to the folder ${folder}`, {
      hint: `chmod 700 ${quoted(folder)}`,
    });
  }
}

/** A tight mode says nothing while the owner is another: a password that they planted would reach a broker. */
function refuseStranger(path: string, { uid }: Stats): void {
  // Windows has no such numbers.
  const user = process.getuid?.();
  if (user === undefined || uid === user || uid === 0) return;
  throw new SecretError(
    `${path} belongs to another user (uid ${uid}) than the one who runs mqwarden (${user})`,
    {
      hint: `if you trust what is in it: chown -R ${user} ${quoted(path)}; or run as its owner`,
    },
  );
}

function isOpen({ mode }: Stats, bits: number): boolean {
  return process.platform !== 'win32' && (mode & bits) !== 0;
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
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await mkdir(parent, { recursive: true, mode: 0o700 });
    await refuseOpenFolders(folder, parent);
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
    throw cannot('write', file, error);
  }
}

function cannot(what: 'read' | 'write', file: string, cause: unknown): SecretError {
  return new SecretError(`cannot ${what} the credential ${file} (${codeOf(cause)})`, {
    hint: 'the store is a folder that only the user who runs mqwarden can read and write',
    cause,
  });
}
