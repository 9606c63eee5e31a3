/**
 * A secret appears nowhere: not in what is printed at any level, not in a plan, the audit log or an argument list, whether all
 * goes well or a broker says back what it was sent. Everything that the runs here say and write is searched at the end, when
 * every secret is known: given and generated passwords, and the hashes that the broker holds.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { restoreAuthority } from '../brokers/certificates.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { kafkaAdmin } from '../brokers/kafka-admin.ts';
import { type KafkaProxy, startKafkaProxy } from '../brokers/proxy-kafka.ts';
import {
  type ManagementProxy,
  type ManagementRequest,
  type ManagementVerdict,
  startManagementProxy,
} from '../brokers/proxy-management.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { leaksIn, type Text, writtenBelow } from './canary-search.ts';
import { reflecting } from './endpoints.ts';
import { argumentLists, hasProc, marked } from './processes.ts';
import { mqwarden, type Run } from './run.ts';

vi.setConfig({ testTimeout: 120_000 });

const { rabbitmq, kafka } = brokersForTests();
const rabbit = rabbitAdmin(rabbitmq);
const mark = uniqueName('canary');

/** With whatever is written in another way in a URL, in JSON, in base64 and on a terminal. */
const secretOf = (what: string) => `${uniqueName(what)} "p\\ä%ss/w+rd&<é>~ü`;
const admin = { username: `admin-${mark}`, password: `${secretOf('rabbit')}\t\u200b!` };
const clusterAdmin = { username: `admin-${mark}`, password: secretOf('kafka') };
const given = { rabbitmq: secretOf('given-r'), kafka: secretOf('given-k') };
const stray = secretOf('stray');

let cwd: string;
let management: ManagementProxy;
let front: KafkaProxy;
/** All that the program said, by the name of the run. */
const said: { readonly name: string; readonly text: string }[] = [];
const sent: string[] = [];
/** Passwords that were in the store, or in a record, at some time. */
const rotatedOut = new Set<string>();

async function note(): Promise<void> {
  const folder = join(cwd, 'secrets');
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.json'));
  for (const file of files) {
    const texts = JSON.parse(await readFile(join(folder, file), 'utf8')) as Record<string, string>;
    for (const [key, value] of Object.entries(texts)) if (/password/i.test(key)) rotatedOut.add(value);
  }
}

const topics = (name: string) => ({ [`${name}.${mark}`]: { partitions: 1, replicationFactor: 1 } });
const services = (name: string, tags: readonly string[] = []) => ({
  [`${name}-${mark}`]: {
    rabbitmq: { tags, exchanges: { [name]: {} }, publishes: [name] },
    kafka: { topics: topics(name), produces: [`${name}.${mark}`] },
  },
});

/** JSON is YAML. Each of `overs` replaces parts of an environment, the first of which is `test`. */
async function topology(file: string, declared: object, ...overs: readonly Over[]): Promise<string> {
  const environments = (overs.length === 0 ? [{}] : overs).map((over, index) => [
    index === 0 ? 'test' : `test-${index}`,
    environmentWith(over),
  ]);
  const document = {
    version: 1,
    name: 'canary',
    environments: Object.fromEntries(environments) as object,
    services: declared,
  };
  await writeFile(join(cwd, file), JSON.stringify(document, undefined, 2));
  return file;
}

interface Over {
  readonly rabbitmq?: object;
  readonly kafka?: object;
  readonly secrets?: string;
}

function environmentWith(over: Over): object {
  return {
    rabbitmq: {
      managementUrl: '${MQWARDEN_TEST_MANAGEMENT}',
      vhost: mark,
      tls: { ca: 'rabbitmq.pem' },
      admin: { username: admin.username, password: 'file:admin.json#password' },
      ...over.rabbitmq,
    },
    kafka: {
      brokers: ['${MQWARDEN_TEST_BROKER}'],
      tls: { ca: 'kafka.pem' },
      admin: { username: clusterAdmin.username, password: 'env:KAFKA_PASSWORD' },
      ...over.kafka,
    },
    secrets: over.secrets ?? 'file:secrets',
    claims: { rabbitmq: { users: `*-${mark}` }, kafka: { principals: `*-${mark}` } },
  };
}

