import { type FileHandle, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Address } from '../core/address.ts';
import type { Decisions } from '../core/decisions.ts';
import { MqwardenError } from '../core/errors.ts';
import { whyOf } from '../files/why.ts';
import { UnfitFile } from '../files/read.ts';
import { openToAppend } from '../files/write.ts';
import { hashLine, sealLine, type Tail, tailOf } from './chain.ts';
import { withLock } from './lock.ts';

export { verifyChain } from './chain.ts';

/** What the caller knows of one thing that was done. It has redacted `error`: the log is not given the secrets. */
export interface AuditEntry {
  readonly correlationId: string;
  readonly environment: string;
  /** Of what was planned; a rotation has no plan. */
  readonly planDigest?: string | undefined;
  readonly action: string;
  readonly result: 'ok' | 'failed' | 'skipped' | 'started' | 'finished';
  readonly service?: string | undefined;
  readonly address?: Address | undefined;
  readonly error?: string | undefined;
  /** Of what was done beside the changes: what it was about. */
  readonly detail?: string | undefined;
  /** On the first line of an apply: what a person decided. */
  readonly decisions?: Decisions | undefined;
}

export interface AuditLog {
  readonly path: string;
  /** Returns when the entry is on the disk. Entries given at once are written at once, in their order. */
  append(entry: AuditEntry): Promise<void>;
}

export interface AuditOptions {
  /** The user who runs mqwarden. */
  readonly who: string;
  readonly host: string;
  readonly now: () => Date;
}

/**
 * Opens the append-only log at `path` (made if missing: folder 0700, file 0600) and proves that it can be written, so that a
 * command can fail before it changes a broker. Each line is JSON and carries the hash of the line before it (chain.ts).
 * Throws MqwardenError with code MQWARDEN_AUDIT_LOG.
 */
export async function openAuditLog(path: string, { who, host, now }: AuditOptions): Promise<AuditLog> {
  const queue: Waiting[] = [];
  let flushing: Promise<void> | undefined;
  await guard(path, async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await write(path, []);
  });
  const flush = async (): Promise<void> => {
    // One lock and one flush for all that came in meanwhile: a line each would make a large apply wait for the disk.
    while (queue.length > 0) await settle(path, queue.splice(0));
    flushing = undefined;
  };
  return {
    path,
    append: (entry) =>
      new Promise((resolve, reject) => {
        const line = { time: now().toISOString(), who, host, ...entry };
        queue.push({ line, resolve, reject });
        flushing ??= flush();
      }),
  };
}

interface Waiting {
  readonly line: Readonly<Record<string, unknown>>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

async function settle(path: string, batch: readonly Waiting[]): Promise<void> {
  try {
    await guard(path, () =>
      write(
        path,
        batch.map(({ line }) => line),
      ),
    );
    for (const { resolve } of batch) resolve();
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

/** Appends `entries` as sealed lines, under the lock: another process may have written since. */
async function write(path: string, entries: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  await withLock(`${path}.lock`, async () => {
    const handle = await openToAppend(path);
    try {
      const { size } = await handle.stat();
      const end = await readEnd(handle, size);
      if (entries.length === 0) return;
      // A kill may have left half a line: it stays as it is, and the next line begins on its own.
      const text = (end.endsWithBreak ? '' : '\n') + sealed(entries, end.tail);
      await handle.appendFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

function sealed(entries: readonly Readonly<Record<string, unknown>>[], from: Tail): string {
  let tail = from;
  let text = '';
  for (const entry of entries) {
    const line = sealLine(entry, tail);
    const hash = hashLine(line);
    tail = { prev: hash, whole: hash };
    text += `${line}\n`;
  }
  return text;
}

interface End {
  readonly tail: Tail;
  readonly endsWithBreak: boolean;
}

/** Reads backwards in growing steps, until the last whole line is in sight. */
async function readEnd(handle: FileHandle, size: number): Promise<End> {
  for (let length = Math.min(size, 16 * 1024); ; length = Math.min(size, length * 4)) {
    const buffer = Buffer.alloc(length);
    await handle.read(buffer, 0, length, size - length);
    const text = buffer.toString('latin1');
    const tail = tailOf(text, length === size);
    if (tail !== undefined) return { tail, endsWithBreak: size === 0 || text.endsWith('\n') };
  }
}

async function guard<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof MqwardenError) throw cause;
    throw new MqwardenError('MQWARDEN_AUDIT_LOG', `the audit log ${path} cannot be written${why(cause)}`, {
      hint: 'name a file that can be written: --audit-log FILE',
      cause,
    });
  }
}

function why(cause: unknown): string {
  if (cause instanceof UnfitFile) return `: ${cause.message}`;
  return ` (${whyOf(cause)})`;
}
