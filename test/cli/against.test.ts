/** `mqwarden plan --against` and `mqwarden show`: no broker, no secret, no file but the topology and the one that is named. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { address } from '../../src/core/address.ts';
import type { Plan } from '../../src/core/plan.ts';
import { assembleSnapshot, type Snapshot } from '../../src/core/snapshot.ts';
import { snapshotAsJson } from '../../src/report/snapshot.ts';
import { mqwarden } from './run.ts';

let cwd: string;
const day = 86_400_000;
const ago = (ms: number) => new Date(Date.now() - ms);

/** Every secret and every file that it names is missing, and the endpoints lead nowhere. */
const topology = (
  over: { readonly vhost?: string; readonly host?: string; readonly name?: string } = {},
) => `version: 1
name: ${over.name ?? 'shop'}
environments:
  test:
    rabbitmq:
      managementUrl: https://${over.host ?? 'localhost:1'}
      vhost: ${over.vhost ?? 'shop'}
      tls: { ca: missing/ca.pem, cert: missing/cert.pem, key: missing/key.pem }
      admin: { username: admin, password: 'file:missing/admin.json#password' }
    kafka:
      brokers: ['localhost:1']
      tls: { ca: missing/ca.pem }
      admin: { username: admin, password: env:MISSING_KAFKA_PASSWORD }
    secrets: file:missing/secrets
services:
  order-service:
    rabbitmq: { queues: { work: { type: quorum } }, consumes: [work] }
    kafka: { topics: { orders: { partitions: 3, replicationFactor: 1, config: { retention.ms: 1000 } } }, produces: [orders] }
`;

const queue = address('rabbitmq:queue', 'shop', 'work');
const live = (over: Partial<Snapshot> = {}, takenAt = ago(7_200_000)): Snapshot =>
  assembleSnapshot(
    {
      topology: 'shop',
      environment: 'test',
      brokers: {
        rabbitmq: {
          version: '4.0.5',
          endpoints: ['localhost:1'],
          warnings: [],
          facts: {
            vhosts: ['other', 'shop'],
            held: ['shop'],
            permitted: [['shop', 'admin']],
            links: [
              ['other', 'shovel', 'not-ours'],
              ['shop', 'federation-upstream', 'head-office'],
              ['shop', 'shovel', 'to-the-warehouse'],
            ],
          },
          resources: [
            [
              address('rabbitmq:vhost', 'shop'),
              { description: '', tags: [], limits: {}, defaultQueueType: 'classic' },
            ],
            [address('rabbitmq:user', 'order-service'), { tags: [], limits: {}, auth: 'password' }],
            [queue, { type: 'classic', durable: true, autoDelete: false, arguments: {} }],
            [
              address('rabbitmq:permission', 'shop', 'order-service'),
              { configure: '^$', write: '^$', read: '.*' },
            ],
          ],
        },
        kafka: {
          version: 'metadata.version 21',
          endpoints: ['localhost:1'],
          warnings: [],
          facts: {},
          resources: [
            [address('kafka:topic', 'another'), { partitions: 1, replicationFactor: 1, config: {} }],
          ],
        },
      },
      ...over,
    },
    takenAt,
  );

const save = (file: string, snapshot: object) =>
  writeFile(join(cwd, file), snapshotAsJson(snapshot as Snapshot));

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'mqwarden-against-'));
  await writeFile(join(cwd, 'shop.yaml'), topology());
  await writeFile(join(cwd, 'other.yaml'), topology({ name: 'other' }));
  await writeFile(join(cwd, 'vhost.yaml'), topology({ vhost: 'other' }));
  await writeFile(join(cwd, 'new-vhost.yaml'), topology({ vhost: 'new' }));
  await writeFile(join(cwd, 'moved.yaml'), topology({ host: 'elsewhere:15671' }));
  await save('live.json', live());
  await save('old.json', live({}, ago(9 * day)));
  await save('production.json', live({ environment: 'production' }));
  await save('edited.json', { ...live(), takenAt: new Date().toISOString() });
  await save('one.json', live({ brokers: { kafka: live().brokers['kafka'] as never } }));
  await writeFile(join(cwd, 'nothing.json'), '{"version":1}');
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

