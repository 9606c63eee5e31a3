/** What pre-commit and GitLab are given: their published shapes, and the commands in them, run in bash. */
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { load, root, Runner } from './action.ts';

// Each test starts the program several times.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let runner: Runner;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mqwarden-ci-'));
  runner = new Runner(folder);
  runner.installed();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (path: string) => join(runner.workspace, path);
const reference = (to = 'topology') => cpSync(join(root, 'topology'), at(to), { recursive: true });
const broken = (to = 'topology') =>
  writeFileSync(
    at(`${to}/broken.yaml`),
    'version: 1\nname: tickettoken\nservices: { monitor: { ownr: ops } }\n',
  );

describe('pre-commit', () => {
  interface Hook {
    readonly id: string;
    readonly name: string;
    readonly entry: string;
    readonly language: string;
    readonly files: string;
    readonly exclude?: string;
    readonly pass_filenames?: boolean;
  }
  interface Config {
    readonly repos: readonly {
      readonly repo: string;
      readonly rev: string;
      readonly hooks: readonly {
        readonly id: string;
        readonly args: readonly string[];
        readonly files: string;
      }[];
    }[];
  }
  const [hook, forCode] = load('.pre-commit-hooks.yaml') as readonly [Hook, Hook];
  const [repo] = (load('examples/pre-commit/.pre-commit-config.yaml') as Config).repos;
  const used = repo?.hooks[0];

  /** As pre-commit does without a shell: the entry's words, then the arguments. */
  const run = (args: readonly string[], { entry } = hook) => {
    const [command = '', ...words] = entry.split(' ');
    return runner.spawn(command, [...words, ...args]);
  };

  it('finds the hook by its id, and both say when it runs', () => {
    expect(hook).toMatchObject({ id: 'mqwarden-lint', language: 'system', pass_filenames: false });
    expect([used?.id, typeof repo?.repo, typeof repo?.rev]).toEqual([hook.id, 'string', 'string']);
    for (const files of [hook.files, used?.files ?? '']) {
      expect('topology/services/order-service.yaml').toMatch(new RegExp(files));
      expect('src/topology/services.ts').not.toMatch(new RegExp(files));
    }
    expect('mqwarden.yaml').toMatch(new RegExp(hook.files));
  });

  it('passes what is clean, and fails what is not', () => {
    reference();
    expect(run(used?.args ?? [])).toMatchObject({ status: 0 });
    expect(run([])).toMatchObject({ status: 0 });
    broken();
    const { status, stdout } = run(used?.args ?? []);
    expect([status, stdout]).toEqual([2, expect.stringContaining('topology/broken.yaml:3:')]);
  });

  it('looks at the code of a commit, file by file', () => {
    expect(forCode).toMatchObject({ id: repo?.hooks[1]?.id, language: 'system' });
    const [files, exclude] = [new RegExp(forCode.files), new RegExp(forCode.exclude ?? '')];
    const names = ['src/a.ts', 'src/a.mjs', 'src/a.tsx', 'src/a.d.ts', 'src/a.json', 'topology/a.yaml'];
    // A name that would be an option of lint; whoever sets one of the two for themselves has the other.
    for (const name of ['--also=json=src/main.ts', '--rules=x/a.js', '-x.ts'])
      expect([files.test(name), exclude.test(name)]).toEqual([false, true]);
    expect(names.filter((name) => files.test(name) && !exclude.test(name))).toEqual(names.slice(0, 3));
    writeFileSync(at('good.ts'), "const url = 'amqps://mq.example.com';\n");
    writeFileSync(at('bad one.ts'), "const url = 'amqp://mq.example.com';\n");
    expect(run(['good.ts'], forCode)).toMatchObject({ status: 0 });
    const { status, stdout } = run(['good.ts', 'bad one.ts'], forCode);
    expect([status, stdout]).toEqual([2, expect.stringContaining('bad one.ts:1:13')]);
  });

  it('takes a folder with spaces', () => {
    reference('our topology');
    expect(run(['our topology'])).toMatchObject({ status: 0 });
  });
});

describe('GitLab', () => {
  interface Job {
    readonly script: readonly string[];
    readonly artifacts: {
      readonly when?: string;
      readonly reports?: { readonly junit: string };
      readonly paths?: readonly string[];
    };
  }
  const pipeline = load('examples/gitlab/.gitlab-ci.yml') as Record<
    'mqwarden-lint' | 'mqwarden-plan',
    Job
  > & {
    readonly variables: Readonly<Record<string, string>>;
  };
  const run = (job: Job, variables: Readonly<Record<string, string>> = {}) =>
    runner.spawn('bash', ['--noprofile', '--norc', '-euo', 'pipefail', '-c', job.script.join('\n')], {
      ...pipeline.variables,
      ...variables,
    });
  const lint = pipeline['mqwarden-lint'];
  const plan = pipeline['mqwarden-plan'];

  it('gets a JUnit report, of findings too', () => {
    const junit = () => readFileSync(at(lint.artifacts.reports?.junit ?? ''), 'utf8');
    reference();
    expect(run(lint)).toMatchObject({ status: 0 });
    expect(junit()).toContain('<testsuites');
    expect(junit()).not.toContain('<failure');
    broken();
    expect(run(lint)).toMatchObject({ status: 2 });
    expect(lint.artifacts.when).toBe('always');
    expect(junit()).toContain('<failure');
  });

  it('gets the plan as an artifact', () => {
    reference('our topology');
    runner.snapshot();
    const { status, stderr } = run(plan, { TOPOLOGY: 'our topology' });
    expect([status, stderr]).toEqual([0, '']);
    expect(readFileSync(at(plan.artifacts.paths?.[0] ?? ''), 'utf8')).toContain('order-service');
    expect(run(plan, { SNAPSHOT: 'missing.json' })).toMatchObject({ status: 1 });
  });

  it.each(['TOPOLOGY', 'ENVIRONMENT', 'SNAPSHOT'])('runs nothing that stands in %s', (name) => {
    reference();
    runner.snapshot();
    for (const value of ['"; touch pwned; #', '$(touch pwned)']) {
      expect(run(plan, { [name]: value }).status).toBe(1);
      if (name === 'TOPOLOGY') expect(run(lint, { [name]: value }).status).toBe(1);
    }
    expect(globSync('**/pwned*', { cwd: folder })).toEqual([]);
  });
});
