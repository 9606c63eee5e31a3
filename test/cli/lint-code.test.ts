/** lint --code as it is run: what it looks at, its formats, baselines and ignores, and that no secret gets out. */
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectNoCanary, mqwarden } from './run.ts';

const canary = 'canary-5f1c9e7a-horse';
let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'mqwarden-code-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const run = (...args: string[]) => mqwarden(['lint', ...args], { cwd, canaries: [canary] });
const save = async (file: string, text: string | Buffer) => {
  await mkdir(dirname(join(cwd, file)), { recursive: true });
  await writeFile(join(cwd, file), text);
};
const load = (file: string) => readFile(join(cwd, file), 'utf8');

interface Told {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: string;
}
const told = (stdout: string) => (JSON.parse(stdout) as { readonly findings: readonly Told[] }).findings;
const rulesIn = (stdout: string) => told(stdout).map(({ rule }) => rule);

const weak = 'export const options = { rejectUnauthorized: false };\n';
const fine = 'export const options = { rejectUnauthorized: true };\n';
const topology = `version: 1
name: shop
environments:
  production:
    rabbitmq:
      managementUrl: https://rabbitmq.internal:15671
      vhost: production
      admin: { username: provisioner, password: file:/run/secrets/rabbitmq }
services:
  monitor: { owner: ops, rabbitmq: { tags: [administrator] } }
`;

