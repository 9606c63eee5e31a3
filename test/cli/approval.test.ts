/** A saved plan is an approval: it holds while the same would be done, and not a moment longer. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/core/plan.ts';
import { brokersForTests } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { actions, openWorkspace, type Workspace } from './workspace.ts';

const brokers = brokersForTests();
const rabbit = rabbitAdmin(brokers.rabbitmq);
let place: Workspace;
let vhost: string;
let service: string;
let workQueue: string;

const services = (type: string, topics: readonly string[] = ['orders']) => ({
  [service]: {
    rabbitmq: { queues: { work: { type } }, consumes: ['work'] },
    kafka: {
      topics: Object.fromEntries(
        topics.map((topic) => [`${topic}-${place.mark}`, { partitions: 1, replicationFactor: 1 }]),
      ),
    },
  },
});

beforeAll(async () => {
  place = await openWorkspace(brokers);
  vhost = encodeURIComponent(place.vhost);
  service = `order-${place.mark}`;
  workQueue = `rabbitmq:queue:${vhost}/work`;
});
afterAll(() => place.remove());

const file = (name: string) => join(place.cwd, name);
const read = async (name: string) => JSON.parse(await readFile(file(name), 'utf8')) as Plan;
const approve = async (name: string, ...args: string[]) => {
  const saved = await place.run('plan', '--out', name, ...args);
  expect(saved.code).toBe(0);
  return read(name);
};
const applyApproved = (name: string, ...args: string[]) =>
  place.run('apply', '--yes', '--plan', name, ...args);
const typeOfQueue = async () => (await rabbit.get<{ type: string }>(`/queues/${vhost}/work`)).type;

describe('a saved plan', () => {
  it('is for its owner, the same document as --format json, and is applied as it stands', async () => {
    await place.write(services('classic'));
    const { code, stdout, stderr } = await place.run('plan', '--out', 'first.json', '--format', 'json');
    expect([code, stderr]).toEqual([0, 'saved as first.json: apply it with --plan first.json\n']);
    expect(JSON.parse(stdout)).toEqual(await read('first.json'));
    expect((await stat(file('first.json'))).mode & 0o777).toBe(0o600);
    const applied = await applyApproved('first.json');
    expect(applied.stderr).toBe('');
    expect(applied.code).toBe(0);
    expect((await place.plan()).changes).toEqual([]);
  });

  it('is refused once it has been applied', async () => {
    const { code, stdout, stderr } = await applyApproved('first.json');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('does not hold any more: the brokers have changed since it was made');
    expect(stderr).toContain('nothing was written');
  });

  it('holds although messages arrive and strangers come, and carries its decisions', async () => {
    await place.write(services('quorum'));
    const cost = async () => (await place.plan('--allow-data-loss', workQueue)).changes[0]?.cost;
    // RabbitMQ counts the consumers of a new queue only with its next statistics: until then they are unknown.
    await expect.poll(cost, { timeout: 15_000 }).toBe('0 messages, 0 consumers');
    const before = await approve('replace.json', '--allow-data-loss', workQueue);
    expect(actions(before.changes)).toEqual([`replace ${workQueue}`]);
    expect(before.changes[0]?.cost).toBe('0 messages, 0 consumers');
    const message = { properties: {}, routing_key: 'work', payload: 'x', payload_encoding: 'string' };
    await rabbit.post(`/exchanges/${vhost}/amq.default/publish`, message);
    await rabbit.put(`/exchanges/${vhost}/of-a-stranger`, { type: 'topic' });
    await expect.poll(cost, { timeout: 15_000 }).toBe('1 message, 0 consumers');
    const applied = await applyApproved('replace.json');
    expect(applied.stderr).toBe('');
    expect(applied.code).toBe(0);
    expect(applied.stdout).toContain('1 message, 0 consumers');
    expect(await typeOfQueue()).toBe('quorum');
  });

  it('is refused when the topology has changed', async () => {
    await place.write(services('quorum', ['orders', 'refunds']));
    await approve('topology.json');
    await place.write(services('quorum', ['orders', 'returns']));
    const { code, stdout, stderr } = await applyApproved('topology.json');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('the topology has changed since it was made; nothing was written');
  });

  it('is refused when a broker has moved', async () => {
    await approve('moved.json');
    const permission = { configure: '^$', write: '^$', read: '.*' };
    await rabbit.put(`/permissions/${vhost}/${service}`, permission);
    const { code, stdout, stderr } = await applyApproved('moved.json');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('the brokers have changed since it was made; nothing was written');
    expect(await rabbit.get(`/permissions/${vhost}/${service}`)).toMatchObject(permission);
  });

  it.each([
    ['a change', (plan: Plan) => ({ ...plan, changes: plan.changes.slice(1) })],
    ['a decision', (plan: Plan) => ({ ...plan, decisions: { ...plan.decisions, prune: true } })],
    ['a warning', (plan: Plan) => ({ ...plan, warnings: [...plan.warnings, { message: 'all is well' }] })],
    ['the summary', (plan: Plan) => ({ ...plan, summary: { ...plan.summary, update: 0, create: 0 } })],
    ['a digest', (plan: Plan) => ({ ...plan, digest: plan.digest.replace(/.$/, 'x') })],
  ])('is refused when %s in it was edited', async (_what, edit) => {
    const plan = await approve('edited.json');
    expect(plan.changes.length).toBeGreaterThan(1);
    await writeFile(file('edited.json'), JSON.stringify(edit(plan)));
    const { code, stdout, stderr } = await applyApproved('edited.json');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('edited.json was changed since it was saved');
  });

  it('of one broker and one service does not reach further', async () => {
    await approve('scoped.json', '--only', 'kafka', '--service', service);
    const applied = await applyApproved('scoped.json');
    expect(applied.code).toBe(0);
    const left = await place.plan();
    expect(actions(left.changes)).toEqual([`update rabbitmq:permission:${vhost}/${service}`]);
  });

  it('that cannot be saved is an error', async () => {
    const { code, stdout, stderr } = await place.run('plan', '--out', 'no-such-folder/plan.json');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('cannot save the plan as no-such-folder/plan.json');
  });
});