interface Options {
  readonly variables?: Readonly<Record<string, string>>;
  readonly proxied?: boolean;
}

async function run(name: string, args: readonly string[], options: Options = {}): Promise<Run> {
  const { proxied = false } = options;
  let lists = '';
  let sampling: NodeJS.Timeout | undefined;
  const child = uniqueName('child');
  const done = await mqwarden([...args, '--log-level', 'debug'], {
    cwd,
    variables: {
      KAFKA_PASSWORD: clusterAdmin.password,
      MQWARDEN_TEST_MANAGEMENT: proxied ? management.managementUrl : rabbitmq.managementUrl,
      MQWARDEN_TEST_BROKER: (proxied ? front.brokers[0] : kafka.brokers[0]) ?? '',
      MQWARDEN_TEST_MARK: child,
      ...options.variables,
    },
    onStart: (pid) => {
      if (!hasProc) return;
      sampling = setInterval(() => (lists += `${argumentLists(pid)}\n`), 50);
    },
  });
  clearInterval(sampling);
  if (hasProc) expect(lists).toContain('bin/mqwarden.js');
  if (hasProc) expect(marked(child)).toEqual([]);
  said.push({ name, text: `${lists}\n${done.stdout}\n${done.stderr}` });
  return done;
}

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'mqwarden-canary-'));
  await writeFile(join(cwd, 'rabbitmq.pem'), rabbitmq.ca);
  await writeFile(join(cwd, 'kafka.pem'), kafka.ca);
  await writeFile(join(cwd, 'admin.json'), JSON.stringify({ password: admin.password }));
  await rabbit.put(`/users/${admin.username}`, { password: admin.password, tags: 'administrator' });
  const cluster = await kafkaAdmin(kafka);
  await cluster.setPassword(clusterAdmin.username, clusterAdmin.password);
  const principal = `User:${clusterAdmin.username}`;
  const all = { pattern: 'LITERAL', principal, host: '*', operation: 'ALL', permission: 'ALLOW' } as const;
  await cluster.createAcls([
    { ...all, resource: 'CLUSTER', name: 'kafka-cluster' },
    { ...all, resource: 'TOPIC', name: '*' },
  ]);
  await cluster.close();
  management = await startManagementProxy(rabbitmq, (_n, request) => verdict(request));
  front = await startKafkaProxy(kafka);
});

afterAll(async () => {
  await Promise.all([management.stop(), front.stop()]);
  await rabbit.delete(`/vhosts/${mark}`);
  for (const { name } of await liveUsers()) await rabbit.delete(`/users/${name}`);
  await rm(cwd, { recursive: true, force: true });
});

async function showInEveryFormat(file: string): Promise<Run[]> {
  const runs: Run[] = [];
  for (const format of ['text', 'json', 'markdown']) {
    runs.push(await run(`show ${file} as ${format}`, ['show', file, '--format', format]));
  }
  return runs;
}

interface LiveUser {
  readonly name: string;
  readonly password_hash: string;
}

async function liveUsers(): Promise<LiveUser[]> {
  const users = await rabbit.get<LiveUser[]>('/users');
  return users.filter(({ name }) => name.includes(mark));
}

let answer: (request: ManagementRequest) => ManagementVerdict = () => 'pass';

function verdict(request: ManagementRequest): ManagementVerdict {
  const { password_hash } = (request.body === '' ? {} : JSON.parse(request.body)) as Partial<LiveUser>;
  if (password_hash !== undefined) sent.push(password_hash);
  return answer(request);
}