describe('what is looked at', () => {
  it('is code alone, unless a topology is named', async () => {
    await save('src/a.ts', weak);
    await save('mqwarden.yaml', topology);
    const alone = await run('--code', 'src', '--format', 'json');
    expect([alone.code, alone.stderr, rulesIn(alone.stdout)]).toEqual([2, '', ['MQC01']]);
    const both = await run('mqwarden.yaml', '--code', 'src', '--format', 'json');
    expect(rulesIn(both.stdout)).toEqual(expect.arrayContaining(['MQ106', 'MQC01']));
    expect(rulesIn((await run('--format', 'json')).stdout)).not.toContain('MQC01');
  });

  it('is every source file, once, and not what tools wrote or what a link leads to', async () => {
    for (const file of ['a.ts', 'b/c.cjs', 'b/d.mts', 'b/e.jsx']) await save(`src/${file}`, weak);
    for (const file of ['node_modules/x/a.js', 'dist/a.js', '.cache/a.js', 'types.d.ts', 'a.json'])
      await save(`src/${file}`, weak);
    await symlink('..', join(cwd, 'src/b/loop'));
    await symlink('nowhere.ts', join(cwd, 'src/gone.ts'));
    await symlink('c.cjs', join(cwd, 'src/b/again.cjs'));
    await save('elsewhere/a.ts', weak);
    await symlink('../elsewhere', join(cwd, 'src/elsewhere'));
    await symlink('../elsewhere/a.ts', join(cwd, 'src/elsewhere.ts'));
    const { stdout, stderr } = await run('--code', 'src', 'src/a.ts', '--format', 'json');
    expect(told(stdout).map(({ file }) => file)).toEqual([
      'src/a.ts',
      'src/b/c.cjs',
      'src/b/d.mts',
      'src/b/e.jsx',
    ]);
    expect(stderr).toBe('left out: 2 folders of tools (dist, node_modules), 2 links that lead out of it\n');
    // Whoever names a link means it, and what it leads to.
    const linked = await run('--code', 'src', 'src/elsewhere', '--format', 'json');
    expect([told(linked.stdout).length, linked.stderr]).toEqual([
      5,
      'left out: 2 folders of tools (dist, node_modules)\n',
    ]);
    // Whoever names a file means it.
    expect(rulesIn((await run('--code', 'src/dist/a.js', '--format', 'json')).stdout)).toEqual(['MQC01']);
  });

  describe('is not what git ignores:', () => {
    const filesIn = async (...args: string[]) => {
      const { stdout, stderr } = await run('--code', ...args, '--format', 'json');
      return { files: told(stdout).map(({ file }) => file), stderr };
    };
    beforeEach(async () => {
      for (const file of ['a.ts', 'gen/a.ts', 'gen/kept.ts', 'b/a.gen.ts', 'b/out/a.ts', 'b/A.GEN.ts'])
        await save(`repo/src/${file}`, weak);
      await save('repo/.gitignore', '# what is made\n*.gen.ts\nsrc/gen/*\n!src/gen/kept.ts\n');
      await save('repo/src/b/.gitignore', 'out/\n');
      await save('.gitignore', '*\n');
    });

    it('by the files of the repository, from its root in', async () => {
      await mkdir(join(cwd, 'repo/.git'));
      expect(await filesIn('repo/src')).toEqual({
        files: ['repo/src/a.ts', 'repo/src/b/A.GEN.ts', 'repo/src/gen/kept.ts'],
        stderr: 'left out: 3 that git ignores\n',
      });
      const { stdout } = await run('--code', 'repo/src');
      expect(stdout.split('\n').at(-2)).toBe('left out: 3 that git ignores');
      // What is named is meant, whatever git does with it.
      expect((await filesIn('repo/src/b/out', 'repo/src/gen/a.ts')).files).toEqual([
        'repo/src/b/out/a.ts',
        'repo/src/gen/a.ts',
      ]);
    });

    it('without a repository by those of the folder alone', async () => {
      expect((await filesIn('repo/src')).files).toHaveLength(5);
      expect((await filesIn('repo')).files).toHaveLength(3);
    });

    it('and says where that leaves nothing', async () => {
      await save('repo/src/b/.gitignore', '*\n');
      const { code, stderr } = await run('--code', 'repo/src/b');
      expect(code).toBe(1);
      expect(stderr).toContain(
        'no source file in the folder repo/src/b, but for what is left out: 3 that git',
      );
    });

    it.each(['[', '\\', '(((', `${'*a'.repeat(100)}b`, '!', '[z-a]', 'a\0b'])(
      'a pattern may be anything: %j',
      async (pattern) => {
        await save('repo/src/.gitignore', `${pattern}\n`);
        await save(`repo/src/${'a'.repeat(200)}.ts`, weak);
        const { code, stderr } = await run('--code', 'repo/src', 'repo/src/a.ts', '--format', 'json');
        expect([code, stderr.split('\n').length]).toEqual([2, stderr === '' ? 1 : 2]);
      },
    );
  });

  it('is not what --exclude names, wherever that is named', async () => {
    for (const file of ['src/a.ts', 'src/old/a.ts', 'src/b/old/a.ts', 'src/b/c.ts']) await save(file, weak);
    const filesBut = async (...args: string[]) => told((await run(...args, '--format', 'json')).stdout);
    const globs = ['--exclude', './src/old', '--exclude', '*.spec.ts', '--exclude', 'src/b/**/a.ts'];
    expect((await filesBut('--code', 'src', 'src/old/a.ts', ...globs)).map(({ file }) => file)).toEqual([
      'src/a.ts',
      'src/b/c.ts',
    ]);
    const { stderr } = await run('--code', 'src', ...globs, '--format', 'json');
    expect(stderr).toBe('left out: 2 by --exclude\n');
    const none = await run('--code', 'src/old', ...globs);
    expect([none.code, none.stdout]).toEqual([
      0,
      '0 errors, 0 warnings, 0 notes\nleft out: 1 by --exclude\n',
    ]);
    // Of what was not looked at, a baseline is not judged.
    const base = ['--baseline', 'base.json'];
    expect((await run('--code', 'src', ...base, '--write-baseline')).code).toBe(0);
    await save('src/old/a.ts', fine);
    expect((await run('--code', 'src', ...base, ...globs)).code).toBe(0);
    expect((await run('--code', 'src', ...base)).stdout).toContain('MQ020');
  });

  it.each([
    ['a path that is not there', ['--code', 'nowhere'], 'nowhere cannot be read'],
    ['a folder without sources', ['--code', 'empty'], 'no source file in the folder empty'],
    ['a topology behind it', ['--code', 'src', 'topology'], 'a topology stands before --code'],
    ['what narrows a topology', ['--code', 'src', '--env', 'staging'], '--env is about a topology'],
    ['what is left out of no code', ['topology', '--exclude', 'a'], '--exclude is about source code'],
    ['no path', ['--code'], "option '--code <src...>' argument missing"],
  ])('cannot be %s', async (_, args, said) => {
    await save('src/a.ts', fine);
    await save('topology/a.yaml', topology);
    await mkdir(join(cwd, 'empty'));
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(said);
  });
});

