import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A named pipe, which nobody writes to: opening it to read waits for ever. */
export async function makePipe(path: string): Promise<void> {
  await promisify(execFile)('/usr/bin/env', ['mkfifo', path]);
}
