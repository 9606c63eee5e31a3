import { access, chmod, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MqwardenError, RefusedError } from '../core/errors.ts';
import { readRegularFile, UnfitFile } from '../files/read.ts';
import { replaceFile } from '../files/write.ts';
import { whyOf } from '../files/why.ts';
import { type Baseline, faultOfBaseline, parseBaseline } from '../core/baseline.ts';
import { positionAt, sourceOf } from '../topology/places.ts';

/** Undefined where there is no such file yet. */
export async function readBaseline(file: string): Promise<Baseline | undefined> {
  const text = await readRegularFile(file, { maxMegabytes: 32 }).then(
    ({ bytes }) => bytes.toString('utf8'),
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw new MqwardenError('MQWARDEN_FILE', `the baseline ${file} cannot be read (${whyOf(error)})`);
    },
  );
  if (text === undefined) return undefined;
  const baseline = parseBaseline(file, text);
  if (baseline === undefined) throw noBaseline(file, text);
  return baseline;
}

/** Nothing is written over it: what was accepted by people is in it, and in two versions where a merge left its marks. */
function noBaseline(file: string, text: string): RefusedError {
  const { why, at } = faultOfBaseline(text);
  return new RefusedError(`${file} is no baseline: ${why}`, {
    position: positionAt(sourceOf(file, text), at),
    hint: 'repair it; or take it away, and write one: --baseline FILE --write-baseline',
  });
}

/** What others may do with the file stays as it was; a new one is for all to read, as what is kept in a repository is. */
export async function rewrite(file: string, text: string): Promise<void> {
  try {
    const mode = await stat(file).then(
      (found) => found.mode & 0o777,
      () => 0o644,
    );
    // A new file takes its place, which asks nobody but the folder.
    if ((mode & 0o222) === 0) throw new UnfitFile('it is read-only');
    await replaceFile(file, text);
    await chmod(file, mode);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

/** For what is asked of brokers first, which may take minutes: its folder is there, and may be written to. */
export async function requirePlace(file: string): Promise<void> {
  await access(dirname(file), constants.W_OK).catch((error: unknown) => {
    throw cannotWrite(file, error);
  });
}

function cannotWrite(file: string, error: unknown): MqwardenError {
  return new MqwardenError('MQWARDEN_FILE', `${file} cannot be written (${whyOf(error)})`, {
    hint: 'name a file in a folder that is there and may be written to',
  });
}
