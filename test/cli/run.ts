import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** The program as it is installed; `npm run build` makes what it starts. */
export const bin = fileURLToPath(new URL('../../bin/mqwarden.js', import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface RunOptions {
  readonly cwd: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** Secrets that must appear in no output and in no argument. */
  readonly canaries?: readonly string[];
  readonly timeoutMs?: number;
  /** Called with the program's process id as soon as it runs. */
  readonly onStart?: (pid: number) => void;
  /** Applies lock the brokers, as for users; without it they do not, so that test files do not wait for each other. */
  readonly locks?: boolean;
}

/** The test files share the brokers, and the lock is of the whole broker: only what is about it takes it. */
export const withoutLock = '--no-lock';

/** Runs the real program as a user would, without a terminal, and makes sure that no canary gets out. */
export async function mqwarden(args: readonly string[], options: RunOptions): Promise<Run> {
  const started = performance.now();
  const more = ['apply', 'rotate'].includes(args[0] ?? '') && options.locks !== true ? [withoutLock] : [];
  const child = spawn(process.execPath, [bin, ...args, ...more], {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: options.cwd, ...options.variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
  });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  const run = { code, stdout, stderr, ms: performance.now() - started };
  expectNoCanary(`${args.join('\n')}\n${stdout}\n${stderr}`, options.canaries ?? []);
  return run;
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Looks for each secret as it is, percent-encoded, and in base64. */
export function expectNoCanary(text: string, canaries: readonly string[]): void {
  for (const canary of canaries) {
    for (const form of [canary, encodeURIComponent(canary), Buffer.from(canary).toString('base64')]) {
      expect(text.includes(form), 'a secret was printed').toBe(false);
    }
  }
}
