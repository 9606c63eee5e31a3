/** Applies that lock the brokers, as users' do: started, watched while they run, and stopped at a chosen request. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cautious } from '../../src/core/decisions.ts';
import { apply, type ApplyResult } from '../../src/operations/apply.ts';
import { openAuditLog } from '../../src/operations/audit-log.ts';
import { Redaction } from '../../src/secrets/redact.ts';
import { type TestBrokers, uniqueName } from '../brokers/index.ts';
import { bin, expectNoCanary, type Run } from './run.ts';

export interface Running {
  readonly ended: Promise<Run>;
  readonly isOver: boolean;
  /** What it has said on stderr so far. */
  readonly said: string;
  signal(signal: NodeJS.Signals): void;
}

export interface LockBench {
  readonly mark: string;
  readonly vhost: string;
  /** Writes `<name>.yaml`: the services of one topology on the brokers of this bench. */
  write(name: string, services: Readonly<Record<string, unknown>>, over?: Over): Promise<void>;
  start(...args: string[]): Running;
  /** The same in this process, which is quicker; `waits` is called when it finds the lock taken. */
  apply(name: string, waits: () => void): Promise<ApplyResult>;
  run(...args: string[]): Promise<Run>;
  remove(): Promise<void>;
}

/** What differs from the brokers themselves, in the sections of the environment: a proxy on the way. */
interface Over {
  readonly rabbitmq?: object;
  readonly kafka?: object;
}

export async function openLockBench(
  { rabbitmq, kafka }: TestBrokers,
  variables: Readonly<Record<string, string>> = {},
): Promise<LockBench> {
  const cwd = await mkdtemp(join(tmpdir(), 'mqwarden-lock-'));
  const mark = uniqueName('lock').slice(5);
  const vhost = `lock-${mark}`;
  const env = {
    RABBIT_PASSWORD: rabbitmq.admin.password,
    KAFKA_PASSWORD: kafka.admin.password,
    ...variables,
  };
  const { cert, key } = await rabbitmq.clientCertificate('provisioner');
  const files = { 'rabbitmq.pem': rabbitmq.ca, 'kafka.pem': kafka.ca, 'client.pem': cert, 'client.key': key };
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  const sections = {
    rabbitmq: {
      managementUrl: rabbitmq.managementUrl,
      amqpsUrl: rabbitmq.amqpsUrl,
      vhost,
      tls: { ca: 'rabbitmq.pem', cert: 'client.pem', key: 'client.key' },
      admin: { username: rabbitmq.admin.username, password: 'env:RABBIT_PASSWORD' },
    },
    kafka: {
      brokers: kafka.brokers,
      tls: { ca: 'kafka.pem' },
      admin: { username: kafka.admin.username, password: 'env:KAFKA_PASSWORD' },
    },
  };
  const start = (...args: string[]) => startIn(cwd, env, args);
  return {
    mark,
    vhost,
    write: async (name, services, over = {}) => {
      const environment = {
        rabbitmq: { ...sections.rabbitmq, ...over.rabbitmq },
        kafka: { ...sections.kafka, ...over.kafka },
        secrets: 'file:secrets',
      };
      const document = { version: 1, name, environments: { test: environment }, services };
      await writeFile(join(cwd, `${name}.yaml`), JSON.stringify(document));
    },
    start,
    run: (...args) => start(...args).ended,
    apply: (name, waits) =>
      apply({
        topology: join(cwd, `${name}.yaml`),
        variables: env,
        redaction: new Redaction(),
        progress: () => undefined,
        decisions: { ...cautious, maxDeletes: 100 },
        now: () => new Date(),
        confirm: () => Promise.resolve(true),
        auditLog: () => openAuditLog(join(cwd, 'audit.jsonl')),
        report: () => undefined,
        redact: (text) => text,
        lock: { timeoutMs: 60_000, notice: waits },
      }),
    remove: () => rm(cwd, { recursive: true, force: true }),
  };
}

function startIn(cwd: string, variables: Readonly<Record<string, string>>, args: readonly string[]): Running {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 90_000,
    killSignal: 'SIGKILL',
  });
  const started = performance.now();
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  }
  let isOver = false;
  const ended = new Promise<Run>((resolve) => {
    child.on('close', (code) => {
      isOver = true;
      resolve({ code, ...texts, ms: performance.now() - started });
    });
  });
  return {
    ended: ended.then((run) => {
      expectNoCanary(`${args.join('\n')}\n${run.stdout}\n${run.stderr}`, Object.values(variables));
      return run;
    }),
    get isOver() {
      return isOver;
    },
    get said() {
      return texts.stderr;
    },
    signal: (signal) => child.kill(signal),
  };
}

/** Polls, with a bound. */
export async function until(is: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await is())) {
    if (performance.now() > deadline) throw new Error(`did not come to be within ${ms / 1000} s`);
    await sleep(5);
  }
}

/** A place at which requests wait until it is opened; it counts those that came. */
export interface Gate {
  readonly waiting: number;
  pass(): Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let waiting = 0;
  const opened = Promise.withResolvers<undefined>();
  return {
    get waiting() {
      return waiting;
    },
    pass: async () => {
      waiting += 1;
      await opened.promise;
    },
    open: () => {
      opened.resolve(undefined);
    },
  };
}
