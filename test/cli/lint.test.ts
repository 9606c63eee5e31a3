/** lint as it is run: exit codes, formats, files that it writes, and that no secret gets out. Nothing here opens a connection. */
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectNoCanary, mqwarden } from './run.ts';

const canary = 'canary-5f1c9e7a-horse';
let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'mqwarden-lint-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const run = (...args: string[]) => mqwarden(args, { cwd, canaries: [canary] });
const save = (file: string, text: string) => writeFile(join(cwd, file), text);
const load = (file: string) => readFile(join(cwd, file), 'utf8');

const environment = (more = '') => `environments:
  production:
    rabbitmq:
      managementUrl: https://rabbitmq.internal:15671
      vhost: production
      admin: { username: provisioner, password: file:/run/secrets/rabbitmq }
${more}`;
const topology = (services: string, more = '') =>
  `version: 1\nname: shop\n${environment(more)}services:\n${services}`;
const monitor = '  monitor: { owner: ops, rabbitmq: { tags: [administrator] } }\n';
const clean = '  orders: { owner: orders-team, rabbitmq: {} }\n';

interface Document {
  readonly findings: readonly { readonly rule: string; readonly line: number; readonly service?: string }[];
  readonly summary: Readonly<Record<string, number>>;
}
/** Rules come and go; these tests are about those that they name. */
const rulesIn = (stdout: string) => (JSON.parse(stdout) as Document).findings.map(({ rule }) => rule);

describe('exit codes', () => {
  it('are 2 for what is severe enough, 0 for what is not', async () => {
    await save('mqwarden.yaml', topology(monitor));
    const failed = await run('lint');
    expect(failed.code).toBe(2);
    expect(failed.stdout).toContain(`error mqwarden.yaml:10:45: monitor has the tag administrator`);
    expect(failed.stderr).toBe('');
    await save('mqwarden.yaml', topology(monitor.replace('administrator', 'monitoring')));
    expect((await run('lint')).code).toBe(0);
    expect((await run('lint', '--fail-on', 'warning')).code).toBe(2);
  });

  it('are of all environments, whatever MQWARDEN_ENV says', async () => {
    await save('mqwarden.yaml', topology(monitor));
    const { code } = await mqwarden(['lint'], { cwd, variables: { MQWARDEN_ENV: 'other' } });
    expect(code).toBe(2);
    expect((await run('lint', '--env', 'other')).stderr).toContain('no environment "other"');
  });

  it('are 2 for a topology that does not load, which is a finding', async () => {
    await save('mqwarden.yaml', topology(clean.replace('owner', 'ownr')));
    const { code, stdout } = await run('lint', '--format', 'json');
    expect(code).toBe(2);
    expect((JSON.parse(stdout) as Document).findings).toMatchObject([
      { rule: 'MQ002', file: 'mqwarden.yaml', line: 10, column: 13, service: 'orders', severity: 'error' },
    ]);
    expect((JSON.parse(stdout) as Document).summary).toEqual({ error: 1, warning: 0, note: 0 });
  });

  it('are 2 for a file that is not text', async () => {
    await mkdir(join(cwd, 'topology'));
    await save('topology/a.yaml', topology(clean));
    await writeFile(join(cwd, 'topology/b.yaml'), Buffer.from([0xff, 0xfe, 0xff]));
    const { code, stdout } = await run('lint', '--format', 'json');
    expect(code).toBe(2);
    expect(rulesIn(stdout)).toEqual(['MQ001']);
  });

  it.each([
    ['no topology at all', ['lint'], 'there is no ./topology'],
    ['one that is not there', ['lint', 'other.yaml'], 'other.yaml does not exist'],
    ['an empty folder', ['lint', '.'], 'no YAML file'],
    ['a rule that there is not', ['explain', 'literal-secrets'], 'did you mean literal-secret?'],
    ['a baseline to write and no name', ['lint', 'x', '--write-baseline'], 'needs a baseline'],
    ['a copy without a file', ['lint', '--also', 'sarif'], 'sarif|junit'],
    ['a copy in place of a topology', ['lint', '--also', 'json=topology/a.yaml'], 'would be replaced'],
    ['two copies in one file', ['lint', '--also', 'json=a', '--also', 'junit=a'], 'a is named twice'],
    ['and by two ways', ['lint', '--also', 'json=a', '--also', 'junit=./a'], './a is named twice'],
    [
      'a copy over the baseline',
      ['lint', '--baseline', 'b', '--also', 'json=./b'],
      '--also would write over the baseline b',
    ],
  ])('are 1 for %s', async (_, args, said) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(said);
  });
});

