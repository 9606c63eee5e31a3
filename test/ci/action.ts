/** Runs the composite action as a runner does: steps in order, conditions, variables, and the files that steps write. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { parse } from 'yaml';
import { assembleSnapshot } from '../../src/core/snapshot.ts';
import { snapshotAsJson } from '../../src/report/snapshot.ts';
import { bin } from '../cli/run.ts';

export const root = join(import.meta.dirname, '../..');

interface Step {
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
}

interface Action {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<
    Record<string, { readonly description: string; readonly default: string; readonly required?: boolean }>
  >;
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export const load = (file: string): unknown => parse(readFileSync(join(root, file), 'utf8'));
export const action = load('action.yml') as Action;

export interface Comment {
  readonly id: number;
  readonly user: { readonly login: string };
  readonly body: string;
}

interface Call {
  readonly args: readonly string[];
  readonly input: string;
}

export interface Ran {
  readonly ok: boolean;
  /** Of each step that ran, by its name. */
  readonly codes: Readonly<Record<string, number>>;
  readonly log: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** What the action of another repository was started with. */
  readonly uploads: readonly Readonly<Record<string, string>>[];
}

/** A checked-out repository on a runner, with commands that record instead of talking to a service. */
export class Runner {
  readonly workspace: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.workspace = join(folder, 'workspace');
    for (const name of ['workspace', 'temp', 'fakes']) mkdirSync(join(folder, name));
    this.#fake('gh', fakeGh);
    this.#fake('npm', fakeNpm);
    this.comments = [];
  }

  #fake(name: string, text: string): void {
    writeFileSync(join(this.#folder, 'fakes', name), `#!/usr/bin/env node\n${text}`, { mode: 0o755 });
  }

  /** As `npm ci` does in a project that has mqwarden. */
  installed(folder = '.'): void {
    const commands = join(this.workspace, folder, 'node_modules/.bin');
    mkdirSync(commands, { recursive: true });
    const program = `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`;
    writeFileSync(join(commands, 'mqwarden'), program, { mode: 0o755 });
  }

  /** Of brokers with nothing on them, for the production of the reference topology. */
  snapshot(to = 'live.json'): void {
    const kafka = ['kafka-1', 'kafka-2', 'kafka-3'].map((name) => `${name}.tickettoken.internal:9093`);
    const brokers = {
      rabbitmq: {
        version: '4.0.5',
        endpoints: ['rabbitmq.tickettoken.internal:15671'],
        warnings: [],
        facts: { vhosts: [], held: [], permitted: [] },
        resources: [],
      },
      kafka: { version: 'metadata.version 21', endpoints: kafka, warnings: [], facts: {}, resources: [] },
    };
    const taken = assembleSnapshot(
      { topology: 'tickettoken', environment: 'production', brokers },
      new Date(),
    );
    writeFileSync(join(this.workspace, to), snapshotAsJson(taken));
  }

  /** A command in the checked-out repository. */
  spawn(command: string, args: readonly string[], more: Variables = {}) {
    const env = { PATH: this.#path([dirname(process.execPath)]), HOME: this.#folder, ...more };
    return spawnSync(command, args, { cwd: this.workspace, env, encoding: 'utf8' });
  }

  #path(first: readonly string[]): string {
    const rest = process.env['PATH'] ?? '';
    return [...first, join(this.#folder, 'fakes'), dirname(process.execPath), rest].join(':');
  }

  get comments(): readonly Comment[] {
    return JSON.parse(readFileSync(join(this.#folder, 'comments.json'), 'utf8')) as readonly Comment[];
  }
  set comments(comments: readonly Comment[]) {
    writeFileSync(join(this.#folder, 'comments.json'), JSON.stringify(comments));
  }

  /** What the commands that record were called with. */
  calls(command: string): readonly Call[] {
    const file = join(this.#folder, `${command}.jsonl`);
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Call); // prettier-ignore
  }

  run(
    given: Readonly<Record<string, string>> = {},
    event: object = ownPullRequest,
    more: Variables = {},
  ): Ran {
    const defaults = Object.entries(action.inputs).map(([name, input]) => [name, input.default]);
    const run = new Run({ ...(Object.fromEntries(defaults) as Variables), ...given }, event);
    for (const step of action.runs.steps) if (run.wants(step)) this.#step(step, run, more);
    return run.result(this.#folder);
  }

  #step(step: Step, run: Run, more: Variables): void {
    if (step.uses !== undefined) return void run.uploads.push(run.filledIn(step.with ?? {}));
    const file = (name: string) => join(this.#folder, name);
    for (const name of ['output', 'path']) writeFileSync(file(name), '');
    const env = {
      PATH: this.#path(run.path),
      HOME: this.#folder,
      FAKES: this.#folder,
      RUNNER_TEMP: file('temp'),
      GITHUB_ACTION_PATH: root,
      GITHUB_OUTPUT: file('output'),
      GITHUB_PATH: file('path'),
      GITHUB_STEP_SUMMARY: file('summary'),
      GITHUB_REPOSITORY: 'tickettoken/brokers',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_RUN_ID: '42',
      ...more,
      ...run.filledIn(step.env ?? {}),
    };
    const args = ['--noprofile', '--norc', '-euo', 'pipefail', '-c', step.run ?? ''];
    const { status, stdout, stderr } = spawnSync('bash', args, {
      cwd: this.workspace,
      env,
      encoding: 'utf8',
    });
    run.ended(step, status ?? -1, stdout + stderr);
    run.path.unshift(...readFileSync(file('path'), 'utf8').split('\n').filter(Boolean));
    const outputs = readFileSync(file('output'), 'utf8').split('\n').filter(Boolean);
    run.steps[step.id ?? step.name] = { outputs: Object.fromEntries(outputs.map((line) => line.split('='))) as Variables }; // prettier-ignore
  }
}

type Variables = Readonly<Record<string, string>>;

export const pullRequest = (from: string) => ({
  pull_request: { number: 7, head: { repo: { full_name: from } } },
});
export const ownPullRequest = pullRequest('tickettoken/brokers');

class Run {
  readonly steps: Record<string, { readonly outputs: Variables }> = {};
  readonly uploads: Variables[] = [];
  readonly path: string[] = [];
  readonly #codes: Record<string, number> = {};
  readonly #inputs: Variables;
  readonly #event: object;
  #log = '';

  constructor(inputs: Variables, event: object) {
    this.#inputs = inputs;
    this.#event = event;
  }

  get #ok(): boolean {
    return Object.values(this.#codes).every((code) => code === 0);
  }

  /** A condition that asks for no status wants success. */
  wants(step: Step): boolean {
    if (step.if === undefined) return this.#ok;
    if (!/\b(?:cancelled|always|failure)\(\)/.test(step.if) && !this.#ok) return false;
    return this.#value(step.if) === 'true';
  }

  filledIn(values: Variables): Variables {
    return Object.fromEntries(Object.entries(values).map(([key, text]) => [key, this.#value(text)]));
  }

  /** GitHub's expressions, as far as the action has any: what is missing is an empty string. */
  #value(text: string): string {
    return text.replaceAll(/\$\{\{(.*?)\}\}/g, (_, expression: string) => {
      const script = expression
        .replaceAll(/\binputs\.([\w-]+)/g, 'inputs["$1"]')
        .replaceAll(/\b(steps|github)((?:\.\w+)+)/g, (_all, object: string, way: string) => `(${object}${way.replaceAll('.', '?.')} ?? '')`); // prettier-ignore
      const github = { event: this.#event, token: 'token-of-the-job' };
      const context = { inputs: this.#inputs, steps: this.steps, github, cancelled: () => false };
      return String(runInNewContext(script, context));
    });
  }

  ended(step: Step, code: number, log: string): void {
    this.#codes[step.name] = code;
    this.#log += log;
  }

  result(folder: string): Ran {
    const summary = join(folder, 'summary');
    return {
      ok: this.#ok,
      codes: this.#codes,
      log: this.#log,
      summary: existsSync(summary) ? readFileSync(summary, 'utf8') : '',
      outputs: Object.fromEntries(
        Object.entries(action.outputs).map(([name, { value }]) => [name, this.#value(value)]),
      ),
      uploads: this.uploads,
    };
  }
}

const recorded = (command: string) => `const fs = require('node:fs');
const args = process.argv.slice(2);
const input = args.includes('--input') ? fs.readFileSync(0, 'utf8') : '';
fs.appendFileSync(process.env.FAKES + '/${command}.jsonl', JSON.stringify({ args, input }) + '\\n');
`;

const fakeNpm = recorded('npm');

/** Keeps comments in a file as GitHub's API does, and refuses what is too long; two a page, so that pages are turned. */
const fakeGh = `${recorded('gh')}
const file = process.env.FAKES + '/comments.json';
const comments = JSON.parse(fs.readFileSync(file, 'utf8'));
const path = args.find((arg) => arg.startsWith('repos/'));
const { body } = JSON.parse(input || '{}');
if (process.env.FORBIDDEN || body?.length > 65536) { console.error('gh: HTTP 403 or 422'); process.exit(1); }
if (body === undefined) {
  const pages = [];
  for (let at = 0; at < comments.length; at += 2) pages.push(comments.slice(at, at + 2));
  console.log(JSON.stringify(pages));
} else {
  if (args.includes('PATCH')) comments.find(({ id }) => path.endsWith('/' + id)).body = body;
  else comments.push({ id: 100 + comments.length, user: { login: 'github-actions[bot]' }, body });
  fs.writeFileSync(file, JSON.stringify(comments));
  console.log('{}');
}
`;