/** What the client sent, its credentials too: a careless server says such things back. */
function echo({ method, path, headers, body }: ManagementRequest): string {
  const token = Buffer.from(`${admin.username}:${admin.password}`).toString('base64');
  const all = { ...headers, authorization: `Basic ${token}` };
  return `${method} ${path} ${JSON.stringify(all)} ${admin.password} ${encodeURIComponent(admin.password)} ${body}`;
}

describe('when all goes well', () => {
  it('plans, applies, changes, and plans again', async () => {
    // One of the services had its passwords before mqwarden came.
    for (const [broker, password] of Object.entries(given)) {
      await mkdir(join(cwd, 'secrets', broker), { recursive: true, mode: 0o700 });
      const credential = { username: `given-${mark}`, password };
      await writeFile(join(cwd, 'secrets', broker, `given-${mark}.json`), JSON.stringify(credential), {
        mode: 0o600,
      });
    }
    const both = { ...services('given'), ...services('fresh') };
    const file = await topology('good.yaml', both);
    const codes = [
      await run('first plan', ['plan', file, '--out', 'plan.json']),
      await run('first apply', ['apply', file, '--plan', 'plan.json', '--yes']),
      await run('second plan', ['plan', file, '--format', 'json']),
      // New tags: the user is written again with the hash that it has.
      await run('second apply', [
        'apply',
        await topology('tags.yaml', { ...both, ...services('given', ['monitoring']) }),
        '--yes',
      ]),
      await run('third plan', ['plan', 'tags.yaml']),
    ].map(({ code }) => code);
    expect(codes).toEqual([0, 0, 0, 0, 0]);
    const live = await liveUsers();
    expect(live.map(({ name }) => name).sort()).toEqual(
      [admin.username, `fresh-${mark}`, `given-${mark}`].sort(),
    );
  });

  it('proves what services may do, and asks whether the stored passwords are those of the brokers', async () => {
    const formats = ['text', 'json', 'markdown'];
    const runs = [
      await run('check', ['plan', 'good.yaml', '--check-credentials', '--format', 'json']),
      await run('checked', ['plan', 'good.yaml', '--check-credentials', '--out', 'checked.json']),
      ...(await Promise.all(
        formats.map((format) =>
          run(`verify as ${format}`, ['verify', 'good.yaml', '--only', 'kafka', '--format', format]),
        ),
      )),
      ...(await Promise.all(
        formats.map((format) => run(`audit as ${format}`, ['audit', 'good.yaml', '--format', format])),
      )),
      await run('audit, kept', [
        ...['audit', 'good.yaml', '--also', 'json=audited.json', '--also', 'sarif=audited.sarif'],
        ...['--baseline', 'accepted.json', '--write-baseline'],
      ]),
      await run('audit beside it', ['audit', 'good.yaml', '--against', 'audited.json']),
    ];
    // 2: the given users have passwords that the store does not have.
    expect(runs.map(({ code }) => code).filter((code) => code !== 0 && code !== 2)).toEqual([]);
    expect(runs.every(({ stdout }) => stdout !== '')).toBe(true);
  });

  it(
    'rotates every credential, stops half way, goes back, and lists their ages',
    { timeout: 300_000 },
    async () => {
      const stop = ({ method, path }: ManagementRequest): ManagementVerdict =>
        method === 'PUT' && path.startsWith('/api/permissions')
          ? { status: 500, body: { reason: 'no' } }
          : 'pass';
      const only = ['--service', `fresh-${mark}`, '--only', 'rabbitmq', '--yes'];
      await note();
      const runs = [
        await run('what would be rotated', ['rotate', 'tags.yaml', '--dry-run']),
        await run('a rotation', ['rotate', 'tags.yaml', '--yes', '--grace', '0s', '--format', 'json']),
      ];
      await note();
      answer = stop;
      const half = await run('half a rotation', ['rotate', 'tags.yaml', ...only], { proxied: true });
      answer = () => 'pass';
      await note();
      runs.push(
        await run('ages', ['credentials', 'list', 'tags.yaml']),
        await run('ages as JSON', ['credentials', 'list', 'tags.yaml', '--format', 'json']),
        await run('a plan in between', ['plan', 'tags.yaml', '--detailed-exitcode']),
        await run('an abort', ['rotate', 'tags.yaml', ...only, '--abort']),
      );
      expect([half.code, ...runs.map(({ code }) => code)]).toEqual([1, ...runs.map(() => 0)]);
      expect(rotatedOut.size).toBeGreaterThanOrEqual(9);
    },
  );

  it('takes a snapshot, plans against it, and shows what was saved in every format', async () => {
    const runs = [
      await run('snapshot', ['snapshot', 'good.yaml', '--out', 'live.json']),
      await run('snapshot as JSON', ['snapshot', 'good.yaml', '--out', 'live.json', '--format', 'json']),
      await run('plan against it', ['plan', 'tags.yaml', '--against', 'live.json', '--out', 'dry.json']),
      await run('plan as Markdown', ['plan', 'good.yaml', '--no-secrets', '--format', 'markdown']),
      ...(await showInEveryFormat('plan.json')),
      ...(await showInEveryFormat('dry.json')),
    ];
    expect(runs.map(({ code }) => code)).toEqual(runs.map(() => 0));
  });

  it('tells who reaches what on the live brokers', async () => {
    const formats = ['text', 'json', 'markdown'];
    const asked = [
      ['who-can', 'configure', 'kafka:topic:any'],
      ['access', `fresh-${mark}`],
      ['blast-radius', admin.username],
    ];
    const runs = [];
    for (const [at, question] of asked.entries())
      runs.push(
        await run(question.join(' '), [
          ...question,
          'good.yaml',
          '--live',
          '--format',
          formats[at] ?? 'text',
        ]),
      );
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(runs.every(({ stdout }) => stdout !== '')).toBe(true);
  });

  it('reports all that it knows, as a page and as data', async () => {
    const runs = [
      await run('report', ['report', 'good.yaml', '--out', 'report.html']),
      await run('report of what is live', ['report', 'good.yaml', '--live', '--format', 'json']),
    ];
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(await readFile(join(cwd, 'report.html'), 'utf8')).toContain(`fresh-${mark}`);
  });

  it('imports what lives, and plans what it wrote', async () => {
    const { code, stderr } = await run('import', ['import', 'good.yaml', '--out', 'imported']);
    expect([0, 2], stderr).toContain(code);
    expect((await run('plan of the import', ['plan', 'imported'])).code).toBe(0);
    expect((await run('import again', ['import', 'good.yaml', '--out', 'imported'])).code).toBe(1);
  });
});