describe('a secret', () => {
  const wrong: Readonly<Record<string, string>> = {
    'in clear': topology(clean).replace('file:/run/secrets/rabbitmq', canary),
    'on the next line': topology(clean).replace(
      '{ username: provisioner, password: file:/run/secrets/rabbitmq }',
      `\n        username: p\n        password:\n          ${canary}`,
    ),
    'in a block': topology(clean).replace(
      '{ username: provisioner, password: file:/run/secrets/rabbitmq }',
      `\n        username: p\n        password: |\n          ${canary}`,
    ),
    'in a broken file': topology(clean).replace('file:/run/secrets/rabbitmq', `"${canary}`),
    'in a service': topology(`  orders: { rabbitmq: { password: ${canary} } }\n`),
    'in an address': topology(clean).replace('https://rabbitmq', `https://admin:${canary}@rabbitmq`),
  };
  const formats = ['json', 'sarif', 'junit', 'github', 'markdown'];

  it.each(Object.keys(wrong))('%s is found, and shown in no format', async (name) => {
    await save('mqwarden.yaml', wrong[name] ?? '');
    const { code, stdout } = await run(
      'lint',
      ...formats.flatMap((format) => ['--also', `${format}=out.${format}`]),
    );
    expect(code).toBe(2);
    expect(stdout).toMatch(/MQ101|MQ001/);
    for (const format of formats) {
      const written = await load(`out.${format}`);
      expect(written).toMatch(/MQ101|MQ001/);
      expectNoCanary(written, [canary]);
    }
  });
});

it('writes several formats at once', async () => {
  await save('mqwarden.yaml', topology(monitor));
  const { code, stdout } = await run(
    'lint',
    '--format',
    'github',
    '--also',
    'sarif=a.sarif',
    '--also',
    'junit=b.xml',
  );
  expect(code).toBe(2);
  expect(stdout).toContain('::error file=mqwarden.yaml,line=10,col=45,title=MQ106 powerful-tag::monitor');
  expect(JSON.parse(await load('a.sarif'))).toMatchObject({ version: '2.1.0' });
  expect(await load('b.xml')).toContain('<failure type="error" message="monitor has the tag administrator');
});

it('says why a file cannot be read or written', async () => {
  await save('mqwarden.yaml', topology(clean));
  await mkdir(join(cwd, 'folder'));
  const said = async (...args: string[]) => {
    const { code, stderr } = await run('lint', ...args);
    return [code, stderr.split('\n')[0]];
  };
  expect(await said('--also', 'json=folder')).toEqual([
    1,
    'error folder cannot be written (it is there, and is not an ordinary file)',
  ]);
  expect(await said('--also', 'json=none/a.json')).toEqual([
    1,
    'error none/a.json cannot be written (no such file or folder, ENOENT)',
  ]);
  expect(await said('--baseline', 'folder')).toEqual([
    1,
    'error the baseline folder cannot be read (folder is a folder, not a file)',
  ]);
});