describe('a file that cannot be looked into', () => {
  const deep = 100_000;
  it.each([
    ['a syntax error', 'const a = 1;\nconst = 2;\n', { line: 2, column: 7, severity: 'error' }],
    ['bytes that are no text', Buffer.from([0x61, 0xff, 0xfe]), { line: 1, column: 1, severity: 'error' }],
    [
      'endless nesting',
      `x = ${'['.repeat(deep)}${']'.repeat(deep)}`,
      { line: 1, column: 1, severity: 'error' },
    ],
    ['a bundle', `x = '${'a'.repeat(2 * 1024 * 1024)}'`, { line: 1, column: 1, severity: 'note' }],
  ])('is told, and the others are looked at: %s', async (_, text, place) => {
    await save('src/a.js', text);
    await save('src/b.js', weak);
    const { code, stdout, stderr } = await run('--code', 'src', '--format', 'json');
    expect([code, stderr]).toEqual([2, '']);
    expect(told(stdout)).toMatchObject([
      { rule: 'MQC00', file: 'src/a.js', ...place },
      { rule: 'MQC01', file: 'src/b.js' },
    ]);
  });
});

describe('a secret', () => {
  const wrong: Readonly<Record<string, string>> = {
    'in an option': `connect({ password: '${canary}', rejectUnauthorized: false });`,
    'on the next line': `const password =\n  '${canary}'; connect({ rejectUnauthorized: false });`,
    'in a template': `connect({ secret: \`\${a}${canary}\`, rejectUnauthorized: false });`,
    'in an address': `connect('amqp://orders:${canary}@rabbitmq'); f({ rejectUnauthorized: false });`,
    'in a comment': `f({ rejectUnauthorized: false }); // password: ${canary}`,
    'in a broken file': `connect({ password: '${canary}', );`,
    'by assignment': `options.password = '${canary}'; options.rejectUnauthorized = false;`,
    'in a class': `class A { private dbPassword = '${canary}'; rejectUnauthorized = false }`,
  };
  const formats = ['json', 'sarif', 'junit', 'github', 'markdown'];

  it.each(Object.keys(wrong))('%s is shown in no format', async (name) => {
    await save('src/a.ts', wrong[name] ?? '');
    const copies = formats.flatMap((format) => ['--also', `${format}=out.${format}`]);
    const { code, stdout } = await run('--code', 'src', ...copies);
    expect(code).toBe(2);
    expect(stdout).toMatch(/MQC0[01]/);
    for (const format of formats) {
      const written = await load(`out.${format}`);
      expect(written).toMatch(/MQC0[01]/);
      expectNoCanary(written, [canary]);
    }
  });
});

it('shows the line, and a mark where it is', async () => {
  await save('src/a.ts', `\n${weak}`);
  const { stdout } = await run('--code', 'src');
  expect(stdout).toContain(
    'error src/a.ts:2:26: rejectUnauthorized is false: any certificate is taken MQC01 unverified-tls\n' +
      '  2 | export const options = { rejectUnauthorized: false };\n' +
      '                               ^\n',
  );
});

it('shares a baseline with the topology, each keeping its own', async () => {
  await save('mqwarden.yaml', topology);
  await save('src/a.ts', weak);
  await save('other/b.ts', weak);
  const base = ['--baseline', 'base.json', '--format', 'json'];
  const both = ['mqwarden.yaml', '--code', 'src', 'other', ...base];
  expect((await run(...both, '--write-baseline')).code).toBe(0);
  expect((await run(...both)).code).toBe(0);
  expect(await load('base.json')).toContain('"file":"src/a.ts"');
  // One sort, or one folder, says nothing of the others.
  for (const args of [
    ['mqwarden.yaml'],
    ['--code', 'src'],
    ['--code', './other/b.ts'],
    ['--code', join(cwd, 'src')],
  ])
    expect((await run(...args, ...base)).code).toBe(0);
  await save('src/a.ts', fine);
  const stale = await run('--code', 'src', ...base);
  expect([stale.code, rulesIn(stale.stdout)]).toEqual([2, ['MQ020']]);
  expect((await run('--code', 'src', ...base, '--prune-baseline')).code).toBe(0);
  expect((await run(...both)).code).toBe(0);
  expect(await load('base.json')).not.toContain('src/a.ts');
  // Written anew of the code, it keeps what it has of the topology.
  await save('src/a.ts', weak);
  expect((await run('--code', 'src', ...base, '--write-baseline')).code).toBe(0);
  expect((await run(...both)).code).toBe(0);
});

it('explains a rule of code', async () => {
  const { code, stdout } = await mqwarden(['explain', 'unverified-tls'], { cwd });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^# MQC01: unverified-tls/);
  expect(stdout).toContain('## Found\n\n```ts\n');
});