describe('when RabbitMQ says back what it was sent', () => {
  const get = (path: string) => (request: ManagementRequest) => request.path.startsWith(`/api${path}`);
  const put =
    (path: string) =>
    ({ method, path: at }: ManagementRequest) =>
      method === 'PUT' && at.startsWith(`/api${path}`);
  const reason = (status: number) => (request: ManagementRequest) => ({
    status,
    body: { error: 'failed', reason: echo(request) },
  });
  it.each([
    { name: 'whoami, 500', command: 'plan', on: get('/whoami'), with: reason(500), shows: true },
    { name: 'whoami, 401', command: 'plan', on: get('/whoami'), with: reason(401), shows: true },
    {
      name: 'whoami, the JSON of something else',
      command: 'plan',
      on: get('/whoami'),
      with: reason(200),
      shows: false,
    },
    { name: 'definitions, 400', command: 'plan', on: get('/definitions'), with: reason(400), shows: true },
    {
      name: 'definitions, the JSON of something else',
      command: 'plan',
      on: get('/definitions'),
      with: reason(200),
      shows: false,
    },
    {
      name: 'definitions for a snapshot',
      command: 'snapshot',
      on: get('/definitions'),
      with: reason(400),
      shows: true,
    },
    {
      name: 'definitions for an import',
      command: 'import',
      on: get('/definitions'),
      with: reason(400),
      shows: true,
    },
    { name: 'a user, 500', command: 'apply', on: put('/users'), with: reason(500), shows: true },
    { name: 'a user, 400', command: 'apply', on: put('/users'), with: reason(400), shows: true },
    { name: 'a user, 401', command: 'apply', on: put('/users'), with: reason(401), shows: true },
    { name: 'permissions, 500', command: 'apply', on: put('/permissions'), with: reason(500), shows: true },
  ])('$name', async (one) => {
    const id = `r${said.length}`;
    const file = await topology(`${id}.yaml`, services(id));
    answer = (request) => (one.on(request) ? one.with(request) : 'pass');
    const flags =
      { apply: ['--yes'], snapshot: ['--out', 'never.json'], import: ['--out', 'never'] }[one.command] ?? [];
    const { code, stderr } = await run(one.name, [one.command, file, '--only', 'rabbitmq', ...flags], {
      proxied: true,
    });
    answer = () => 'pass';
    expect(code).toBe(1);
    expect(stderr).not.toBe('');
    // The words came as far as the output, and the secrets in them were taken out there.
    expect(stderr.includes('[redacted]')).toBe(one.shows);
    expect(stderr).not.toContain('bug of mqwarden');
  });

  it.each([0, 130, 145, 400])('in plain text, after %i characters', async (length) => {
    const authority = await restoreAuthority(rabbitmq.ca, rabbitmq.caKey);
    const mirror = await reflecting(await authority.server(), 'x'.repeat(length));
    const file = await topology('mirror.yaml', services('mirror'));
    const variables = { MQWARDEN_TEST_MANAGEMENT: `https://${mirror.at}` };
    const { code, stdout, stderr } = await run(`plain ${length}`, ['plan', file, '--only', 'rabbitmq'], {
      variables,
    });
    await mirror.stop();
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('with 500');
  });

  it('in JSON on stderr', async () => {
    const file = await topology('json.yaml', services('json'));
    answer = reason(500);
    const { code, stdout, stderr } = await run(
      'json',
      ['plan', file, '--only', 'rabbitmq', '--format', 'json'],
      {
        proxied: true,
      },
    );
    answer = () => 'pass';
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('[redacted]');
  });
});

