/** Broker processes: started from a clean environment, ended with the test process whatever ends that. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessOptions {
  /** What error messages call it, for example `RabbitMQ 3.10.8`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to PATH and LANG; nothing else of the caller's environment reaches a broker. */
  readonly env?: Readonly<Record<string, string>>;
  /** Removed when the test process dies while the broker runs. */
  readonly folder: string;
  readonly logFile: string;
}

export interface BrokerProcess {
  readonly pid: number;
  isRunning(): boolean;
  log(): string;
  /** Whether the log holds this text, written since this start: a restart appends to the log of the one before. */
  said(text: string): boolean;
  /** Asks for an orderly shutdown (what a restart needs), and kills after the time allowed. */
  terminate(timeoutMs?: number): Promise<void>;
  /** SIGKILL to the broker and everything that it started. */
  kill(): Promise<void>;
}

const watcher = join(import.meta.dirname, 'watched.sh');

/** What this process must not leave behind. One listener for all: each of its own would pass Node's limit of ten. */
const left = { processes: new Set<() => void>(), folders: new Set<string>() };
process.once('exit', () => {
  for (const kill of left.processes) kill();
  for (const folder of left.folders) removeFolder(folder);
});

export function startProcess(options: ProcessOptions): BrokerProcess {
  const log = openSync(options.logFile, 'a', 0o600);
  const logStart = fstatSync(log).size;
  const child = spawn('sh', [watcher, options.folder, options.command, ...options.args], {
    cwd: options.folder,
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', ...options.env },
    // A group of its own: Ctrl-C in a terminal reaches the tests alone, which then end the broker in their order.
    detached: true,
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  const { pid, stdin } = child;
  if (pid === undefined || stdin === null)
    throw new Error(`${options.name} did not start: "sh" is not on the PATH`);
  const group = -pid;
  const killGroup = (): void => {
    try {
      process.kill(group, 'SIGKILL');
    } catch {
      // No such group: it has ended already, which is what was wanted.
    }
  };
  let running = true;
  const exited = once(child, 'exit').then(() => {
    running = false;
    left.processes.delete(killGroup);
    killGroup(); // the watcher, which would otherwise wait for the end of its pipe
  });
  left.processes.add(killGroup);
  // The broker must not hold a finished test process open.
  child.unref();
  // EPIPE when the watcher is killed: nothing is ever written to it.
  stdin.on('error', () => undefined);
  (stdin as unknown as { unref(): void }).unref();

  const kill = async (): Promise<void> => {
    killGroup();
    await whileReferenced(exited);
  };
  return {
    pid,
    isRunning: () => running,
    log: () => readFileSync(options.logFile, 'utf8'),
    said: (text) => readFileSync(options.logFile).includes(text, logStart),
    kill,
    terminate: async (timeoutMs = 20_000) => {
      if (running) child.kill('SIGTERM');
      await whileReferenced(Promise.race([exited, sleep(timeoutMs, undefined, { ref: false })]));
      if (running) await kill();
    },
  };
}

/** An unref'd child does not keep the event loop alive, so a process awaiting nothing else would end in the middle. */
async function whileReferenced(exited: Promise<void>): Promise<void> {
  const timer = setInterval(() => undefined, 1_000);
  await exited.finally(() => clearInterval(timer));
}

/**
 * Polls until the broker serves. Throws with the end of its log when it has died or the time is over, because that log
 * is in a temporary folder which nobody will look for.
 */
export async function untilReady(
  name: string,
  broker: BrokerProcess,
  ready: () => boolean | Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await ready())) {
    const late = Date.now() > deadline;
    if (broker.isRunning() && !late) {
      await sleep(50);
      continue;
    }
    const why = late ? `was not ready within ${timeoutMs / 1000} s` : 'ended while starting';
    await broker.kill();
    throw new Error(`${name} ${why}. Its log ends with:\n${broker.log().split('\n').slice(-60).join('\n')}`);
  }
}

/** A private folder under the system's temporary one, removed with {@link removeFolder} or when this process ends. */
export function temporaryFolder(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  left.folders.add(folder);
  return folder;
}

/** Retries: a process killed a moment ago may still have been writing. */
export function removeFolder(folder: string): void {
  left.folders.delete(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