/** No variable at all is set. */
const run = (...args: string[]) => mqwarden(args, { cwd, timeoutMs: 30_000 });
const against = (file: string, ...args: string[]) => run('plan', 'shop.yaml', '--against', file, ...args);
const planned = async (...args: string[]) => {
  const { code, stdout, stderr } = await run('plan', '--format', 'json', ...args);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Plan;
};

describe('a plan against a snapshot', () => {
  it('reads no secret, no certificate and no broker, all of which are missing', async () => {
    const { code, stdout, stderr } = await against('live.json');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^snapshot planned against a snapshot of \S+Z \(2 h old\), not against live brokers$/m,
    );
    expect(stdout).toContain('+ kafka topic orders');
    expect(stdout).toMatch(/read {2}\.\* → \^work\$/);
    // The same without the snapshot: this topology cannot be read from here.
    expect((await run('plan', 'shop.yaml', '--only', 'rabbitmq')).stderr).toContain('missing');
    expect((await run('plan', 'shop.yaml', '--only', 'kafka')).stderr).toContain('MISSING_KAFKA_PASSWORD');
  });

  it('claims nothing that only a live broker or the secret store tells', async () => {
    const plan = await planned('shop.yaml', '--against', 'live.json');
    const { digest, takenAt } = JSON.parse(await readFile(join(cwd, 'live.json'), 'utf8')) as Snapshot;
    expect(plan.against).toEqual({ digest, takenAt });
    expect(plan.unknown).toEqual([
      expect.stringContaining('the password of each of 1 live users') as string,
      expect.stringContaining('whether Kafka accepts the topic to create') as string,
    ]);
    expect(plan.blocked).toMatchObject([
      { address: queue, cost: expect.stringContaining('unknown') as string },
    ]);
    const narrowed = plan.changes.find(({ address: at }) => at === 'rabbitmq:permission:shop/order-service');
    expect(narrowed?.cost).toContain('open connections unknown');
    expect(plan.warnings).toEqual([]);
  });

  it('is held back where the environment names no store, as a live one is', async () => {
    await writeFile(join(cwd, 'storeless.yaml'), topology().replace(/ {4}secrets: .*\n/, ''));
    const plan = await planned('storeless.yaml', '--against', 'live.json', '--only', 'kafka');
    expect(plan.blocked).toMatchObject([{ address: 'kafka:user:order-service', service: 'order-service' }]);
  });

  it('says so when the snapshot is old', async () => {
    const old = 'whether the brokers are still like that: the snapshot is 9 d old, more than 7 d';
    expect((await against('old.json')).stdout).toContain(`unknown ${old}`);
    expect((await against('old.json', '--max-age', '30d')).stdout).not.toContain('still like that');
    expect((await against('live.json', '--max-age', '1h')).stdout).toContain('2 h old, more than 60 min');
    expect((await against('old.json', '--format', 'markdown')).stdout).toContain(
      '9 d old, **not against live',
    );
  });

  it('says so when the topology has moved to another address', async () => {
    const { unknown } = await planned('moved.yaml', '--against', 'live.json');
    expect(unknown).toContainEqual(
      'whether RabbitMQ at elsewhere:15671 is the broker of the snapshot, which was read at localhost:1',
    );
  });

  it('creates a vhost that was not there, and refuses to guess about one that was', async () => {
    const plan = await planned('new-vhost.yaml', '--against', 'live.json', '--only', 'rabbitmq');
    expect(plan.changes.map(({ address: at }) => at)).toContain('rabbitmq:vhost:new');
    const { code, stdout, stderr } = await run('plan', 'vhost.yaml', '--against', 'live.json');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('does not hold what stands in vhost other');
  });

  it.each([
    {
      name: 'of another environment',
      args: ['shop.yaml', '--against', 'production.json'],
      says: ['environment production'],
    },
    {
      name: 'of another topology',
      args: ['other.yaml', '--against', 'live.json'],
      says: ['of shop', 'not of other'],
    },
    {
      name: 'that was edited',
      args: ['shop.yaml', '--against', 'edited.json'],
      says: ['was changed since it was taken'],
    },
    { name: 'that is none', args: ['shop.yaml', '--against', 'nothing.json'], says: ['is not a snapshot'] },
    {
      name: 'that is not there',
      args: ['shop.yaml', '--against', 'no.json'],
      says: ['no.json', 'mqwarden snapshot'],
    },
    {
      name: 'that lacks a broker',
      args: ['shop.yaml', '--against', 'one.json'],
      says: ['nothing of RabbitMQ', '--only'],
    },
    {
      name: 'with an age that is none',
      args: ['shop.yaml', '--against', 'live.json', '--max-age', 'soon'],
      says: ['12h or 7d'],
    },
    { name: 'with an age, but no snapshot', args: ['shop.yaml', '--max-age', '1d'], says: ['--against'] },
    {
      name: 'as an approval to lose data',
      args: ['shop.yaml', '--against', 'live.json', '--out', 'lossy.json', '--allow-data-loss', queue],
      says: ['may lose data', 'live brokers'],
    },
  ])('a snapshot $name is refused, in words and in JSON', async ({ args, says }) => {
    const { code, stdout, stderr } = await run('plan', ...args);
    expect([code, stdout]).toEqual([1, '']);
    for (const part of says) expect(stderr).toContain(part);
    const json = await run('plan', ...args, '--format', 'json');
    expect([json.code, json.stdout]).toEqual([1, '']);
    expect(JSON.parse(json.stderr)).toMatchObject({
      version: 1,
      error: { code: expect.stringMatching(/^MQWARDEN_/) as string },
    });
  });
});

