/** who-can, access and blast-radius with --live, and who gains or loses access by a plan: on both brokers, as a user runs them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WhoCanDocument } from '../../src/core/access/documents.ts';
import { address } from '../../src/core/address.ts';
import { brokersForTests } from '../brokers/index.ts';
import { type AclBinding, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const brokers = brokersForTests();
const admin = rabbitAdmin(brokers.rabbitmq);
let workspace: Workspace;
let legacy: string;
let cleanUp: () => Promise<void>;

const names = () => {
  const { mark } = workspace;
  return { order: `order-${mark}`, mail: `mail-${mark}`, topic: `orders.${mark}`, group: `mail.${mark}` };
};

function services(more: object = {}): Record<string, object> {
  const { order, mail, topic, group } = names();
  return {
    [order]: {
      rabbitmq: {
        exchanges: { events: { type: 'topic' } },
        queues: { work: { bindings: [{ exchange: 'events', routingKeys: ['order.#'] }] } },
        publishes: [{ exchange: 'events', routingKeys: ['order.created'] }],
      },
      kafka: { topics: { [topic]: { partitions: 1, replicationFactor: 1 } }, produces: [topic] },
    },
    [mail]: {
      rabbitmq: { consumes: ['work'], ...more },
      kafka: { consumes: [{ topic, group }] },
    },
  };
}

beforeAll(async () => {
  workspace = await openWorkspace(brokers);
  legacy = `legacy-of-${workspace.mark}-x`;
  await workspace.write(services());
  await workspace.converge();
  const vhost = encodeURIComponent(workspace.vhost);
  await admin.put(`/users/${legacy}`, { password: workspace.mark, tags: 'policymaker' });
  await admin.put(`/permissions/${vhost}/${legacy}`, { configure: '^$', write: '(?i)EVENTS', read: 'wor' });
  const kafka = await kafkaAdmin(brokers.kafka);
  const acl: AclBinding = {
    resource: 'TOPIC',
    name: `orders.${workspace.mark}`,
    pattern: 'PREFIXED',
    principal: `User:${legacy}`,
    host: '*',
    operation: 'READ',
    permission: 'ALLOW',
  };
  await kafka.createAcls([acl]);
  cleanUp = async () => {
    await kafka.deleteAcls([acl]);
    await kafka.close();
    for (const user of [legacy, ...Object.values(names()).slice(0, 2)]) await admin.delete(`/users/${user}`);
    await admin.delete(`/vhosts/${vhost}`);
    await workspace.remove();
  };
}, 120_000);

afterAll(() => cleanUp());

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await workspace.run(...args, '--format', 'json');
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as T;
}

it('who-can tells of everybody that the brokers know, as what they are', async () => {
  const { order, mail, topic } = names();
  const who = async (verb: string, resource: string) => {
    const { of, answers, powers } = await json<WhoCanDocument>('who-can', verb, resource, '--live');
    expect(of).toBe('live');
    // Other tests have users on these brokers, too, some with a right to everything.
    const ours = ({ holder, principal }: (typeof answers)[number]) =>
      holder.is === 'administrator' || principal.includes(workspace.mark);
    return { answers: answers.filter(ours), powers };
  };
  const read = await who('read', address('rabbitmq:queue', workspace.vhost, 'work'));
  expect(read.answers).toMatchObject([
    { holder: { is: 'administrator' }, may: 'yes' },
    { principal: legacy, holder: { is: 'other' }, may: 'yes', by: [{ says: 'read wor' }] },
    { principal: mail, holder: { is: 'service', service: mail }, may: 'yes' },
  ]);
  expect(read.powers.map(({ holder }) => holder.principal)).toContain(legacy);
  const write = await who('write', address('rabbitmq:queue', workspace.vhost, 'work'));
  const ways = write.answers.filter(({ way }) => way.length > 0 && way[0]?.by === 'binding order.#');
  expect(ways.map(({ principal, may }) => `${principal} ${may}`).sort()).toEqual(
    [`${brokers.rabbitmq.admin.username} yes`, `${legacy} perhaps`, `${order} yes`].sort(),
  );
  const topicReaders = await who('read', address('kafka:topic', topic));
  expect(topicReaders.answers.map(({ principal }) => principal)).toEqual([legacy, mail].sort());
});

it('access and blast-radius tell of a user that no service has', async () => {
  const text = (await workspace.run('access', legacy, '--live')).stdout;
  expect(text).toContain(`${legacy}, no service of the topology on rabbitmq, who could take any right`);
  expect(text).toContain('names yet to come: read wor');
  const blast = await json<{ hits: { principal: string; effect: string; may: string }[] }>(
    'blast-radius',
    legacy,
    '--live',
  );
  const { order, mail } = names();
  const told = blast.hits.map(({ principal, effect, may }) => `${principal} ${effect} ${may}`);
  expect(told).toEqual(
    expect.arrayContaining([`${mail} takes yes`, `${mail} sends perhaps`, `${order} reads yes`]),
  );
  const { code, stderr } = await workspace.run('access', `${legacy}s`, '--live');
  expect([code, stderr]).toEqual([1, expect.stringContaining(`did you mean ${legacy}?`)]);
});

it('a plan tells who gains or loses access, also who has it by a pattern already', async () => {
  const { order, mail } = names();
  expect((await workspace.plan()).access).toBeUndefined();
  await workspace.write(
    services({
      consumes: ['worries'],
      queues: { worries: { bindings: [{ exchange: 'events', routingKeys: ['x'] }] } },
    }),
  );
  const { access = [], changes } = await workspace.plan();
  expect(changes.length).toBeGreaterThan(1);
  const at = (name: string) => address('rabbitmq:queue', workspace.vhost, name);
  const told = access.map(({ principal, at, gains, loses }) => [
    principal,
    at,
    gains.map(({ right }) => right),
    loses.map(({ right }) => right),
  ]);
  expect(told).toEqual(
    [
      // What is undecidable may be a right to anything.
      [legacy, at('worries'), ['read', 'write'], []],
      [mail, at('work'), [], ['read']],
      [mail, at('worries'), ['read'], []],
    ].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );
  expect(JSON.stringify(access)).not.toContain(order);
  const { stdout } = await workspace.run('plan', '--no-color');
  expect(stdout).toContain('who gains or loses access\n');
  expect(stdout).toContain(`- queue ${workspace.vhost}/work: read`);
  expect((await workspace.run('plan', '--out', 'plan.json')).code).toBe(0);
  expect((await workspace.run('show', 'plan.json')).stdout).toContain('who gains or loses access\n');
});
