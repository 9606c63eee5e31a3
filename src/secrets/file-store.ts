import { randomUUID } from 'node:crypto';
import { access, constants, link, lstat, mkdir, readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SecretConflict, SecretError } from '../core/errors.ts';
import { whyOf } from '../files/why.ts';
import { flushFolder, writeNewFile } from '../files/write.ts';
import { type Held, withFileLock } from './file-lock.ts';
import {
  type PrivateFile,
  readPrivateFile,
  refuseLinkedFile,
  refuseLinkedFolder,
  refuseOpenFolders,
} from './private-file.ts';
import { codeOf, parseJson, versionOf } from './parse.ts';
import { asName, partsOf, type SecretStore, type StoredDocument, textsOf } from './store.ts';

/**
 * A store in a folder, one JSON file a document: `FOLDER/rabbitmq/order-service.json`. It is made (0700, files 0600) when the first
 * one is written.
 */
export function fileStore(folder: string): SecretStore {
  const read = (path: string) => readDocument(folder, path);
  return {
    place: (path) => placeOf(folder, path).file,
    read,
    async write(path, document, expected) {
      const place = placeOf(folder, path);
      const text = `${JSON.stringify(document, undefined, 2)}\n`;
      const fresh = await prepare(folder, place, text);
      const publish = expected === undefined ? createExclusively : replaceExpected(read, path, expected);
      const written = await settle(folder, place, fresh, publish);
      return { document, version: versionOf(text), writtenAt: written };
    },
  };
}

interface Place {
  readonly file: string;
  /** Its folders, from the one below the store's own down. */
  readonly folders: readonly string[];
}

function placeOf(folder: string, path: string): Place {
  const parts = partsOf(path).map(asName);
  const folders = parts.slice(0, -1).map((_, depth) => join(folder, ...parts.slice(0, depth + 1)));
  return { file: `${join(folder, ...parts)}.json`, folders };
}

async function readDocument(folder: string, path: string): Promise<StoredDocument | undefined> {
  const { file, folders } = placeOf(folder, path);
  const found = await readPrivateFile(folder, folders, file).catch((error: unknown) => {
    throw error instanceof SecretError ? error : cannot('read', file, error);
  });
  return found === undefined ? undefined : parsed(found, file);
}

function parsed({ text, writtenAt }: PrivateFile, file: string): StoredDocument {
  const document = textsOf(parseJson(text));
  if (document !== undefined) return { document, version: versionOf(text), writtenAt };
  throw new SecretError(`${file} is not a JSON object`, {
    hint: 'a credential has the texts "username" and "password"; restore it, or move it away',
  });
}

/** Writes the whole new file under a temporary name beside its own, flushed to the disk: no reader sees a half. */
async function prepare(folder: string, { file, folders }: Place, text: string): Promise<string> {
  const parent = dirname(file);
  const temporary = join(parent, `.${randomUUID()}.tmp`);
  try {
    for (const one of folders) await refuseLinkedFolder(one);
    await mkdir(parent, { recursive: true, mode: 0o700 });
    refuseOpenFolders(folder, ...folders);
    await sweep(parent);
    await writeNewFile(temporary, text);
    return temporary;
  } catch (error) {
    // On a full disk there may be a part of it.
    await unlink(temporary).catch(() => undefined);
    if (error instanceof SecretError) throw error;
    throw cannot('write', file, await unwritable(folder, error));
  }
}

const forgottenAfterMs = 3_600_000;
const temporaryName = /^\.(.*\.lock\.)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;
const swept = new Set<string>();

/** Removes, once a run, what runs that were killed in the middle have left: there are passwords in it. */
async function sweep(parent: string): Promise<void> {
  if (swept.has(parent)) return;
  swept.add(parent);
  for (const name of await readdir(parent)) {
    if (!temporaryName.test(name)) continue;
    const path = join(parent, name);
    const there = await lstat(path).catch(() => undefined);
    if (there?.isFile() !== true || there.uid !== process.getuid?.()) continue;
    if (Date.now() - there.mtimeMs > forgottenAfterMs) await unlink(path).catch(() => undefined);
  }
}

type Publish = (temporary: string, file: string) => Promise<void>;

/** Gives the prepared file its own name, and returns when both are on the disk: a broker is about to be given this password. */
async function settle(folder: string, { file }: Place, temporary: string, publish: Publish): Promise<string> {
  try {
    const { mtime } = await stat(temporary);
    await publish(temporary, file).finally(() => unlink(temporary).catch(() => undefined));
    await flushFolder(dirname(file));
    return mtime.toISOString();
  } catch (error) {
    if (error instanceof SecretError) throw error;
    throw cannot('write', file, await unwritable(folder, error));
  }
}

/** A link fails where the name exists: two runs at once cannot both believe that their password is the stored one. */
async function createExclusively(temporary: string, file: string): Promise<void> {
  await link(temporary, file).catch((error: unknown) => {
    throw codeOf(error) === 'EEXIST' ? conflict(file) : error;
  });
}

/** Compared and renamed under a lock, since no rename compares. */
function replaceExpected(read: SecretStore['read'], path: string, expected: string): Publish {
  return async (temporary, file) => {
    const lock = join(dirname(file), `.${basename(file)}.lock`);
    await withFileLock(lock, async (isHeld: Held) => {
      await refuseLinkedFile(file);
      const found = await read(path);
      if (found?.version !== expected || !isHeld()) throw conflict(file);
      await rename(temporary, file);
    });
  };
}

function conflict(file: string): SecretConflict {
  return new SecretConflict(`${file} was written by somebody else in the meantime`, { hint: 'run again' });
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