describe('a saved plan', () => {
  beforeAll(async () => {
    const { code, stderr } = await against('live.json', '--out', 'plan.json');
    expect([code, stderr]).toEqual([0, 'saved as plan.json: apply it with --plan plan.json\n']);
  });

  it('is shown as it was printed, in every format, without topology or broker', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'mqwarden-show-'));
    const file = join(cwd, 'plan.json');
    const show = (...args: string[]) => mqwarden(['show', file, ...args], { cwd: elsewhere });
    const text = await show();
    expect([text.code, text.stderr]).toEqual([0, '']);
    expect(text.stdout.replace(/\(2 h old\)/, '')).toBe(
      (await against('live.json')).stdout.replace(/\(2 h old\)/, ''),
    );
    expect(JSON.parse((await show('--format', 'json')).stdout)).toEqual(
      JSON.parse(await readFile(file, 'utf8')),
    );
    const markdown = await show('--format', 'markdown');
    expect(markdown.stdout).toContain('### Plan for `shop`, environment `test`');
    expect(markdown.stdout).toContain('**not against live brokers**');
    await rm(elsewhere, { recursive: true });
  });

  it.each([
    ['a change', (plan: Plan) => ({ ...plan, changes: plan.changes.slice(1) })],
    [
      'a cost',
      (plan: Plan) => ({ ...plan, blocked: plan.blocked.map((one) => ({ ...one, cost: '0 messages' })) }),
    ],
    ['the summary', (plan: Plan) => ({ ...plan, summary: { ...plan.summary, delete: 9 } })],
    ['what is unknown', ({ unknown, ...plan }: Plan) => ({ ...plan, was: unknown })],
    ['that it is of a snapshot', ({ against: was, ...plan }: Plan) => ({ ...plan, was })],
    ['when it was made', (plan: Plan) => ({ ...plan, createdAt: new Date().toISOString() })],
  ])('is not shown when %s in it was edited', async (_what, edit) => {
    const plan = JSON.parse(await readFile(join(cwd, 'plan.json'), 'utf8')) as Plan;
    await writeFile(join(cwd, 'forged.json'), JSON.stringify(edit(plan)));
    const { code, stdout, stderr } = await run('show', 'forged.json');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('forged.json was changed since it was saved');
    const json = await run('show', 'forged.json', '--format', 'json');
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'MQWARDEN_REFUSED' } });
  });

  it.each([
    { args: ['no.json'], says: 'cannot read the plan no.json' },
    { args: ['live.json'], says: 'is not a saved plan' },
    { args: [], says: "missing required argument 'plan'" },
  ])('is needed: show $args', async ({ args, says }) => {
    const { code, stdout, stderr } = await run('show', ...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(says);
  });
});