it('compares with a baseline, which goes stale', async () => {
  await save('mqwarden.yaml', topology(monitor));
  const base = ['lint', '--format', 'json', '--baseline', 'base.json'];
  expect((await run(...base)).stderr).toContain('there is no baseline base.json');
  expect((await run(...base, '--write-baseline')).code).toBe(0);
  expect((await run(...base)).code).toBe(0);
  // Moved, and one more.
  await save('mqwarden.yaml', topology(`# A comment.\n${monitor}${monitor.replace('monitor', 'other')}`));
  const more = await run(...base);
  expect(more.code).toBe(2);
  const tagged = (JSON.parse(more.stdout) as Document).findings.filter(({ rule }) => rule === 'MQ106');
  expect(tagged).toMatchObject([{ service: 'other' }]);
  await save('mqwarden.yaml', topology(clean));
  const stale = await run(...base);
  expect([stale.code, rulesIn(stale.stdout).includes('MQ020')]).toEqual([2, true]);
  expect((await run(...base, '--service', 'orders')).code).toBe(0);
  // Two at once: each writes a whole file in the place of the other's, and both write the same.
  const pruned = await Promise.all([1, 2].map(() => run(...base, '--prune-baseline')));
  expect(pruned.map(({ code }) => code)).toEqual([0, 0]);
  expect(await load('base.json')).toMatch(/^\{\n {2}"version": 1,\n {2}"findings": \[/);
  expect(await load('base.json')).not.toContain('MQ106');
});

it.each([
  ['whose key is written with an escape', `"pass\\x77ord": ${canary}`],
  ['on the line below its key', `? password\n        : ${canary}`],
  ['that broke off from its key', `password:\n${canary}`],
])('shows no line with a secret %s', async (_, written) => {
  const text = topology(clean).replace(
    '{ username: provisioner, password: file:/run/secrets/rabbitmq }',
    `\n        username: p\n        ${written}`,
  );
  await save('mqwarden.yaml', text);
  const { code, stdout } = await run('lint');
  expect(code).toBe(2);
  expectNoCanary(stdout, [canary]);
});

it('accepts nothing that keeps the topology from loading, whichever rule tells it', async () => {
  await save('mqwarden.yaml', topology('  orders: { owner: orders-team, rabbitmq: { user: guest } }\n'));
  const base = ['lint', '--format', 'json', '--baseline', 'base.json'];
  const written = await run(...base, '--write-baseline');
  expect([written.code, rulesIn(written.stdout)]).toEqual([2, ['MQ102']]);
  expect(await load('base.json')).not.toContain('MQ102');
});

it('repairs what is safe, and leaves the rest of the file and its mode alone', async () => {
  const text = topology(clean, '      amqpsUrl: amqp://rabbitmq.internal:5672 # the old port\n').replace(
    'managementUrl: https://rabbitmq.internal:15671',
    'managementUrl:   https://rabbitmq.internal:15671',
  );
  await save('mqwarden.yaml', text);
  await chmod(join(cwd, 'mqwarden.yaml'), 0o640);
  const { code, stderr } = await run('lint', '--fix');
  expect({ code, stderr }).toEqual({ code: 0, stderr: 'fixed 1 of what was found\n' });
  expect(await load('mqwarden.yaml')).toBe(
    text.replace('amqp://rabbitmq.internal:5672', 'amqps://rabbitmq.internal:5671'),
  );
  expect((await stat(join(cwd, 'mqwarden.yaml'))).mode & 0o777).toBe(0o640);
});

describe('--fix', () => {
  const endpoint = 'https://rabbitmq.internal:15671';
  const weak = () => topology(clean).replace(endpoint, 'http://rabbitmq.internal:15672');
  const readBack = () => readFile(join(cwd, 'mqwarden.yaml'), 'utf8');

  it('leaves a byte order mark and Windows line ends', async () => {
    await save('mqwarden.yaml', `\ufeff${weak().replaceAll('\n', '\r\n')}`);
    await run('lint', '--fix');
    expect(await readBack()).toBe(`\ufeff${topology(clean).replaceAll('\n', '\r\n')}`);
  });

  it('does not write to a file that is read-only, or a link', async () => {
    await save('mqwarden.yaml', weak());
    await chmod(join(cwd, 'mqwarden.yaml'), 0o444);
    const { code, stderr } = await run('lint', '--fix');
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('mqwarden.yaml cannot be written (it is read-only)'),
    ]);
    expect(await readBack()).toBe(weak());
    await symlink('mqwarden.yaml', join(cwd, 'link.yaml'));
    expect((await run('lint', 'link.yaml', '--fix')).code).toBe(1);
    expect(await readBack()).toBe(weak());
  });

  it('does not write over what somebody wrote meanwhile', async () => {
    await save('mqwarden.yaml', weak());
    await mkdir(join(cwd, 'rules'));
    // A rule that takes its time, in which somebody saves the file.
    await save(
      'rules/slow.js',
      `import { appendFileSync } from 'node:fs';
      export default { id: 'ACME001', name: 'slow', severity: 'note', summary: 'S.', why: 'W.', instead: 'I.',
        inTopology() { appendFileSync('mqwarden.yaml', '# mine\\n'); return []; } };`,
    );
    const { code, stderr } = await run('lint', '--fix', '--rules', 'rules');
    expect([code, stderr]).toEqual([1, expect.stringContaining('was changed while lint looked at it')]);
    expect(await readBack()).toContain('http://rabbitmq.internal:15672');
  });
});