describe('when a connection breaks', () => {
  it.each(['kill-before', 'drop-response'] as const)('RabbitMQ, at a user: %s', async (fault) => {
    const id = `b${said.length}`;
    const file = await topology(`${id}.yaml`, services(id));
    answer = ({ method, path }) => (method === 'PUT' && path.startsWith('/api/users') ? fault : 'pass');
    const { code } = await run(`RabbitMQ ${fault}`, ['apply', file, '--only', 'rabbitmq', '--yes'], {
      proxied: true,
    });
    answer = () => 'pass';
    expect(code).toBe(1);
  });

  it.each([
    { name: 'the login', apiKey: 36, fault: 'kill-before' as const },
    { name: 'the answer to the login', apiKey: 36, fault: 'drop-response' as const },
    { name: 'a SCRAM user', apiKey: 51, fault: 'kill-before' as const },
    { name: 'the answer to a SCRAM user', apiKey: 51, fault: 'drop-response' as const },
  ])('Kafka, at $name', async ({ name, apiKey, fault }) => {
    const id = `k${said.length}`;
    const file = await topology(`${id}.yaml`, services(id));
    front.onRequest((_n, request) => (request.apiKey === apiKey ? fault : 'pass'));
    const { code } = await run(`Kafka ${name}`, ['apply', file, '--only', 'kafka', '--yes'], {
      proxied: true,
    });
    front.onRequest(undefined);
    expect(code).toBe(1);
  });
});

