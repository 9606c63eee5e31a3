/** `mqwarden snapshot` of real brokers, and what a plan made against it says compared with one of the brokers themselves. */
import { readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/core/plan.ts';
import type { Snapshot } from '../../src/core/snapshot.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { mqwarden } from './run.ts';
import { openWorkspace, type Services, type Workspace } from './workspace.ts';

const brokers = brokersForTests();
const rabbit = rabbitAdmin(brokers.rabbitmq);
let place: Workspace;
let vhost: string;
let service: string;

const services = (over: {
  readonly config?: object;
  readonly type?: string;
  readonly topics?: readonly string[];
}) => ({
  [service]: {
    rabbitmq: {
      exchanges: { events: { type: 'topic' } },
      queues: { work: { type: over.type ?? 'classic' } },
      publishes: [{ exchange: 'events', routingKeys: ['order.#'] }],
      consumes: ['work'],
    },
    kafka: {
      topics: Object.fromEntries(
        (over.topics ?? ['orders']).map((topic) => [
          `${topic}-${place.mark}`,
          {
            partitions: 1,
            replicationFactor: 1,
            ...(over.config === undefined ? {} : { config: over.config }),
          },
        ]),
      ),
      produces: [`orders-${place.mark}`],
    },
  },
});

beforeAll(async () => {
  place = await openWorkspace(brokers);
  vhost = encodeURIComponent(place.vhost);
  service = `order-${place.mark}`;
  await place.write(services({ config: { 'retention.ms': 86_400_000 } }));
  await place.converge();
});
afterAll(() => place.remove());

const read = async (file: string) => readFile(join(place.cwd, file), 'utf8');
const take = async (file: string, ...args: string[]) => {
  const done = await place.run('snapshot', '--out', file, ...args);
  expect(done.code).toBe(0);
  return { done, snapshot: JSON.parse(await read(file)) as Snapshot };
};
/** Without any variable, so without a credential. */
const planAgainst = async (file: string, ...args: string[]) => {
  const run = await mqwarden(['plan', '--against', file, '--format', 'json', ...args], { cwd: place.cwd });
  expect(run.code, run.stderr).toBe(0);
  return JSON.parse(run.stdout) as Plan;
};

describe('a snapshot', () => {
  it('says what it is of, is for its owner, and tells two broker versions', async () => {
    const { done, snapshot } = await take('live.json');
    expect(done.stdout).toMatch(/^Snapshot of shop, environment test: rabbitmq \d+\.\d+\.\d+\S*, \d/);
    expect(done.stderr).toBe('saved as live.json: plan with --against live.json\n');
    expect((await stat(join(place.cwd, 'live.json'))).mode & 0o777).toBe(0o600);
    expect(snapshot).toMatchObject({ version: 1, topology: 'shop', environment: 'test' });
    expect(Date.now() - Date.parse(snapshot.takenAt)).toBeLessThan(60_000);
    expect(snapshot.brokers['rabbitmq']?.version).toMatch(/^\d+\.\d+\./);
    expect(snapshot.brokers['kafka']?.version).toMatch(/^metadata\.version \d+$/);
  });

  it('holds no hash, no salt, no parameter and nothing of what stands in other vhosts', async () => {
    const other = uniqueName('other');
    const secret = uniqueName('uri');
    await rabbit.put(`/vhosts/${other}`, {});
    await rabbit.put(`/queues/${other}/of-a-stranger`, { durable: true });
    await rabbit.put(`/global-parameters/${other}`, { value: `amqp://u:${secret}@h` });
    const { snapshot } = await take('clean.json');
    const text = await read('clean.json');
    await rabbit.delete(`/global-parameters/${other}`);
    await rabbit.delete(`/vhosts/${other}`);
    const users = await rabbit.get<{ password_hash: string }[]>('/users');
    for (const { password_hash: hash } of users) if (hash !== '') expect(text).not.toContain(hash);
    expect(text).not.toContain(secret);
    expect(text).not.toContain('of-a-stranger');
    expect(text).not.toMatch(/password_hash|hashing|salt|stored_?key/i);
    expect(snapshot.brokers['rabbitmq']?.facts['vhosts']).toContain(other);
  });

  it('as JSON says where it is, and what it is of', async () => {
    const { code, stdout } = await place.run(
      'snapshot',
      '--out',
      'j.json',
      '--format',
      'json',
      '--only',
      'kafka',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      file: 'j.json',
      brokers: { kafka: { version: expect.any(String) as string } },
    });
  });
});

