import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { address } from '../../src/core/address.ts';
import { MqwardenError } from '../../src/core/errors.ts';
import { type AuditEntry, openAuditLog, verifyChain } from '../../src/history/audit-log.ts';
import { withLock } from '../../src/history/lock.ts';
import { Redaction } from '../../src/secrets/redact.ts';
import { makePipe } from '../files/pipe.ts';

let root: string;
let path: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mqwarden-audit-'));
  path = join(root, '.mqwarden', 'audit.jsonl');
});
afterEach(() => rm(root, { recursive: true }));

const now = () => new Date('2026-01-02T03:04:05.678Z');
const open = () => openAuditLog(path, { who: 'ann', host: 'ci-1', now });
const text = () => readFile(path, 'utf8');
const entry = (over: Partial<AuditEntry> = {}): AuditEntry => ({
  correlationId: 'c-1',
  environment: 'staging',
  planDigest: 'sha256:00',
  action: 'create',
  result: 'ok',
  ...over,
});
const sha256 = (line: string) => createHash('sha256').update(line).digest('hex');

async function failure(promise: Promise<unknown>): Promise<MqwardenError> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  if (error instanceof MqwardenError) return error;
  throw new Error('no MqwardenError', { cause: error });
}

describe('the log', () => {
  test('has a line of JSON an entry, each with the hash of the line before', async () => {
    const log = await open();
    const queue = address('rabbitmq:queue', 'production', 'order.queue');
    await log.append(entry({ service: 'order-service', address: queue }));
    await log.append(entry({ result: 'failed', error: 'refused: Zugriff verweigert für "ä"\n' }));
    const [first = '', second = '', ...rest] = (await text()).split('\n');
    expect(JSON.parse(first)).toEqual({
      time: '2026-01-02T03:04:05.678Z',
      who: 'ann',
      host: 'ci-1',
      correlationId: 'c-1',
      environment: 'staging',
      planDigest: 'sha256:00',
      action: 'create',
      result: 'ok',
      service: 'order-service',
      address: 'rabbitmq:queue:production/order.queue',
      prev: '0'.repeat(64),
    });
    expect(JSON.parse(second)).toMatchObject({
      error: 'refused: Zugriff verweigert für "ä"\n',
      prev: sha256(first),
    });
    expect(rest).toEqual(['']);
    expect(verifyChain(await text())).toEqual({ ok: true, lines: 2, torn: [], last: sha256(second) });
  });

  test('is for its owner alone', async () => {
    await open();
    const modes = await Promise.all([dirname(path), path].map(async (at) => (await stat(at)).mode & 0o777));
    expect(modes).toEqual([0o700, 0o600]);
    expect(await readdir(dirname(path))).toEqual(['audit.jsonl']);
  });

  test('goes on where it was left', async () => {
    await (await open()).append(entry());
    await (await open()).append(entry());
    expect(verifyChain(await text())).toMatchObject({ ok: true, lines: 2 });
  });

  test('keeps the order of entries that are given at once', async () => {
    const log = await open();
    const names = Array.from({ length: 300 }, (_, index) => `s${index}`);
    await Promise.all(names.map((service) => log.append(entry({ service }))));
    const lines = (await text()).trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { service: string }).service)).toEqual(names);
    expect(verifyChain(await text())).toMatchObject({ ok: true, lines: 300 });
  });

  test('goes on after a line longer than it reads at once', async () => {
    const log = await open();
    await log.append(entry({ error: 'x'.repeat(200_000) }));
    await log.append(entry());
    expect(verifyChain(await text())).toMatchObject({ ok: true, lines: 2 });
  });

  test('several processes write one chain', async () => {
    const source = join(import.meta.dirname, '../../src/history/audit-log.ts');
    const script = `import { openAuditLog } from ${JSON.stringify(source)};
      const log = await openAuditLog(${JSON.stringify(path)}, { who: 'p' + process.pid, host: 'h', now: () => new Date() });
      const common = { correlationId: 'c', environment: 'e', planDigest: 'd', action: 'a', result: 'ok' };
      for (let i = 0; i < 40; i += 1) await log.append({ ...common, service: 's' + i });`;
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    await Promise.all([run(), run(), run()]);
    expect(verifyChain(await text())).toMatchObject({ ok: true, lines: 120, torn: [] });
    expect(await readdir(dirname(path))).toEqual(['audit.jsonl']);
  });

  test('is given no secret: what the caller redacted stays redacted', async () => {
    const redaction = new Redaction();
    redaction.add('canary-1234');
    const log = await open();
    const error = redaction.redact('PUT https://admin:canary-1234@mq failed: {"password":"canary-1234"}');
    await log.append(entry({ result: 'failed', error }));
    expect(await text()).toContain('[redacted]');
    expect(await text()).not.toContain('canary');
  });
});

