import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Problem, TopologyError } from '../../src/core/errors.ts';
import { parseFile } from '../../src/topology/document.ts';
import { loadTopology, parseTopology, type Topology } from '../../src/topology/load.ts';
import { badTopologies } from './bad.ts';
import { show } from './show.ts';
import { environments, fakeBrokers, head, parse, problemsOf, services, whole } from './fakes.ts';
import { makePipe } from '../files/pipe.ts';

describe('a bad topology', () => {
  test.each(badTopologies)('$name', ({ files, want }) => {
    const shown = problemsOf(() => parse(files)).map(show);
    expect(shown).toEqual(want);
    // "canary" stands in the table wherever a secret was put where none belongs.
    expect(shown.join('\n')).not.toContain('canary');
  });
});

describe('a good topology', () => {
  test('needs the variables of the environment that is asked for, and of no other', () => {
    const environment = (name: string) =>
      `  ${name}: { rabbitmq: { managementUrl: 'https://\${MQWARDEN_${name}}', admin: { username: a, password: env:P } } }\n`;
    const text = `version: 1\nname: shop\nenvironments:\n${environment('STAGING')}${environment('PROD')}services: { a: { rabbitmq: {} } }\n`;
    const open = (wanted?: string) =>
      parseTopology([{ file: 't.yaml', text }], fakeBrokers, { MQWARDEN_STAGING: 'localhost' }, wanted);
    expect([...open('STAGING').environments.keys()]).toContain('STAGING');
    expect(problemsOf(() => open('PROD')).map((one) => one.message)).toEqual([
      expect.stringContaining('MQWARDEN_PROD is not set'),
    ]);
    expect(problemsOf(() => open())).toHaveLength(1);
  });

  test('is read with its sections, its defaults and its places', () => {
    const topology = parse(whole + '  mailer:\n    description: sends mail\n    kafka: { topics: { mails: {} } }\n');
    expect(topology.name).toBe('shop');
    expect([...topology.services.keys()]).toEqual(['order-service', 'mailer']);
    expect(topology.services.get('order-service')).toMatchObject({ owner: 'orders' });
    expect(topology.services.get('order-service')?.sections.get('rabbitmq')).toEqual({
      queues: { 'order.queue.payments': { type: 'quorum', limit: 5 } },
    });
    expect([...(topology.services.get('mailer')?.sections.keys() ?? [])]).toEqual(['kafka']);
    expect(topology.environments.get('staging')).toMatchObject({ production: false, secrets: undefined });
    expect([...(topology.environments.get('staging')?.claims.values() ?? [])]).toEqual([[], []]);
  });

  test.each([
    { path: [], want: [1, 1] },
    { path: ['name'], want: [2, 7] },
    { path: ['services', 'order-service'], want: [9, 3] },
    { path: ['services', 'order-service', 'owner'], want: [10, 12] },
    { path: ['services', 'order-service', 'rabbitmq', 'queues', 'order.queue.payments'], want: [13, 9] },
    { path: ['services', 'order-service', 'rabbitmq', 'queues', 'order.queue.payments', 'type'], want: [13, 39] },
    // What is not written out is where it would stand.
    { path: ['services', 'order-service', 'rabbitmq', 'consumes', 0], want: [11, 5] },
    { path: ['environments', 'staging', 'rabbitmq', 'admin', 'password'], want: [7, 43] },
    { path: ['services', 'unknown'], want: [1, 1] },
  ])('$path is located', ({ path, want: [line, column] }) => {
    expect(parse(whole).locate(path)).toEqual({ file: 'topology.yaml', line, column });
  });

  test.each([
    { name: 'production', setting: '', want: true },
    { name: 'prod', setting: '', want: true },
    { name: 'prod', setting: 'production: false', want: false },
    { name: 'live', setting: 'production: true', want: true },
    { name: 'live', setting: '', want: false },
  ])('the environment $name with "$setting" is production: $want', ({ name, setting, want }) => {
    const topology = parse(`${head}environments:\n  ${name}: { ${setting} }\n${services}`);
    expect(topology.environments.get(name)?.production).toBe(want);
  });

  test('keeps claims and protected names by broker, one or several', () => {
    const settings = 'claims: { kafka: { principals: "*-service" } }, protected: { rabbitmq: { users: [a, b] } }';
    const staging = parse(`${head}environments: { staging: { ${settings} } }\n${services}`).environments.get('staging');
    expect(staging?.claims.get('kafka')).toEqual(['*-service']);
    expect(staging?.protected.get('rabbitmq')).toEqual(['a', 'b']);
    expect(staging?.protected.get('kafka')).toEqual([]);
  });

  test('keeps every digit of an integer, and repeats what an anchor holds', () => {
    const topics = 'topics: { a: { config: &c { n: 90071992547409931, f: 0.5, t: true } }, b: { config: *c } }';
    const topology = parse(`${head}${environments}services: { s: { kafka: { ${topics} } } }\n`);
    const config = { n: '90071992547409931', f: '0.5', t: 'true' };
    expect(topology.services.get('s')?.sections.get('kafka')).toEqual({ topics: { a: { config }, b: { config } } });
  });

  test('may repeat version and name in several files, and says where each unit stands', () => {
    const topology = parse({ 'a.yaml': head + environments, 'b.yaml': head + services });
    expect(topology.files).toEqual(['a.yaml', 'b.yaml']);
    expect(topology.locate(['services', 'order-service'])).toEqual({ file: 'b.yaml', line: 4, column: 3 });
  });

  test('is read past a byte order mark and with Windows line ends, at the same places', () => {
    const topology = parse(whole.replaceAll('\n', '\r\n'));
    expect(topology.locate(['services', 'order-service', 'owner'])).toMatchObject({ line: 10, column: 12 });
    expect(topology.digest('staging')).toBe(parse(whole).digest('staging'));
  });
});

