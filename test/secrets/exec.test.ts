import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/secrets/open.ts';
import { commandOf } from '../../src/secrets/reference.ts';
import { resolveReference } from '../../src/secrets/resolve.ts';
import { allOf, failure } from './failure.ts';

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'mqwarden-exec-')));
  const script = `case "$1" in
    rabbitmq/a) echo '{"username":"a","password":"canary-of-exec"}' ;;
    rabbitmq/none) ;;
    rabbitmq/odd) echo canary-of-exec ;;
    *) echo canary-of-exec >&2; exit 3 ;;
  esac`;
  await writeFile(join(folder, 'pass.sh'), script);
});
afterAll(() => rm(folder, { recursive: true }));

const canary = 'canary-of-exec';
const at = () => ({ file: join(folder, 'environments.yaml'), line: 3, column: 5 });
const options = (more: object = {}) => ({
  variables: { ...process.env, SAID: canary },
  allowExec: true,
  ...more,
});
const resolve = (reference: string, more: object = {}) => resolveReference(reference, at(), options(more));

describe('the words of a command', () => {
  test.each([
    { text: 'pass show orders', want: ['pass', 'show', 'orders'] },
    { text: '  pass   show ', want: ['pass', 'show'] },
    { text: `op read "op://a b/c" 'x "y"'`, want: ['op', 'read', 'op://a b/c', 'x "y"'] },
    { text: `a"b c"d`, want: ['ab cd'] },
    { text: `echo $HOME ; rm *`, want: ['echo', '$HOME', ';', 'rm', '*'] },
    { text: `cmd ""`, want: ['cmd', ''] },
    { text: `["a b", "c'd"]`, want: ['a b', "c'd"] },
  ])('$text', ({ text, want }) => {
    expect(commandOf(text)).toEqual(want);
  });

  test.each([`pass "show`, '[]', '["a", 1]', '[""]', `["a"`])('%s is none', async (text) => {
    const error = await failure(resolve(`exec:${text}`));
    expect(error.message).toContain('has a quote that is not closed, or is no list of words');
  });
});

describe('what a command prints', () => {
  test('is the secret', async () => {
    expect(await resolve(`exec:sh -c "echo ' canary with space '"`)).toBe('canary with space');
    expect(await resolve('exec:["printenv", "SAID"]')).toBe(canary);
  });

  test('no shell reads it', async () => {
    expect(await resolve('exec:echo $SAID; echo `x` > out')).toBe('$SAID; echo `x` > out');
  });

  test('it runs in the folder of the file that names it', async () => {
    expect(await resolve('exec:pwd')).toBe(folder);
  });

  test('without leave nothing is run', async () => {
    const marker = join(folder, 'ran');
    const error = await failure(resolve(`exec:touch ${marker}`, { allowExec: undefined }));
    expect(error.message).toBe('the command touch is not run without --allow-exec');
    expect(error.position).toEqual(at());
    await expect(readFile(marker)).rejects.toThrow('ENOENT');
  });

  test.each([
    { command: `sh -c "echo ${canary} >&2; echo ${canary}; exit 3"`, want: 'the command sh ended with 3' },
    { command: `sh -c "kill -9 $$"`, want: 'the command sh ended with SIGKILL' },
    { command: 'true', want: 'the command true prints nothing' },
    {
      command: `/nowhere/${canary.length}`,
      want: `the command /nowhere/${canary.length} cannot be started (ENOENT)`,
    },
    { command: 'yes', want: 'the command yes prints more than 1 MB' },
  ])('$command fails, and says nothing of it', async ({ command, want }) => {
    const error = await failure(resolve(`exec:${command}`));
    expect(error.message).toBe(want);
    expect(error.position).toEqual(at());
    expect(error.hint).toBeTruthy();
    expect(allOf(error)).not.toContain(canary);
  });

  test('what takes too long is ended, with all that it started', async () => {
    const file = join(folder, 'pid');
    const reference = `exec:sh -c "sleep 300 & echo $! > ${file}; echo ${canary}; wait"`;
    const error = await failure(resolve(reference, { timeoutMs: 1_000 }));
    expect(error.message).toBe('the command sh did not end within 1 s');
    expect(allOf(error)).not.toContain(canary);
    const pid = Number(await readFile(file, 'utf8'));
    const alive = async () => {
      const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
      return !/\) [ZX]/.test(status);
    };
    await expect.poll(alive, { timeout: 10_000 }).toBe(false);
  });
});

