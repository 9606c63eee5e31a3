import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MqwardenError, RefusedError } from '../core/errors.ts';
import { writeNewFile } from './write.ts';

/** Throws RefusedError unless the folder is not there, or empty: nothing is ever overwritten. */
export async function requireEmptyFolder(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: unknown) => {
    const code = codeOf(error);
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw new RefusedError(`${folder} is not a folder`, { hint });
    throw cannot('look into', folder, error);
  });
  if (entries.length > 0) throw new RefusedError(`${folder} is not empty`, { hint });
}

const hint = 'name a new folder with --out: nothing is overwritten';

/** Makes the folder and its files, each of which must be new. */
export async function writeNewFolder(
  folder: string,
  files: readonly { readonly file: string; readonly text: string }[],
): Promise<void> {
  for (const { file, text } of files) {
    const path = join(folder, file);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeNewFile(path, text);
    } catch (error) {
      throw cannot('write', path, error);
    }
  }
}

function cannot(verb: string, path: string, cause: unknown): MqwardenError {
  const why = codeOf(cause) ?? String(cause);
  return new MqwardenError('MQWARDEN_FILE', `cannot ${verb} ${path}: ${why}`, {
    hint: 'check that the folder may be written, or name another one with --out',
    cause,
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