describe('variables', () => {
  const endpoint = (url: string) => whole.replace('https://mq.internal:15671', url);
  const kafka = `${head}environments: { e: { kafka: { brokers: ["\${MQWARDEN_A}", "b-\${MQWARDEN_B:-x}:1"] } } }\n${services}`;
  const section = (topology: Topology, environment: string, broker: string) =>
    topology.environments.get(environment)?.sections.get(broker);

  test.each([
    { url: 'https://${MQWARDEN_HOST}:1', set: { MQWARDEN_HOST: 'mq' }, want: 'https://mq:1' },
    { url: 'https://${MQWARDEN_HOST:-other}:1', set: { MQWARDEN_HOST: 'mq' }, want: 'https://mq:1' },
    { url: 'https://${MQWARDEN_HOST:-other}:1', set: {}, want: 'https://other:1' },
    { url: 'https://${MQWARDEN_HOST:-other}:1', set: { MQWARDEN_HOST: '' }, want: 'https://other:1' },
    { url: '${MQWARDEN_A}${MQWARDEN_B}', set: { MQWARDEN_A: 'https://', MQWARDEN_B: 'mq' }, want: 'https://mq' },
    // What a variable holds is never read again as a variable, nor as a replacement pattern.
    { url: 'https://${MQWARDEN_A}', set: { MQWARDEN_A: '${MQWARDEN_B}$&' }, want: 'https://${MQWARDEN_B}$&' },
  ])('$url is $want', ({ url, set, want }) => {
    expect(section(parse(endpoint(`"${url}"`), set), 'staging', 'rabbitmq')).toMatchObject({ managementUrl: want });
  });

  test('stand in lists of endpoints too', () => {
    const topology = parse(kafka, { MQWARDEN_A: 'a:1' });
    expect(section(topology, 'e', 'kafka')).toEqual({ brokers: ['a:1', 'b-x:1'] });
  });

  test('a value that its schema refuses is not repeated', () => {
    const problems = problemsOf(() => parse(kafka, { MQWARDEN_A: 'canary\n' })).map(show);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('environments.e.kafka.brokers[0]: must not contain control characters');
    expect(problems[0]).not.toContain('canary');
  });
});

describe('the digest', () => {
  const digest = (text: string, variables = {}) => parse(text, variables).digest('staging');
  const other = '  other: { kafka: { brokers: [k:1] } }\n';

  test.each([
    { what: 'comments and layout', text: `# why\n${whole.replace('limit: 5', 'limit:   5')}`, same: true },
    { what: 'the order of keys', text: whole.replace('type: quorum, limit: 5', 'limit: 5, type: quorum'), same: true },
    { what: 'another environment', text: head + environments + other + services, same: true },
    { what: 'a setting of a service', text: whole.replace('limit: 5', 'limit: 6'), same: false },
    { what: 'the endpoint', text: whole.replace('mq.internal', 'mq2.internal'), same: false },
    { what: 'the name', text: whole.replace('shop', 'shop2'), same: false },
    { what: 'a claim', text: whole.replace('  staging:', '  staging:\n    claims: { kafka: { principals: a } }'), same: false },
    { what: 'another service', text: `${whole}  another: {}\n`, same: false },
  ])('$what: the same digest is $same', ({ text, same }) => {
    expect(digest(text) === digest(whole)).toBe(same);
  });

  test('covers what a variable held', () => {
    const text = whole.replace('mq.internal', '${MQWARDEN_HOST}');
    expect(digest(text, { MQWARDEN_HOST: 'mq.internal' })).toBe(digest(whole));
    expect(digest(text, { MQWARDEN_HOST: 'mq2' })).not.toBe(digest(whole));
  });

  test('tells a large integer from its text', () => {
    const of = (value: string) => digest(`${whole}    kafka: { topics: { t: { config: { a: ${value} } } } }\n`);
    expect(of('90071992547409931')).not.toBe(of('"90071992547409931"'));
    expect(of('90071992547409931')).not.toBe(of('90071992547409932'));
  });
});

