import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { type ErrorDetails, type Position, SecretError } from '../core/errors.ts';
import { codeOf, parseJson, versionOf } from './parse.ts';
import { endGroup, groupOfOurs } from './groups.ts';
import { commandOf } from './reference.ts';
import type { SecretStore, StoreOptions } from './store.ts';
import { asName, partsOf, textsOf } from './store.ts';

const defaultTimeoutMs = 30_000;
const maxBytes = 1024 * 1024;

/** What the command of a reference prints. */
export async function execSecret(target: string, at: Position, options: StoreOptions): Promise<string> {
  const text = (await run(commandOf(target), at, options)).trim();
  if (text !== '') return text;
  throw new SecretError(`${placeOf(target)} prints nothing`, {
    position: at,
    hint: 'it must print the secret on its standard output',
  });
}

/** The command is given the path, its parts encoded as a folder has them, and prints the document as JSON, or nothing where none is stored. */
export function execStore(target: string, at: Position | undefined, options: StoreOptions): SecretStore {
  const details = { position: at };
  const wordOf = (path: string) => partsOf(path).map(asName).join('/');
  return {
    place: (path) => `${placeOf(target)} ${wordOf(path)}`,
    async read(path) {
      const text = await run([...commandOf(target), wordOf(path)], at, options);
      if (text.trim() === '') return undefined;
      const document = textsOf(parseJson(text));
      if (document !== undefined) return { document, version: versionOf(text) };
      throw new SecretError(`${placeOf(target)} ${wordOf(path)} prints no JSON object`, {
        ...details,
        hint: 'it must print the texts "username" and "password", or nothing where none is stored',
      });
    },
    write: () => {
      const hint = 'put the credential where the command finds it, or name a store that can be written';
      return Promise.reject(new SecretError('a command cannot be written to', { ...details, hint }));
    },
  };
}

/** Without its arguments: they may say more than a screen should. */
function placeOf(target: string): string {
  return `the command ${commandOf(target)[0] ?? ''}`;
}

/** No shell, and nothing that it says on stderr is told: it may say the secret. */
async function run(
  [command = '', ...args]: readonly string[],
  at: Position | undefined,
  options: StoreOptions,
): Promise<string> {
  const details = { position: at };
  if (options.allowExec !== true) {
    throw new SecretError(`the command ${command} is not run without --allow-exec`, {
      ...details,
      hint: 'whoever can change the topology could run anything as you: read it, then add --allow-exec',
    });
  }
  const { timeoutMs = defaultTimeoutMs, variables } = options;
  const ended = await output(command, args, {
    cwd: at === undefined ? '.' : dirname(at.file),
    variables,
    timeoutMs,
  });
  if (typeof ended === 'string') return ended;
  throw problem(command, ended, timeoutMs, details);
}

/** How it ended, if not well. */
interface Ended {
  readonly why: 'failed' | 'late' | 'long' | 'missing';
  readonly code?: string;
}

interface Surroundings {
  readonly cwd: string;
  readonly variables: StoreOptions['variables'];
  readonly timeoutMs: number;
}

function output(
  command: string,
  args: readonly string[],
  { cwd, variables, timeoutMs }: Surroundings,
): Promise<string | Ended> {
  return new Promise((resolve) => {
    const group = groupOfOurs();
    // A group of its own, so that what it started ends with it.
    const child = spawn(command, args, {
      cwd,
      env: { ...variables },
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    group.lead(child.pid);
    const parts: Buffer[] = [];
    let size = 0;
    const stop = (ended: Ended) => {
      resolve(ended);
      endGroup(child.pid);
      child.stdout.destroy();
    };
    const timer = setTimeout(() => stop({ why: 'late' }), timeoutMs);
    child.stdout.on('data', (part: Buffer) => {
      size += part.length;
      if (size > maxBytes) stop({ why: 'long' });
      else parts.push(part);
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      group.over();
      resolve({ why: 'missing', code: codeOf(error) });
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      group.over();
      resolve(
        code === 0 ? Buffer.concat(parts).toString('utf8') : { why: 'failed', code: String(code ?? signal) },
      );
    });
  });
}

function problem(
  command: string,
  { why, code = '' }: Ended,
  timeoutMs: number,
  details: ErrorDetails,
): SecretError {
  const words = {
    failed: `ended with ${code}`,
    late: `did not end within ${timeoutMs / 1_000} s`,
    long: 'prints more than 1 MB',
    missing: `cannot be started (${code})`,
  }[why];
  const hint = 'run it by hand to see why: what it says is not shown, since it may be the secret';
  return new SecretError(`the command ${command} ${words}`, { ...details, hint });
}
