/** The GitHub Action, step by step: what it would send is recorded by a command that stands for `gh`. */
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { action, ownPullRequest, pullRequest, root, Runner } from './action.ts';

// Each test starts the program several times.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let runner: Runner;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mqwarden-action-'));
  runner = new Runner(folder);
  runner.installed();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (path: string) => join(runner.workspace, path);
const reference = (to = 'topology') => cpSync(join(root, 'topology'), at(to), { recursive: true });

/** A warning alone: it may see everybody's queues. */
const weak =
  'version: 1\nname: tickettoken\nservices: { monitor-service: { owner: ops, rabbitmq: { tags: [monitoring] } } }\n';
/** It does not load. */
const broken = 'version: 1\nname: tickettoken\nservices: { monitor: { ownr: ops } }\n';
const save = (file: string, text: string) => writeFileSync(at(file), text);
const planned = { environment: 'production', snapshot: 'live.json' };

describe('action.yml', () => {
  it('has the shape of a composite action', () => {
    expect(action.name).toBe('mqwarden');
    expect(action.runs.using).toBe('composite');
    for (const input of Object.values(action.inputs)) {
      expect([typeof input.description, typeof input.default]).toEqual(['string', 'string']);
    }
    for (const step of action.runs.steps) {
      expect(step.uses === undefined, step.name).toBe(step.shell === 'bash' && step.run !== undefined);
    }
  });

  it('has its inputs and defaults in docs/ci.md', () => {
    const text = readFileSync(join(root, 'docs/ci.md'), 'utf8');
    for (const [name, input] of Object.entries(action.inputs)) {
      expect(text).toContain(`| \`${name}\` | ${input.default === '' ? 'none' : `\`${input.default}\``} |`);
    }
  });

  it('runs nothing of a checkout on pull_request_target', () => {
    reference();
    runner.snapshot();
    const ran = runner.run(planned, pullRequest('stranger/brokers'), {
      GITHUB_EVENT_NAME: 'pull_request_target',
    });
    expect(ran.codes).toEqual({ 'Get mqwarden': 1 });
    expect(ran.log).toMatch(/^::error title=mqwarden::this action does not run on pull_request_target/m);
    expect([runner.calls('npm'), runner.calls('gh')]).toEqual([[], []]);
  });

  it('interpolates nothing into a script', () => {
    const scripts = action.runs.steps.flatMap(({ run }) => run ?? []);
    expect(scripts.length).toBeGreaterThan(3);
    for (const script of scripts) expect(script).not.toContain('${{');
  });
});

describe('a topology that is clean', () => {
  it('is linted, uploaded, planned and commented', () => {
    reference();
    runner.snapshot();
    const ran = runner.run(planned);
    expect(ran.codes, ran.log).toEqual({ 'Get mqwarden': 0, Lint: 0, Plan: 0, 'Comment the plan': 0 });
    expect(ran.uploads).toEqual([{ sarif_file: ran.outputs['sarif'], category: 'mqwarden/./topology' }]);
    expect(JSON.parse(readFileSync(ran.outputs['sarif'] ?? '', 'utf8'))).toMatchObject({ version: '2.1.0' });
    const plan = readFileSync(ran.outputs['plan'] ?? '', 'utf8');
    expect(plan).toContain('order-service');
    expect(ran.summary).toContain(plan);
    expect(runner.comments).toHaveLength(1);
    expect(runner.comments[0]?.body).toMatch(/^<!-- mqwarden-plan [0-9a-f]{16} -->\n/);
    expect(runner.comments[0]?.body).toContain(plan);
    expect(JSON.stringify([ran, runner.calls('gh')])).not.toContain('token-of-the-job');
  });

  it('has its place from the root on where the folder is another one, with spaces', () => {
    runner.installed('the brokers');
    reference('the brokers/our topology');
    runner.snapshot('the brokers/live.json');
    save('the brokers/our topology/services/monitor.yaml', broken);
    const inputs = { ...planned, 'working-directory': 'the brokers', topology: 'our topology' };
    const failed = runner.run(inputs);
    expect(failed.log).toContain('::error file=the brokers/our topology/services/monitor.yaml,line=3,');
    rmSync(at('the brokers/our topology/services/monitor.yaml'));
    const ran = runner.run(inputs);
    expect(ran.ok, ran.log).toBe(true);
    expect(runner.comments).toHaveLength(1);
  });

  it('is only linted where no environment is named', () => {
    reference();
    expect(runner.run().codes).toEqual({ 'Get mqwarden': 0, Lint: 0 });
    expect(runner.run({ sarif: 'false' }).uploads).toEqual([]);
  });
});

describe('what is not clean', () => {
  it('fails the job, and is uploaded all the same', () => {
    reference();
    save('topology/monitor.yaml', weak);
    const ran = runner.run({ 'fail-on': 'warning' });
    expect([ran.ok, ran.codes['Lint']], ran.log).toEqual([false, 2]);
    expect(ran.log).toMatch(/^::(?:error|warning|notice) file=topology\/monitor\.yaml,line=/m);
    expect(ran.uploads).toHaveLength(1);
    expect(ran.summary).toContain('monitor.yaml');
    expect(runner.run().codes['Lint']).toBe(0);
  });

  it('is an annotation where the topology does not load; an older plan in the comment is taken back', () => {
    reference();
    runner.snapshot();
    expect(runner.run(planned).ok).toBe(true);
    save('topology/broken.yaml', broken);
    const ran = runner.run(planned);
    expect(ran.codes).toEqual({ 'Get mqwarden': 0, Lint: 2, Plan: 1, 'Comment the plan': 0 });
    expect(ran.log).toContain('::error file=topology/broken.yaml,');
    expect(runner.comments).toHaveLength(1);
    expect(runner.comments[0]?.body).toContain('**There is no plan**');
    expect(runner.comments[0]?.body).not.toContain('order-service');
  });

  it('is not planned where there is nothing to look at', () => {
    const ran = runner.run(planned);
    expect(ran.codes).toEqual({ 'Get mqwarden': 0, Lint: 1 });
    expect(ran.uploads).toEqual([]);
  });

  it('has code beside it that is looked at, too, folders with spaces among it', () => {
    reference();
    for (const name of ['our code', 'code']) mkdirSync(at(name));
    save('our code/a.ts', "const url = 'amqps://mq.example.com';\n");
    save('code/a.ts', '');
    const inputs = { code: 'our code\ncode' };
    expect(runner.run(inputs).codes['Lint']).toBe(0);
    save('our code/a.ts', "const url = 'amqp://mq.example.com';\n");
    const ran = runner.run(inputs);
    expect(ran.codes['Lint']).toBe(2);
    expect(ran.log).toContain('file=our code/a.ts,line=1');
  });

  it('is silenced by a baseline', () => {
    reference();
    save('topology/monitor.yaml', weak);
    const inputs = { 'fail-on': 'warning', baseline: 'baseline.json' };
    expect(runner.run(inputs).codes['Lint']).not.toBe(0);
    const program = at('node_modules/.bin/mqwarden');
    expect(runner.spawn(program, ['lint', '--baseline', 'baseline.json', '--write-baseline']).stderr).toBe(
      '',
    );
    expect(runner.run(inputs).codes['Lint']).toBe(0);
  });
});

describe('a pull request without secrets', () => {
  it.each([
    ['from a fork', pullRequest('somebody/brokers'), {}],
    ['from a fork that is gone', { pull_request: { number: 7, head: { repo: null } } }, {}],
    ['by Dependabot', ownPullRequest, { GITHUB_ACTOR: 'dependabot[bot]' }],
  ])('%s is only linted, and says so', (_, event, variables) => {
    reference();
    runner.snapshot();
    const ran = runner.run(planned, event, variables);
    expect([ran.ok, ran.uploads, runner.calls('gh')]).toEqual([true, [], []]);
    expect(ran.log).toContain('::notice title=mqwarden::only linted');
    expect(ran.outputs).toEqual({ sarif: '', plan: '' });
  });
});

describe('the comment', () => {
  const ours = () => runner.comments.filter(({ user }) => user.login === 'github-actions[bot]');

  it('is updated, not repeated, behind others and on a later page; another environment has its own', () => {
    const others = [1, 2, 3].map((id) => ({ id, user: { login: 'somebody' }, body: `a remark ${id}` }));
    runner.comments = others;
    reference();
    runner.snapshot();
    runner.run(planned);
    const [first] = ours();
    save('topology/monitor.yaml', weak);
    runner.run(planned);
    expect(ours().map(({ id }) => id)).toEqual([first?.id]);
    expect(first?.body).not.toContain('monitor');
    expect(ours()[0]?.body).toContain('monitor');
    const methods = runner
      .calls('gh')
      .flatMap(({ args }) => args.filter((arg) => /^(?:POST|PATCH)$/.test(arg)));
    expect(methods).toEqual(['POST', 'PATCH']);
    runner.run({ ...planned, environment: 'local' });
    expect(ours()).toHaveLength(2);
    expect(runner.comments.slice(0, 3)).toEqual(others);
  });

  it('of somebody else with the same mark is left alone', () => {
    reference();
    runner.snapshot();
    runner.run(planned);
    const copied = { id: 1, user: { login: 'somebody' }, body: runner.comments[0]?.body ?? '' };
    runner.comments = [copied];
    runner.run(planned);
    expect(runner.comments[0]).toEqual(copied);
    expect(ours()).toHaveLength(1);
  });

  it('that is too long is cut, says so, and where the rest is', () => {
    const step = action.runs.steps.find(({ name }) => name === 'Comment the plan');
    reference();
    runner.snapshot();
    // mqwarden's own plans have at most 65,000 characters: another program stands in its place.
    rmSync(at('node_modules/.bin/mqwarden'));
    const long = `${'\u{1f3ab} a line\n'.repeat(9000)}the end\n`;
    const program = `#!/usr/bin/env node\nif (process.argv[2] === 'plan') process.stdout.write(${JSON.stringify(long)});\n`;
    writeFileSync(at('node_modules/.bin/mqwarden'), program, { mode: 0o755 });
    const ran = runner.run(planned);
    expect(ran.codes[step?.name ?? ''], ran.log).toBe(0);
    const body = ours()[0]?.body ?? '';
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body.length).toBeGreaterThan(65_000);
    expect(body).toContain('Too long for a comment');
    expect(body).toContain('https://github.com/tickettoken/brokers/actions/runs/42');
    expect(body).toMatch(/\u{1f3ab} a line$/u);
    expect(ran.summary).toContain('the end');
  });

  it('that may not be written says which permission is missing', () => {
    reference();
    runner.snapshot();
    const ran = runner.run(planned, ownPullRequest, { FORBIDDEN: '1' });
    expect([ran.ok, ran.codes['Comment the plan']]).toEqual([false, 1]);
    expect(ran.log).toContain('pull-requests: write');
    expect(ran.log).not.toContain('token-of-the-job');
  });

  it('needs a pull request', () => {
    reference();
    runner.snapshot();
    const ran = runner.run(planned, {});
    expect([ran.ok, runner.calls('gh')]).toEqual([true, []]);
    expect(ran.summary).toContain('order-service');
    runner.run({ ...planned, comment: 'false' });
    expect(runner.calls('gh')).toEqual([]);
  });
});