describe('files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mqwarden-topology-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const load = (path = folder) => loadTopology(path, fakeBrokers, {});
  const write = (name: string, content: string | Buffer) => writeFile(join(folder, name), content);
  const failure = async (path?: string): Promise<readonly Problem[]> => {
    const error: unknown = await load(path).catch((thrown: unknown) => thrown);
    if (!(error instanceof TopologyError)) throw new Error('no TopologyError', { cause: error });
    return error.problems;
  };

  test('one file, whatever its name', async () => {
    await write('topology.txt', whole);
    expect((await load(join(folder, 'topology.txt'))).files).toEqual([join(folder, 'topology.txt')]);
  });

  test('a folder: sorted, with its folders, without dot-files, dot-folders and other files', async () => {
    await mkdir(join(folder, 'services', '.git'), { recursive: true });
    await write('b.yml', environments);
    await write('a.yaml', head);
    await write('services/order.yaml', services);
    await write('services/.hidden.yaml', 'broken: [');
    await write('services/.git/x.yaml', 'broken: [');
    await write('services/README.md', 'no yaml');
    const { files } = await load();
    expect(files).toEqual(['a.yaml', 'b.yml', 'services/order.yaml'].map((file) => join(folder, file)));
  });

  test('links to folders and files are followed, loops are not', async () => {
    await mkdir(join(folder, 'top', 'deep'), { recursive: true });
    await write('order.yaml', services);
    await write('top/a.yaml', head + environments);
    await symlink('..', join(folder, 'top', 'deep', 'loop'));
    await mkdir(join(folder, 'top', '..data'));
    await write('top/..data/order.yaml', services);
    await symlink('..data/order.yaml', join(folder, 'top', 'order.yaml'));
    const { files } = await load(join(folder, 'top'));
    expect(files).toEqual([join(folder, 'top', 'a.yaml'), join(folder, 'top', 'order.yaml')]);
  });

  describe('a link out of the topology', () => {
    beforeEach(async () => {
      await mkdir(join(folder, 'top'));
      await mkdir(join(folder, 'apps', '.git'), { recursive: true });
      await write('top/a.yaml', head + environments);
      await write('apps/order.yaml', services);
      await write('apps/.git/config.yaml', services);
    });
    afterEach(() => vi.restoreAllMocks());

    const links = [
      { to: '../apps/order.yaml', name: 'order.yaml' },
      { to: '../apps', name: 'apps' },
      { to: '../apps/.git/config.yaml', name: 'order.yaml' },
      { to: '../apps/.git', name: 'git' },
    ];

    test.each(links)('is refused where it leads out of the project: $to', async ({ to, name }) => {
      vi.spyOn(process, 'cwd').mockReturnValue(join(folder, 'top'));
      await symlink(to, join(folder, 'top', name));
      const [problem, ...more] = await failure(join(folder, 'top'));
      expect(problem?.message).toBe(`${join(folder, 'top', name)} is a link that leads out of the project`);
      expect(problem?.position).toMatchObject({ line: 1, column: 1 });
      expect(more).toEqual([]);
    });

    test.each(links)('is followed within the project, but to nothing hidden: $to', async ({ to, name }) => {
      vi.spyOn(process, 'cwd').mockReturnValue(folder);
      await symlink(to, join(folder, 'top', name));
      const read = await load(join(folder, 'top')).then(({ files }) => files.length, () => 0);
      expect(read).toBe(to.includes('.git') ? 0 : 2);
    });
  });

  test('a byte order mark is skipped', async () => {
    await write('a.yaml', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(whole)]));
    expect((await load()).locate(['name'])).toMatchObject({ line: 2, column: 7 });
    await write('a.yaml', Buffer.from([0xef, 0xbb, 0xbf]));
    expect((await failure())[0]).toMatchObject({ message: 'the file is empty' });
  });

  test.each([
    { name: 'a missing path', make: () => Promise.resolve(), path: 'nothing', want: 'does not exist' },
    { name: 'an empty folder', make: () => Promise.resolve(), path: '', want: 'no YAML file in the folder' },
    { name: 'a folder without YAML', make: () => write('a.json', '{}'), path: '', want: 'no YAML file in the folder' },
    { name: 'UTF-16', make: () => write('a.yaml', Buffer.from(`\ufeff${whole}`, 'utf16le')), path: '', want: 'is not UTF-8 text' },
    { name: 'an image', make: () => write('a.yaml', Buffer.from([0x89, 0x50, 0xff, 0x00])), path: '', want: 'is not UTF-8 text' },
    { name: 'a link to nothing', make: () => symlink('gone', join(folder, 'a.yaml')), path: '', want: 'does not exist' },
    { name: 'a file as a folder', make: () => write('a.yaml', whole), path: 'a.yaml/b', want: 'cannot be read (ENOTDIR)' },
  ])('$name', async ({ make, path, want }) => {
    await make();
    const [problem, ...more] = await failure(join(folder, path));
    expect(problem?.message).toContain(want);
    expect(problem?.position).toMatchObject({ line: 1, column: 1 });
    expect(more).toEqual([]);
  });

  test('a huge file is refused before it is parsed', async () => {
    await write('a.yaml', '');
    await truncate(join(folder, 'a.yaml'), 33 * 1024 * 1024);
    expect((await failure())[0]?.message).toContain('is larger than 32 MB');
  });

  test('what is no file is refused, not read', async () => {
    await write('a.yaml', whole);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(folder, 'b.yaml'), resolve));
    try {
      expect((await failure())[0]?.message).toContain('is not a regular file');
    } finally {
      server.close();
    }
  });

  test.each(['a folder', 'its path'])('a pipe or device is refused, not waited for: named by %s', async (by) => {
    const pipe = join(folder, 'a.yaml');
    await makePipe(pipe);
    const [problem] = await failure(by === 'a folder' ? folder : pipe);
    expect(problem?.message).toBe(`${pipe} is not a regular file`);
    expect(problem?.hint).toBeTruthy();
    expect((await failure('/dev/zero'))[0]?.message).toBe('/dev/zero is not a regular file');
  });

  test('problems of all files are told at once, in order', async () => {
    await write('a.yaml', 'version: [');
    await write('b.yaml', whole);
    await write('c.yaml', '\tname: x');
    const files = (await failure()).map(({ position }) => position?.file);
    expect(new Set(files)).toEqual(new Set([join(folder, 'a.yaml'), join(folder, 'c.yaml')]));
    expect(files).toEqual(files.toSorted());
  });
});

