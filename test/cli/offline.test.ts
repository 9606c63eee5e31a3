/** What the program does before it reaches any broker: nothing here opens a connection. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planOf } from '../core/fakes.ts';
import { bin, mqwarden } from './run.ts';

const canary = 'canary-5f1c9e7a';
let cwd: string;

const environment = (name: string, port: number) => `
  ${name}:
    rabbitmq:
      managementUrl: https://localhost:${port}
      vhost: shop
      admin: { username: admin, password: env:NOT_SET }
    secrets: file:secrets`;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'mqwarden-cli-'));
  const write = (file: string, text: string) => writeFile(join(cwd, file), text);
  const services =
    'services: { order-service: { rabbitmq: { publishes: [events], exchanges: { events: {} } } } }\n';
  await write('one.yaml', `version: 1\nname: shop\nenvironments:${environment('test', 1)}\n${services}`);
  await write(
    'two.yaml',
    `version: 1\nname: shop\nenvironments:${environment('a', 1)}${environment('b', 2)}\n${services}`,
  );
  await write(
    'typo.yaml',
    `version: 1\nname: shop\nenvironments:${environment('test', 1)}\nservices: { order-service: { rabbitmq: { publish: [events] } } }\n`,
  );
  await write(
    'literal.yaml',
    `version: 1\nname: shop\nenvironments:${environment('test', 1).replace('env:NOT_SET', canary)}\n${services}`,
  );
  const byCommand = environment('test', 1).replace('env:NOT_SET', `exec:echo ${canary}`);
  await write('exec.yaml', `version: 1\nname: shop\nenvironments:${byCommand}\n${services}`);
  const claims = "\n    claims: { rabbitmq: { users: '*-service' } }";
  const takeover = 'services: { order-service: { rabbitmq: { user: monitoring } } }\n';
  await write(
    'takeover.yaml',
    `version: 1\nname: shop\nenvironments:${environment('test', 1)}${claims}\n${takeover}`,
  );
  const reserved = environment('test', 1).replace(/vhost: \S+/, 'vhost: mqwarden');
  await write('reserved.yaml', `version: 1\nname: shop\nenvironments:${reserved}\n${services}`);
  await write('empty.yaml', '');
  await write('none.yaml', `version: 1\nname: shop\nenvironments:${environment('test', 1)}\nservices: {}\n`);
  await write('notaplan.json', '{"version":1}');
  const plan = planOf();
  await write('edited.json', JSON.stringify({ ...plan, environment: 'production' }));
  await write('plan.json', JSON.stringify(plan));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const run = (...args: string[]) => mqwarden(args, { cwd, canaries: [canary] });

it('names what a wrong name of an environment comes from', async () => {
  const of = (args: string[], name: string) =>
    mqwarden(args, { cwd, canaries: [canary], variables: { MQWARDEN_ENV: name } });
  const { code, stdout, stderr } = await of(['plan', 'two.yaml'], 'c');
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('no environment c, which the variable MQWARDEN_ENV names\n');
  expect((await of(['plan', 'two.yaml', '--env', 'd'], 'a')).stderr).toContain('no environment d\n');
});

describe('a secret by a command', () => {
  it.each(['plan', 'apply', 'snapshot', 'import'])('%s runs it only with --allow-exec', async (command) => {
    const more =
      { apply: ['--yes'], snapshot: ['--out', 'live.json'], import: ['--out', 'imported'] }[command] ?? [];
    const spawned = await mqwarden([command, 'exec.yaml', ...more], { cwd });
    expect([spawned.code, spawned.stdout]).toEqual([1, '']);
    expect(spawned.stderr).toMatch(
      /^error exec\.yaml:\d+:\d+: the command echo is not run without --allow-exec/,
    );
    expect(spawned.stderr).not.toContain(canary);
    const allowed = await run(command, 'exec.yaml', '--allow-exec', ...more);
    expect(allowed.code).toBe(1);
    expect(allowed.stderr).toContain('localhost:1');
  });
});

describe('help', () => {
  it.each([
    [['--help']],
    [['plan', '--help']],
    [['apply', '--help']],
    [['show', '--help']],
    [['snapshot', '--help']],
  ])('%j shows usage and examples on stdout', async (args) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Usage: mqwarden');
    expect(stdout).toContain('Examples:');
  });

  it('a full disk under stdout is told, and no success', async () => {
    const full = await open('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [bin, '--help'], {
      cwd,
      stdio: ['ignore', full.fd, 'pipe'],
      encoding: 'utf8',
    });
    await full.close();
    expect([status, stderr]).toEqual([
      1,
      'error the output cannot be written (no space is left on the disk, ENOSPC)\n',
    ]);
  });

  it('tells its version', async () => {
    expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('errors before any broker is asked: exit 1, nothing on stdout, what to do', () => {
  it.each([
    { name: 'unknown command', args: ['plam'], says: ["unknown command 'plam'"] },
    { name: 'unknown option', args: ['plan', '--al'], says: ["unknown option '--al'"] },
    { name: 'no topology here', args: ['plan'], says: ['there is no ./topology and no ./mqwarden.yaml'] },
    { name: 'a topology that is not there', args: ['plan', 'nowhere.yaml'], says: ['nowhere.yaml'] },
    { name: 'an unknown key', args: ['plan', 'typo.yaml'], says: ['typo.yaml:10:', 'publish', 'publishes'] },
    { name: 'an empty file', args: ['plan', 'empty.yaml'], says: ['empty.yaml'] },
    { name: 'no services at all', args: ['plan', 'none.yaml'], says: ['services'] },
    {
      name: 'a literal password, not repeated',
      args: ['plan', 'literal.yaml'],
      says: ['literal.yaml:8:', 'env:NAME'],
    },
    {
      name: 'which environment?',
      args: ['plan', 'two.yaml'],
      says: ['several environments', '--env a | --env b'],
    },
    {
      name: 'an unknown environment',
      args: ['plan', 'two.yaml', '--env', 'constructor'],
      says: ['no environment constructor\n', '--env a | --env b'],
    },
    {
      name: 'a broker that the environment lacks',
      args: ['plan', 'one.yaml', '--only', 'kafka'],
      says: ['no kafka section'],
    },
    {
      name: 'an unknown service',
      args: ['plan', 'one.yaml', '--service', 'nobody'],
      says: ['no service nobody'],
    },
    { name: 'a variable that is not set', args: ['plan', 'one.yaml'], says: ['NOT_SET'] },
    {
      name: 'a percentage that is none',
      args: ['plan', 'one.yaml', '--max-deletes', '1e2'],
      says: ['0 to 100'],
    },
    {
      name: 'a topology swallowed by a list of addresses',
      args: ['plan', '--allow-data-loss', 'rabbitmq:queue:shop/q', 'one.yaml'],
      says: ['one.yaml is not an address'],
    },
    {
      name: 'an identity that the environment does not claim',
      args: ['plan', 'takeover.yaml'],
      says: ['takeover.yaml:', 'order-service would be known as monitoring', '*-service'],
    },
    {
      name: 'a time to wait that is none',
      args: ['apply', 'one.yaml', '--yes', '--lock-timeout', '60'],
      says: ['write it as 90s, 10m, 12h or 7d'],
    },
    {
      name: "a vhost that is mqwarden's own",
      args: ['plan', 'reserved.yaml'],
      says: ['reserved.yaml:', "is where mqwarden's own lock lives"],
    },
    { name: 'apply without a terminal', args: ['apply', 'one.yaml'], says: ['--yes'] },
    {
      name: 'a plan that is not there',
      args: ['apply', 'one.yaml', '--yes', '--plan', 'no.json'],
      says: ['no.json'],
    },
    {
      name: 'a plan that is none',
      args: ['apply', 'one.yaml', '--yes', '--plan', 'notaplan.json'],
      says: ['is not a saved plan'],
    },
    {
      name: 'a plan that was edited',
      args: ['apply', 'one.yaml', '--yes', '--plan', 'edited.json'],
      says: ['was changed since it was saved'],
    },
    {
      name: 'a plan with other decisions',
      args: ['apply', 'one.yaml', '--yes', '--plan', 'plan.json', '--prune'],
      says: ['carries its own decisions'],
    },
    {
      name: 'a plan for another environment',
      args: ['apply', 'two.yaml', '--yes', '--env', 'a', '--plan', 'plan.json'],
      says: ['made for environment test'],
    },
  ])('$name', async ({ args, says }) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout]).toEqual([1, '']);
    for (const part of says) expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  it.each([[['plan', '--bogus', '--format', 'json']], [['plan', 'two.yaml', '--format=json']]])(
    'a wrong command line is JSON too: %j',
    async (args) => {
      const { code, stdout, stderr } = await run(...args);
      expect([code, stdout]).toEqual([1, '']);
      expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'MQWARDEN_USAGE' } });
    },
  );

  it('is JSON on stderr with --format json', async () => {
    const { code, stdout, stderr } = await run('plan', 'typo.yaml', '--format', 'json');
    expect([code, stdout]).toEqual([1, '']);
    expect(JSON.parse(stderr)).toMatchObject({
      version: 1,
      error: { code: 'MQWARDEN_TOPOLOGY', file: 'typo.yaml', line: 10 },
    });
  });
});

describe('a reader that leaves', () => {
  it.each(['1', '2'])('is no error: descriptor %s closed', (descriptor) => {
    const command = `exec ${descriptor}>&-; exec "$0" "$@"`;
    const args = [
      '-c',
      command,
      process.execPath,
      bin,
      'plan',
      descriptor === '1' ? '--help' : 'nowhere.yaml',
    ];
    const { status, stderr } = spawnSync('bash', args, { cwd, encoding: 'utf8' });
    expect(status).toBe(descriptor === '1' ? 0 : 1);
    expect(stderr).toBe('');
  });

  it('may leave before anything is written', () => {
    const command = `"$0" "$@" 2>err.txt | true; cat err.txt`;
    const { stdout } = spawnSync('bash', ['-c', command, process.execPath, bin, 'plan', '--help'], {
      cwd,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
  });
});