describe('a process that ends while its command runs', () => {
  const source = join(import.meta.dirname, '../../src/secrets');
  const alive = (pid: number) => async () =>
    !/\) [ZX]/.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z'));

  test.each(['SIGINT', 'SIGTERM', 'exit', 'once'])('%s ends it too', async (how) => {
    const file = join(folder, `pid-${how}`);
    const command = ['sh', '-c', `sleep 300 & echo $! > ${file}; wait`];
    const script = `import { resolveReference } from ${JSON.stringify(join(source, 'resolve.ts'))};
      ${how === 'once' ? "process.once('SIGINT', () => console.log('stopping'));" : ''}
      process.on('message', () => process.exit(3));
      resolveReference(${JSON.stringify(`exec:${JSON.stringify(command)}`)}, ${JSON.stringify(at())}, {
        variables: process.env, allowExec: true, timeoutMs: 300_000,
      }).catch((error) => { console.log(error.message); process.disconnect(); });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = once(child, 'close');
    await expect.poll(() => readFile(file, 'utf8').catch(() => ''), { timeout: 30_000 }).toMatch(/^\d+\n$/);
    const pid = Number(await readFile(file, 'utf8'));
    if (how === 'exit') child.send('exit');
    else child.kill(how === 'SIGTERM' ? 'SIGTERM' : 'SIGINT');
    const [code, signal] = (await ended) as [number | null, string | null];
    if (how === 'exit') expect(code).toBe(3);
    else if (how === 'once')
      expect([code, said]).toEqual([0, 'stopping\nthe command sh ended with SIGKILL\n']);
    else expect(signal).toBe(how);
    await expect.poll(alive(pid), { timeout: 10_000 }).toBe(false);
  });
});

describe('a command as a store', () => {
  const store = () => openStore('exec:sh pass.sh', at(), options());

  test('is given the path, and gives the document', async () => {
    const read = await store().read('rabbitmq/a');
    expect(read?.document).toEqual({ username: 'a', password: canary });
    expect(read?.version).not.toContain(canary);
    expect((await store().read('rabbitmq/a'))?.version).toBe(read?.version);
    expect(await store().read('rabbitmq/none')).toBeUndefined();
  });

  test.each([
    { path: 'rabbitmq/odd', want: 'the command sh rabbitmq/odd prints no JSON object' },
    { path: 'rabbitmq/other', want: 'the command sh ended with 3' },
  ])('$path fails', async ({ path, want }) => {
    const error = await failure(store().read(path));
    expect(error.message).toBe(want);
    expect(allOf(error)).not.toContain(canary);
  });

  test.each([
    ['rabbitmq/../../kafka/admin', 'rabbitmq/%2E.%2F..%2Fkafka%2Fadmin'],
    ['rabbitmq/--help me', 'rabbitmq/--help%20me'],
  ])('%s is one name below its broker', async (path, want) => {
    const told = openStore('exec:["printf", "{\\"word\\":\\"%s\\"}"]', at(), options());
    expect((await told.read(path))?.document).toEqual({ word: want });
    expect(told.place(path)).toBe(`the command printf ${want}`);
  });

  test('nothing is written', async () => {
    const error = await failure(store().write('rabbitmq/a', { username: 'a', password: canary }, undefined));
    expect(error.message).toBe('a command cannot be written to');
  });
});