describe('after a kill', () => {
  const lines = async (count: number) => {
    const log = await open();
    for (let index = 0; index < count; index += 1) await log.append(entry({ service: `dienst-ü-${index}` }));
    return text();
  };

  test('in the middle of any line, the next one begins on its own and the chain holds', async () => {
    const full = await lines(2);
    const second = full.indexOf('\n') + 1;
    for (const cut of [
      1,
      20,
      second - 1,
      second,
      second + 1,
      second + 50,
      full.length - 2,
      full.length - 1,
    ]) {
      await writeFile(path, full.slice(0, cut));
      const log = await open();
      await log.append(entry({ service: 'after' }));
      await log.append(entry());
      const kept = await text();
      const verified = verifyChain(kept);
      expect(verified, `cut at ${cut}`).toMatchObject({ ok: true });
      expect(kept.startsWith(full.slice(0, cut))).toBe(true);
      const whole = [second - 1, second, full.length - 1].includes(cut);
      expect(verified.ok && verified.torn.length, `cut at ${cut}`).toBe(whole ? 0 : 1);
    }
  });

  test('twice in a row', async () => {
    const full = await lines(1);
    await writeFile(path, `${full}{"time":"2026\n{"ti`);
    await (await open()).append(entry());
    expect(verifyChain(await text())).toMatchObject({ ok: true, lines: 4, torn: [2, 3] });
    await writeFile(path, '{"time":"2026');
    await (await open()).append(entry());
    expect(verifyChain(await text())).toMatchObject({ ok: true, lines: 2, torn: [1] });
  });

  test('the lines before a torn one are still protected', async () => {
    const full = await lines(2);
    await writeFile(path, `${full}{"ti`);
    await (await open()).append(entry());
    const [first = '', second = '', torn = '', last = ''] = (await text()).split('\n');
    expect(verifyChain([first, second, torn, last].join('\n'))).toMatchObject({ ok: true });
    expect(verifyChain([first, torn, last].join('\n'))).toMatchObject({ ok: false, line: 3 });
    expect(verifyChain([first, second, last].join('\n'))).toMatchObject({ ok: false, line: 3 });
    expect(verifyChain([first, second, `${torn}x`, last].join('\n'))).toMatchObject({ ok: false, line: 4 });
  });

  test('a lock that a dead process left is taken over', async () => {
    await lines(1);
    const dead = await promisify(execFile)(process.execPath, ['-e', 'console.log(process.pid)']);
    const holder = { pid: Number(dead.stdout), host: hostname(), token: 'gone' };
    await writeFile(`${path}.lock`, JSON.stringify(holder));
    await (await open()).append(entry());
    // The same process id as ours, from before a restart in a container.
    await writeFile(`${path}.lock`, JSON.stringify({ ...holder, pid: process.pid }));
    await (await open()).append(entry());
    expect(verifyChain(await text())).toMatchObject({ ok: true, lines: 3 });
    expect(await readdir(dirname(path))).toEqual(['audit.jsonl']);
  });

  test.each([
    { name: 'a living process', pid: process.ppid, host: hostname() },
    { name: 'a process on another host', pid: 1, host: 'elsewhere' },
  ])('a lock of $name is waited for, then named', async ({ pid, host }) => {
    await mkdir(dirname(path));
    const lock = `${path}.lock`;
    await writeFile(lock, JSON.stringify({ pid, host, token: 'other' }));
    const error = await failure(withLock(lock, () => Promise.resolve(), 50));
    expect(error.message).toBe(`process ${pid} on ${host} holds the lock ${lock}`);
    expect(error.hint).toContain(`delete ${lock}`);
    expect(await readFile(lock, 'utf8')).toContain('other');
  });
});