describe('inputs', () => {
  const quotes = `"; touch pwned; #'; touch pwned; \`touch pwned\` $(touch pwned)`;
  const hostile = ['"; touch pwned; #', quotes, '--help'];

  it.each(Object.keys(action.inputs))(
    '%s: nothing in it is run',
    (name) => {
      reference();
      runner.snapshot();
      for (const value of hostile) {
        const ran = runner.run({ ...planned, [name]: value });
        expect(globSync('**/pwned*', { cwd: folder }), value).toEqual([]);
        // A text that is no such thing is refused or, for comment, taken as no; never an option of another kind.
        expect(ran.ok, `${value}\n${ran.log}`).toBe(name === 'comment');
      }
    },
    120_000,
  );

  it('version: the project has its own, another is asked for by name, else it is that of the action', () => {
    reference();
    runner.run();
    expect(runner.calls('npm')).toEqual([]);
    const version = (text: string) => {
      runner.run({ version: text });
      return runner.calls('npm').at(-1)?.args.at(-1);
    };
    expect(version('^1.2.3')).toBe('mqwarden@^1.2.3');
    rmSync(at('node_modules'), { recursive: true });
    const { version: own } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(version('')).toBe(`mqwarden@${own}`);
    expect(runner.calls('npm').at(-1)?.args).toContain('--ignore-scripts');
    expect(existsSync(at('node_modules'))).toBe(false);
  });
});