describe('a plan against it', () => {
  const bare = (one: { readonly cost?: string | undefined }) => ({ ...one, cost: undefined });
  const changed = () =>
    services({ type: 'quorum', topics: ['orders', 'refunds'], config: { 'retention.ms': 172_800_000 } });

  it.each<[string, () => Services, ...string[]]>([
    ['nothing', () => services({ config: { 'retention.ms': 86_400_000 } })],
    ['much', changed],
    ['nothing of a config', () => services({})],
    ['pruning', changed, '--prune', '--only', 'rabbitmq'],
    ['one service', changed, '--service'],
  ])('has the digest of a live plan while nothing moves: %s is new', async (_what, topology, ...args) => {
    await place.write(topology());
    const flags = args.flatMap((arg) => (arg === '--service' ? [arg, service] : [arg]));
    await take('same.json');
    const [live, dry] = [await place.plan(...flags), await planAgainst('same.json', ...flags)];
    expect(dry.changes.map(bare)).toEqual(live.changes.map(bare));
    expect(dry.blocked.map(bare)).toEqual(live.blocked.map(bare));
    // Other test files come and go on the same brokers.
    const ours = ({ unmanaged }: Plan) => unmanaged.filter(({ address }) => address.includes(place.mark));
    expect(ours(dry)).toEqual(ours(live));
    expect(dry.warnings).toEqual(live.warnings);
    expect(dry.digest).toBe(live.digest);
    expect(live).not.toHaveProperty('against');
    expect(live).not.toHaveProperty('unknown');
  });

  it('prunes what a live one does of a cluster that others use', async () => {
    await place.write(changed());
    await take('shared.json');
    const [live, dry] = [await place.plan('--prune'), await planAgainst('shared.json', '--prune')];
    // Topics of other test files come and go between the two, so their digests may differ.
    const ours = ({ changes, blocked }: Plan) =>
      [...changes, ...blocked].filter(({ address }) => address.includes(place.mark)).map(bare);
    expect(ours(dry)).toEqual(ours(live));
    expect(ours(dry)).not.toEqual([]);
  });

  it('does not follow the brokers, as a live one does', async () => {
    await place.write(services({ config: { 'retention.ms': 86_400_000 } }));
    await take('before.json');
    await rabbit.put(`/permissions/${vhost}/${service}`, { configure: '.*', write: '^$', read: '^$' });
    expect((await planAgainst('before.json')).changes).toEqual([]);
    expect((await place.plan()).changes).toHaveLength(1);
    expect((await take('after.json')).snapshot.digest).not.toBe('');
    expect((await planAgainst('after.json')).digest).toBe((await place.plan()).digest);
    await place.converge();
  });

  it('that was saved is applied only if a live plan is the same', async () => {
    await place.write(services({ config: { 'retention.ms': 86_400_000 }, topics: ['orders', 'returns'] }));
    await take('approve.json');
    await planAgainst('approve.json', '--out', 'good.json');
    await planAgainst('approve.json', '--out', 'stale.json');
    const applied = await place.run('apply', '--yes', '--plan', 'good.json');
    expect([applied.code, applied.stderr]).toEqual([0, '']);
    const { code, stderr } = await place.run('apply', '--yes', '--plan', 'stale.json');
    expect(code).toBe(1);
    expect(stderr).toContain('the brokers have changed since it was made; nothing was written');
  });
});

describe('a plan without secrets', () => {
  it('asks no store, and says in one line what it cannot tell', async () => {
    const plan = await place.plan();
    expect(plan.warnings).toEqual([]);
    await rename(join(place.cwd, 'secrets'), join(place.cwd, 'put-away'));
    const missing = await place.plan();
    const dry = await place.plan('--no-secrets');
    await rename(join(place.cwd, 'put-away'), join(place.cwd, 'secrets'));
    expect(missing.warnings).toHaveLength(2);
    expect(dry.warnings).toEqual([]);
    expect(dry.unknown).toEqual([
      'whether the secret store has the password of each of 2 live users: it was not asked',
    ]);
    expect(dry.digest).toBe(plan.digest);
  });
});