describe('rules of ones own', () => {
  const rule = (body: string) =>
    `export default { id: 'ACME001', name: 'acme-owner', severity: 'error', summary: 'S.', why: 'W.', instead: 'I.', ${body} };`;
  const found = `*inTopology({ topology }) {
    for (const { name, owner } of topology.services.values())
      if (!/-team$/.test(owner ?? '')) yield { position: topology.locate(['services', name]), message: name + ' has no team' };
  }`;

  const spotted = (spot: string) =>
    rule(`inTopology({ topology }) { const at = topology.locate([]); return [{ message: 'x', ${spot} }]; }`);

  beforeEach(() => mkdir(join(cwd, 'rules')));

  it('keep nothing from being found, whatever they do to the topology', async () => {
    await save('mqwarden.yaml', topology(clean.replace('orders-team', 'someone')));
    const without = await run('lint', '--format', 'json');
    await save(
      'rules/a.js',
      rule('inTopology(view) { view.topology.services.clear(); view.sites.length = 0; return []; }'),
    );
    const { code, stdout } = await run('lint', '--rules', 'rules', '--format', 'json');
    expect([code, rulesIn(stdout)]).toEqual([without.code, rulesIn(without.stdout)]);
  });

  it('are run, ignored and explained like any other', async () => {
    await save('rules/owner.js', rule(found));
    await save('mqwarden.yaml', topology(clean.replace('orders-team', 'someone')));
    const { code, stdout } = await run('lint', '--rules', 'rules', '--format', 'json');
    expect([code, rulesIn(stdout).includes('ACME001')]).toEqual([2, true]);
    await save(
      'mqwarden.yaml',
      topology(clean.replace('orders-team', 'someone').trimEnd() + ' # mqwarden-ignore ACME001: a test\n'),
    );
    expect(rulesIn((await run('lint', '--rules', 'rules', '--format', 'json')).stdout)).not.toContain(
      'ACME001',
    );
    expect((await run('explain', 'acme-owner', '--rules', 'rules')).stdout).toContain(
      '# ACME001: acme-owner',
    );
  });

  it('may be TypeScript, about one broker', async () => {
    const body = `broker: 'rabbitmq' as const, *onSite(site: { landscape: { services: readonly { name: string; locate(path: string[]): object }[] } }) {
      for (const one of site.landscape.services) yield { position: one.locate([]), message: one.name + ' is on RabbitMQ' };
    }`;
    await save('rules/rabbit.ts', rule(body));
    await save('mqwarden.yaml', topology(clean));
    expect((await run('lint', '--rules', 'rules')).stdout).toContain(
      'orders is on RabbitMQ ACME001 acme-owner',
    );
  });

  it('may compare the environments of one broker', async () => {
    const body = `broker: 'rabbitmq', *acrossSites(sites) {
      const [one, other] = sites;
      if (one.production !== other.production) yield { position: other.landscape.environment.locate([]), message: other.environment + ' is not as ' + one.environment };
    }`;
    await save('rules/both.js', rule(body));
    const staging = environment()
      .replace(/^environments:\n/, '')
      .replace(/production/g, 'staging');
    await save('mqwarden.yaml', topology(clean, staging));
    expect((await run('lint', '--rules', 'rules')).stdout).toContain(
      'staging is not as production ACME001 acme-owner',
    );
    await save('rules/both.js', rule('*acrossSites() {}'));
    expect((await run('lint', '--rules', 'rules')).stderr).toContain('must say which broker it is about');
  });

  it('are as the examples of them', async () => {
    await save('mqwarden.yaml', topology(clean.replace('orders-team', 'someone')));
    const examples = fileURLToPath(new URL('../../examples/lint-rules', import.meta.url));
    const { stdout } = await run('lint', '--rules', examples, '--format', 'json');
    const own = (JSON.parse(stdout) as Document).findings.filter(({ rule }) => rule.startsWith('ACME'));
    expect(own).toMatchObject([
      { rule: 'ACME001', message: 'orders has no team', line: 10, column: 20 },
      { rule: 'ACME002', message: 'orders may open any number of connections', line: 10, column: 29 },
    ]);
  });

  it.each([
    ['no rule', 'export default 1;', 'is no rule'],
    ['an id of ours', rule(found).replace('ACME001', 'MQ101'), 'MQ101 must be MQ9'],
    ['no broker', rule('onSite() { return []; }'), 'which broker'],
    ['two ways to look', rule(`${found}, inFile() { return []; }`), 'must have one of'],
    [
      'a mistake in it',
      rule('inTopology() { return undefined.x; }'),
      'the rule ACME001 of rules/a.js failed',
    ],
    ['no position', rule(`*inTopology() { yield { message: 'x' }; }`), 'has no position'],
    ['a syntax error', 'export default {', 'cannot be loaded'],
    ['a place before the first line', spotted('position: { ...at, line: 0 }'), 'has no position'],
    ['nothing found', rule('inTopology() { return [null]; }'), 'has no message'],
    [
      'a severity of its own',
      spotted(`position: at, severity: 'fatal'`),
      'no severity of: error, warning, note',
    ],
    ['a hint that is no text', spotted('position: at, hint: 5'), 'must be text'],
    ['a fix that is no list', spotted(`position: at, fix: 'x'`), 'fix of what it found must be a list'],
    ['a name of ours', rule(found).replace('acme-owner', 'powerful-tag'), 'ACME001 has the name of MQ106'],
    ['an id as of audit', rule(found).replace('ACME001', 'MQA001'), 'MQA001 must be MQ9'],
  ])('say what is wrong with them: %s', async (_, text, said) => {
    await save('rules/a.js', text);
    await save('mqwarden.yaml', topology(clean));
    const { code, stderr } = await run('lint', '--rules', 'rules');
    expect(code).toBe(1);
    expect(stderr).toContain(said);
  });
});

it('explains what verify finds, too', async () => {
  const { code, stdout } = await run('explain', 'works-unasked');
  expect(code).toBe(0);
  expect(stdout).toContain('# MQ402: works-unasked');
  expect(stdout).toContain('may do what the topology does not grant');
});

it('explains what audit asks, by its id and by its name', async () => {
  const { code, stdout } = await run('explain', 'mqa05');
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^# MQA05: rabbitmq-guest\n[^]*check 5 of the checklist/),
  ]);
  expect((await run('explain', 'rabbitmq-guest')).stdout).toBe(stdout);
});

it('explains a rule with its examples', async () => {
  const { code, stdout } = await run('explain', 'mq101');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^# MQ101: literal-secret/);
  expect(stdout).toContain('## Found');
});