describe('aliases', () => {
  test('cannot fill the memory', () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const items = level === 0 ? 'x' : Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ');
      return `  a${level}: &a${level} [${items}]\n`;
    });
    const problems = problemsOf(() => parse(`${head}${environments}services:\n${levels.join('')}`));
    expect(problems.map(({ message }) => message)).toEqual(['aliases repeat more than 100000 values']);
  });
});

describe('as many mistakes as a file has room for', () => {
  const most = 150_000;

  test('unknown keys are all told', () => {
    const keys = Array.from({ length: most }, (_, at) => `    k${at}: 1\n`).join('');
    expect(problemsOf(() => parse({ 'a.yaml': `${head}${environments}services:\n  b:\n${keys}` }))).toHaveLength(most);
  });

  test('what is no topology at all is told 1,000 times', () => {
    const { problems } = parseFile('a.yaml', `a: [${'!t 1, '.repeat(most)}]\n${'b: 1\n'.repeat(most)}`);
    expect(problems).toHaveLength(1_000);
    expect(problems.at(-1)).toMatchObject({ message: 'there is more that is wrong from here on' });
  });
});

test('2,000 services load in seconds', () => {
  const many = Array.from(
    { length: 2000 },
    (_, index) => `  service-${index}: { owner: team, rabbitmq: { queues: { q${index}: { type: quorum } } } }\n`,
  );
  const begin = performance.now();
  const topology = parse(`${head}${environments}services:\n${many.join('')}`);
  expect(topology.services.size).toBe(2000);
  // Measured at about 0.5 s; the bound is wide because the machine is shared, and catches what is quadratic.
  expect(performance.now() - begin).toBeLessThan(10_000);
});
