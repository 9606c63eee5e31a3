import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Decisions } from '../../src/core/decisions.ts';
import { expectNoCanary, type Run, withoutLock } from '../cli/run.ts';
import type { Fault } from '../brokers/proxy-sockets.ts';

const bin = fileURLToPath(new URL('../../bin/mqwarden.js', import.meta.url));

/** `unsent`: the broker never sees the request. `unanswered`: it does what it says, and nobody hears of it. */
export type Moment = 'unsent' | 'unanswered';

/** The real program, which a proxy can end while one of its requests is on the way. */
export interface Victim {
  readonly ended: Promise<Run>;
  readonly isDead: boolean;
  /** Ends it with SIGKILL, and says what becomes of the request that is in the proxy's hands. */
  die(moment: Moment): Promise<Fault>;
  /** Stops it with SIGSTOP, so that what it has sent goes on without it until it dies. */
  freeze(): void;
  kill(): void;
}

/** Long enough for a broker to have done one request; a frozen program notices nothing of the wait. */
const oneRequestMs = 80;

interface Place {
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Those of the variables that must not be printed; the others are places. */
export function secretsAmong(variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).flatMap(([name, value]) =>
    /PASSWORD|TOKEN|SECRET_/.test(name) ? [value] : [],
  );
}

export function startApply(topology: string, decisions: Partial<Decisions>, at: Place): Victim {
  const args = ['apply', topology, '--yes', '--audit-log', 'audit.jsonl', withoutLock, ...flagsOf(decisions)];
  return startProgram(args, at);
}

export function startProgram(args: readonly string[], { cwd, variables }: Place): Victim {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  const started = performance.now();
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  }
  const ended = new Promise<Run>((resolve) => {
    child.on('close', (code) => resolve({ code, ...texts, ms: performance.now() - started }));
  });
  const checked = ended.then((run) => {
    expectNoCanary(`${args.join('\n')}\n${run.stdout}\n${run.stderr}`, secretsAmong(variables));
    return run;
  });
  let isDead = false;
  const kill = (): void => {
    isDead = true;
    child.kill('SIGKILL');
  };
  return {
    ended: checked,
    get isDead() {
      return isDead;
    },
    kill,
    freeze: () => {
      isDead = true;
      child.kill('SIGSTOP');
    },
    async die(moment) {
      isDead = true;
      if (moment === 'unsent') {
        kill();
        await ended;
        return 'kill-before';
      }
      // Frozen first: a program that saw its connection break would go on in some other way, and this one must not.
      child.kill('SIGSTOP');
      void sleep(oneRequestMs).then(kill);
      return 'drop-response';
    },
  };
}

/** The decisions as a person would write them on the command line. */
export function flagsOf(decisions: Partial<Decisions>): string[] {
  const { prune, allowDataLoss = [], allowWidening = [], maxDeletes } = decisions;
  return [
    ...(prune === true ? ['--prune'] : []),
    ...allowDataLoss.flatMap((at) => ['--allow-data-loss', at]),
    ...allowWidening.flatMap((at) => ['--allow-widening', at]),
    ...(maxDeletes === undefined ? [] : ['--max-deletes', String(maxDeletes)]),
  ];
}

/** What the program said of the changes that did not come to be, by address. */
export function notDone({ stderr }: Run, what: 'failed' | 'skipped'): Record<string, string> {
  const lines = stderr.matchAll(/^(failed|skipped) \w+ (\S+): (.*)$/gm);
  return Object.fromEntries(
    [...lines]
      .filter(([, outcome]) => outcome === what)
      .map(([, , address = '', words = '']) => [address, words]),
  );
}