describe('when a secret is where it should not be', () => {
  it('in the topology, in every place where it may not be', async () => {
    const url = `https://a:${encodeURIComponent(stray)}@localhost:1`;
    const overs = [
      { kafka: { admin: { username: 'a', password: stray } } },
      { kafka: { admin: { username: 'a', password: `file:#${stray}` } } },
      { kafka: { admin: { username: 'a', password: 'env:X', secret: stray } } },
      { kafka: { brokers: [`a:${stray}@localhost:1`] } },
      { rabbitmq: { managementUrl: url } },
      { rabbitmq: { amqpsUrl: url.replace('https', 'amqps') } },
      { rabbitmq: { managementUrl: `https://localhost:1/?token=${encodeURIComponent(stray)}` } },
      { secrets: stray },
    ];
    const { code, stdout, stderr } = await run('strays', [
      ...['plan', await topology('stray.yaml', services('stray'), ...overs)],
      ...['--env', 'test'],
    ]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.match(/^error stray.yaml:\d+:\d+: /gm)?.length).toBe(overs.length);
  });

  it.each([
    {
      name: 'a field that is not there',
      text: JSON.stringify({ other: stray }),
      reference: 'file:other.json#password',
    },
    {
      name: 'a field that is no text',
      text: JSON.stringify({ password: [stray] }),
      reference: 'file:other.json#password',
    },
  ])("the administrator's: $name", async ({ name, text, reference }) => {
    await writeFile(join(cwd, 'other.json'), text);
    const over = { rabbitmq: { admin: { username: 'a', password: reference } } };
    const file = await topology('reference.yaml', services('reference'), over);
    const { code, stderr } = await run(name, ['plan', file, '--only', 'rabbitmq']);
    expect(code).toBe(1);
    expect(stderr).toContain('other.json');
  });
});

describe('when something else is refused', () => {
  it('a plan that does not hold any more', async () => {
    const { code, stderr } = await run('stale plan', ['apply', 'good.yaml', '--plan', 'plan.json', '--yes']);
    expect(code).toBe(1);
    expect(stderr).toContain('does not hold any more');
  });
});

describe('afterwards, when every secret is known', () => {
  /** What is written beside the secrets: the plan, the audit log, and whatever else there may be. */
  function written(): Promise<Text[]> {
    const secret = ['secrets', 'admin.json', 'other.json', 'stray.yaml'].map((name) => join(cwd, name));
    return writtenBelow(cwd, (file) => secret.some((one) => file.startsWith(one)));
  }

  async function stored(): Promise<string[]> {
    const folder = join(cwd, 'secrets');
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.json'));
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    return texts.flatMap((text) => /"password": ?"([\w-]{43})"/.exec(text)?.[1] ?? []);
  }

  it('none of them was said or written', async () => {
    const generated = await stored();
    const live = (await liveUsers()).map(({ password_hash }) => password_hash);
    // Four bytes of salt stand before the hash.
    const salts = [...live, ...sent].map((hash) =>
      Buffer.from(hash, 'base64').subarray(0, 4).toString('hex'),
    );
    const passwords = [admin.password, clusterAdmin.password, rabbitmq.admin.password, kafka.admin.password];
    const all = [
      ...passwords,
      given.rabbitmq,
      given.kafka,
      stray,
      ...generated,
      ...rotatedOut,
      ...live,
      ...sent,
    ];
    expect(generated.length).toBeGreaterThanOrEqual(10);
    expect(live.length).toBeGreaterThanOrEqual(5);
    expect(sent.length).toBeGreaterThanOrEqual(5);
    const texts = [...said, ...(await written())];
    expect(texts.length).toBeGreaterThan(40);
    expect(leaksIn(texts, all, salts)).toEqual([]);
  });

  it('the plans, the snapshot and the audit log are among what was searched', async () => {
    const names = (await written()).map(({ name }) => name);
    for (const file of ['plan.json', 'dry.json', 'live.json']) expect(names).toContain(join(cwd, file));
    expect(names).toContain(join(cwd, '.mqwarden', 'audit.jsonl'));
  });
});