describe('a log that cannot be written fails when it is opened', () => {
  test.each([
    {
      name: 'its folder is a file',
      make: () => writeFile(join(root, '.mqwarden'), ''),
      want: /\(.*(EEXIST|ENOTDIR)\)/,
    },
    { name: 'it is a folder', make: () => mkdir(path, { recursive: true }), want: /is a folder, not a file/ },
    {
      name: 'it is a pipe, which would be waited for',
      make: () => mkdir(dirname(path), { recursive: true }).then(() => makePipe(path)),
      want: /is not a regular file/,
    },
  ])('$name', async ({ make, want }) => {
    await make();
    const error = await failure(open());
    expect(error.code).toBe('MQWARDEN_AUDIT_LOG');
    expect(error.message).toMatch(want);
    expect(error.hint).toContain('--audit-log');
  });

  // Nobody can make a file there, not even the superuser, who may write to any read-only folder.
  test('its folder takes no files', async () => {
    const log = openAuditLog('/sys/kernel/audit.jsonl', { who: 'me', host: 'here', now: () => new Date(0) });
    expect((await failure(log)).message).toMatch(/\([a-z -]+, (EACCES|EROFS|EPERM)\)/);
  });
});

describe('verifying', () => {
  const three = async () => {
    const log = await open();
    for (const service of ['a', 'b', 'c']) await log.append(entry({ service }));
    return (await text()).trimEnd().split('\n');
  };

  test.each([
    { name: 'nothing', change: () => [], want: { ok: true, lines: 0, last: '0'.repeat(64) } },
    { name: 'all of it', change: (all: string[]) => all, want: { ok: true, lines: 3 } },
    {
      name: 'a changed line',
      change: ([a = '', ...rest]: string[]) => [a.replace('"a"', '"x"'), ...rest],
      want: { ok: false, line: 2 },
    },
    {
      name: 'a removed line',
      change: ([a = '', , c = '']: string[]) => [a, c],
      want: { ok: false, line: 2 },
    },
    { name: 'a removed beginning', change: ([, ...rest]: string[]) => rest, want: { ok: false, line: 1 } },
    {
      name: 'lines in another order',
      change: ([a = '', b = '', c = '']: string[]) => [a, c, b],
      want: { ok: false, line: 2 },
    },
    {
      name: 'a line twice',
      change: ([a = '', ...rest]: string[]) => [a, a, ...rest],
      want: { ok: false, line: 2 },
    },
    {
      name: 'an inserted line',
      change: ([a = '', ...rest]: string[]) => [a, '{"prev":"x"}', ...rest],
      want: { ok: false, line: 2 },
    },
    {
      name: 'inserted text',
      change: ([a = '', ...rest]: string[]) => [a, 'torn?', ...rest],
      want: { ok: false, line: 3 },
    },
    {
      name: 'an empty line',
      change: ([a = '', ...rest]: string[]) => [a, '', ...rest],
      want: { ok: false, line: 3 },
    },
  ])('$name', async ({ change, want }) => {
    const lines = change(await three());
    expect(verifyChain(lines.map((line) => `${line}\n`).join(''))).toMatchObject(want);
  });

  test('a line that was appended by hand is seen, also after the log went on', async () => {
    await three();
    await appendFile(path, '{"action":"delete"}\n');
    expect(verifyChain(await text())).toMatchObject({ ok: false, line: 4 });
    await (await open()).append(entry());
    expect(verifyChain(await text())).toMatchObject({ ok: false, line: 4 });
  });
});
