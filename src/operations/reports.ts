import { chmod, stat } from 'node:fs/promises';
import { MqwardenError, UsageError } from '../core/errors.ts';
import { readRegularFile } from '../files/read.ts';
import { replaceFile } from '../files/write.ts';
import { whyOf } from '../files/why.ts';
import { type Baseline, parseBaseline } from '../core/baseline.ts';

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
  if (baseline === undefined)
    throw new UsageError(`${file} is no baseline`, 'write one: --baseline FILE --write-baseline');
  return baseline;
}

/** What others may do with the file stays as it was; a new one is for all to read, as what is kept in a repository is. */
export async function rewrite(file: string, text: string): Promise<void> {
  try {
    const mode = await stat(file).then(
      (found) => found.mode & 0o777,
      () => 0o644,
    );
    await replaceFile(file, text);
    await chmod(file, mode);
  } catch (error) {
    throw new MqwardenError('MQWARDEN_FILE', `${file} cannot be written (${whyOf(error)})`, {
      hint: 'name a file in a folder that is there and may be written to',
    });
  }
}