describe('a snapshot', () => {
  it.each([
    { name: 'without a file', args: ['shop.yaml'], says: '--out' },
    {
      name: 'of one service',
      args: ['shop.yaml', '--out', 'x.json', '--service', 'order-service'],
      says: '--service',
    },
    {
      name: 'without the credentials',
      args: ['shop.yaml', '--out', 'x.json', '--only', 'kafka'],
      says: 'MISSING_KAFKA_PASSWORD',
    },
  ])('$name is refused, in words and in JSON', async ({ args, says }) => {
    const { code, stdout, stderr } = await run('snapshot', ...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(says);
    const json = await run('snapshot', ...args, '--format', 'json');
    expect([json.code, json.stdout]).toEqual([1, '']);
    expect(JSON.parse(json.stderr)).toMatchObject({ version: 1 });
  });
});

describe('answers about access by a snapshot', () => {
  const asked = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(...args, '--format', 'json');
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout) as { readonly notes: readonly string[] };
  };

  it('tell what the brokers had then, without a secret or a broker, and what leads elsewhere', async () => {
    const { digest, takenAt } = JSON.parse(await readFile(join(cwd, 'live.json'), 'utf8')) as Snapshot;
    const who = await asked('who-can', 'read', 'queue:work', 'shop.yaml', '--against', 'live.json');
    expect(who).toMatchObject({
      of: 'snapshot',
      against: { digest, takenAt },
      answers: [{ principal: 'order-service', by: [{ says: 'read .*' }] }],
    });
    expect(who.notes.filter((note) => note.includes('not followed'))).toEqual([
      'what comes to vhost shop by the federation upstream head-office is not followed',
      'what the shovel to-the-warehouse of vhost shop leads in or away is not followed',
    ]);
    // The topology grants this queue alone.
    const own = await asked('who-can', 'read', 'rabbitmq:queue:shop/another', 'shop.yaml');
    expect(own).toMatchObject({ of: 'topology', answers: [] });
    expect(await asked('access', 'order-service', 'shop.yaml', '--against', 'live.json')).toMatchObject({
      of: 'snapshot',
      access: [{ wide: [{ says: 'read .*' }] }, {}],
    });
    expect(await asked('blast-radius', 'order-service', 'shop.yaml', '--against', 'live.json')).toMatchObject(
      {
        of: 'snapshot',
        hits: [],
      },
    );
    const { stdout } = await run('access', 'order-service', 'shop.yaml', '--against', 'live.json');
    expect(stdout).toContain(`as the brokers were when the snapshot was taken, ${takenAt}`);
    expect(stdout).toContain('to-the-warehouse');
  });

  it('say that it is old, or of another broker', async () => {
    const old = await asked('access', 'order-service', 'shop.yaml', '--against', 'old.json');
    expect(old.notes).toContainEqual(expect.stringContaining('the snapshot is 9 d old, more than 7 d'));
    const args = ['shop.yaml', '--against', 'old.json', '--max-age', '30d'];
    const young = await asked('access', 'order-service', ...args);
    expect(young.notes.filter((note) => note.includes('old'))).toEqual([]);
    const moved = await asked('access', 'order-service', 'moved.yaml', '--against', 'live.json');
    expect(moved.notes).toContainEqual(
      expect.stringContaining(
        'it is not known whether RabbitMQ at elsewhere:15671 is the broker of the snapshot',
      ),
    );
  });

  it.each([
    [['--against', 'production.json'], 'the snapshot is of shop, environment production'],
    [['--against', 'edited.json'], 'was changed since it was taken'],
    [['--against', 'vhost.json'], 'cannot read the snapshot vhost.json'],
    [['--against', 'live.json', '--live'], '--live and --against are two sources'],
    [['--max-age', '1d'], '--max-age is about a snapshot'],
  ])('are refused with %j', async (args, why) => {
    const { code, stdout, stderr } = await run('access', 'order-service', 'shop.yaml', ...args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(why);
  });
});
