/** `mqwarden plan` against real brokers, through the real program. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { kafkaAdmin } from '../brokers/kafka-admin.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { actions, openWorkspace, type Workspace } from './workspace.ts';

const brokers = brokersForTests();
const rabbit = rabbitAdmin(brokers.rabbitmq);
let place: Workspace;
let orders: string;
let service: string;

beforeAll(async () => {
  place = await openWorkspace(brokers);
  orders = `orders-${place.mark}`;
  service = `order-${place.mark}`;
  await place.write({
    [service]: {
      rabbitmq: {
        exchanges: { events: { type: 'topic' } },
        publishes: [{ exchange: 'events', routingKeys: ['order.#'] }],
      },
      kafka: { topics: { [orders]: { partitions: 1, replicationFactor: 1 } }, produces: [orders] },
    },
  });
});
afterAll(() => place.remove());

const keys = (value: object | undefined) => Object.keys(value ?? {}).sort();

describe('a first plan', () => {
  it('is the document of the contract, key by key', async () => {
    const plan = await place.plan();
    expect(keys(plan)).toEqual(
      [
        'version',
        'topology',
        'environment',
        'digest',
        'createdAt',
        'changes',
        'blocked',
        'unmanaged',
        'warnings',
        'summary',
        // Beyond the contract: who gains access, and what an approval is compared by.
        'access',
        'brokers',
        'decisions',
        'digests',
        'seal',
      ].sort(),
    );
    expect(plan).toMatchObject({ version: 1, topology: 'shop', environment: 'test' });
    expect(plan.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(Date.now() - Date.parse(plan.createdAt)).toBeLessThan(60_000);
    expect(keys(plan.summary)).toEqual(['blocked', 'create', 'delete', 'replace', 'unmanaged', 'update']);
    expect(plan.changes.find((one) => one.address === `kafka:topic:${orders}`)).toEqual({
      action: 'create',
      address: `kafka:topic:${orders}`,
      kind: 'kafka:topic',
      service,
      reason: `owned by ${service}`,
      before: null,
      after: { partitions: 1, replicationFactor: 1 },
    });
    const vhost = encodeURIComponent(place.vhost);
    expect(actions(plan.changes)).toEqual([
      `create kafka:acl:topic/literal/${orders}/User%3A${service}/*/describe/allow`,
      `create kafka:acl:topic/literal/${orders}/User%3A${service}/*/write/allow`,
      `create kafka:topic:${orders}`,
      `create kafka:user:${service}`,
      `create rabbitmq:exchange:${vhost}/events`,
      `create rabbitmq:permission:${vhost}/${service}`,
      `create rabbitmq:topic-permission:${vhost}/${service}/events`,
      `create rabbitmq:user:${service}`,
      `create rabbitmq:vhost:${vhost}`,
    ]);
    expect(plan.summary).toMatchObject({ create: 9, update: 0, replace: 0, delete: 0, blocked: 0 });
    expect(plan.summary.unmanaged).toBe(plan.unmanaged.length);
    for (const warning of plan.warnings) expect(keys(warning)).toEqual(['address', 'message']);
  });

  it('is 0, and 2 with --detailed-exitcode, and writes nothing', async () => {
    expect((await place.run('plan')).code).toBe(0);
    expect((await place.run('plan', '--detailed-exitcode')).code).toBe(2);
    const answer = await rabbit.request('GET', `/vhosts/${encodeURIComponent(place.vhost)}`);
    expect(answer.status).toBe(404);
  });

  it('says as text what each change is for, with the literal pattern, and no colour without a terminal', async () => {
    const { stdout, stderr } = await place.run('plan');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Plan for shop, environment test$/m);
    expect(stdout).toMatch(new RegExp(`^${service}$`, 'm'));
    expect(stdout).toMatch(/^ {2}.*publishes events/m);
    expect(stdout).toContain('^order(\\..*)?$');
    expect(stdout).toMatch(/^ {2}.*produces orders-/m);
    expect(stdout).toMatch(
      new RegExp(`allow describe, write on topic ${orders} \\(literal\\) to User:${service} from \\*`),
    );
    expect(stdout).toMatch(/^Plan: 9 to create/m);
    expect(stdout).not.toContain('\u001b');
  });

  it('asks only one broker with --only', async () => {
    const plan = await place.plan('--only', 'kafka');
    expect(plan.brokers).toEqual(['kafka']);
    expect(plan.changes.map(({ kind }) => kind.split(':')[0])).not.toContain('rabbitmq');
    expect(plan.changes).toHaveLength(4);
  });
});

describe('once applied', () => {
  beforeAll(async () => {
    await place.converge();
  });

  it('is one line, 0 also with --detailed-exitcode', async () => {
    const { code, stdout } = await place.run('plan', '--detailed-exitcode');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.filter((line) => !line.startsWith('warning'))).toEqual([
      expect.stringMatching(/^No changes: test is as declared/),
    ]);
  });

  it('finds what was changed by hand, as drift, with old and new', async () => {
    const path = `/permissions/${encodeURIComponent(place.vhost)}/${service}`;
    await rabbit.put(path, { configure: '.*', write: '^events$', read: '^$' });
    const { stdout } = await place.run('plan');
    expect(stdout).toMatch(/configure {2}\.\* → \^\$/);
    expect(stdout).not.toMatch(/write {2}/);
    const plan = await place.plan();
    expect(plan.changes).toMatchObject([
      { action: 'update', before: { configure: '.*' }, after: { configure: '^$' } },
    ]);
    await place.converge();
  });

  it('lists claimed and unmanaged, and neither the protected nor the administrators', async () => {
    const admin = await kafkaAdmin(brokers.kafka);
    const mark = place.mark;
    const users = [`old-${mark}`, `exporter-${mark}`, `${mark}-stranger`];
    for (const user of users) {
      await admin.setPassword(user, 'a password of somebody');
      await rabbit.put(`/users/${user}`, { password: 'a password of somebody', tags: '' });
      await rabbit.put(`/permissions/${encodeURIComponent(place.vhost)}/${user}`, {
        configure: '',
        write: '',
        read: '',
      });
    }
    const plan = await place.plan();
    const ours = plan.unmanaged.filter(({ address }) => users.some((user) => address.includes(user)));
    const vhost = encodeURIComponent(place.vhost);
    expect(ours.map(({ address, claimed }) => `${claimed ? 'claimed ' : ''}${address}`).sort()).toEqual([
      `claimed kafka:user:old-${mark}`,
      `claimed rabbitmq:permission:${vhost}/old-${mark}`,
      `claimed rabbitmq:user:old-${mark}`,
      `kafka:user:${mark}-stranger`,
      `rabbitmq:permission:${vhost}/${mark}-stranger`,
      `rabbitmq:user:${mark}-stranger`,
    ]);
    expect(plan.changes).toEqual([]);
    const listed = plan.unmanaged.map(({ address }) => address);
    expect(listed).not.toContain(`kafka:user:${brokers.kafka.admin.username}`);
    expect(listed).not.toContain(`rabbitmq:user:${brokers.rabbitmq.admin.username}`);
    expect(listed.filter((at) => /amq\.|:__|\/\//.test(at))).toEqual([]);
    await admin.close();
  });
});
