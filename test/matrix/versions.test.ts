/** What versions of RabbitMQ differ in, each put to the one that runs: the outcome is the same, or the plan says why not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { openWorkspace, type Workspace } from '../contract/life.ts';
import { rabbitSubject } from '../contract/rabbitmq.subject.ts';

const { rabbitmq } = brokersForTests();
const api = rabbitAdmin(rabbitmq);
const subject = rabbitSubject(rabbitmq);
const service = `versions-${subject.run}`;

const spaces: Workspace[] = [];
afterAll(() => Promise.all(spaces.map((one) => one.remove())));

async function inVhost(vhost: unknown): Promise<Workspace> {
  const workspace = await openWorkspace('rabbitmq', { ...subject, section: { ...subject.section, vhost } });
  spaces.push(workspace);
  return workspace;
}

/** Applies without one failure, and finds nothing to do after; returns what was blocked. */
async function converge(workspace: Workspace): Promise<readonly { address: string; reason: string }[]> {
  expect((await workspace.apply()).failures).toEqual([]);
  const { plan } = await workspace.plan();
  expect(plan.changes).toEqual([]);
  return plan.blocked;
}

describe('patterns past 1,024 bytes, which RabbitMQ 4.3 refuses', () => {
  const publishes = (names: readonly string[]) => ({
    [service]: {
      rabbitmq: { exchanges: Object.fromEntries(names.map((name) => [name, {}])), publishes: names },
    },
  });

  it('are made to fit where names have much in common', async () => {
    const vhost = uniqueName('long');
    const workspace = await inVhost(vhost);
    const names = Array.from({ length: 90 }, (_, at) => `order.exchange.of-the-year-${1950 + at}`);
    await workspace.write(publishes(names));
    expect(await converge(workspace)).toEqual([]);
    const { write } = await api.get<{ write: string }>(`/permissions/${vhost}/${service}`);
    const reached = new RegExp(write);
    expect(names.filter((name) => !reached.test(name))).toEqual([]);
    expect(reached.test('order.exchange.of-the-year-2050')).toBe(false);
  });

  it('are blocked with a hint where they cannot be made to fit, and never fail in the middle', async () => {
    const workspace = await inVhost(uniqueName('longer'));
    // No two have a beginning in common that is worth factoring out.
    const names = Array.from(
      { length: 90 },
      (_, at) => `${((at + 7) * 7919 ** 4).toString(36)}.${at}.events`,
    );
    await workspace.write(publishes(names));
    const blocked = await converge(workspace);
    const [major = 0, minor = 0] = rabbitmq.version.split('.').map(Number);
    const reasons = blocked.map(({ address, reason }) => [
      address.split(':')[1],
      /refuses more than 1024/.test(reason),
    ]);
    expect(reasons).toEqual(major === 4 && minor >= 3 ? [['permission', true]] : []);
  });
});

describe('a vhost', () => {
  const name = uniqueName('kept');
  const full = { name, description: 'é', tags: ['a', 'b'], defaultQueueType: 'quorum' };
  interface Live {
    readonly description?: string;
    readonly default_queue_type?: string;
    readonly metadata?: { readonly description?: string; readonly default_queue_type?: string };
  }

  it('keeps its description and its default queue type when only a limit changes', async () => {
    const first = await inVhost({ ...full, limits: { maxQueues: 5 } });
    await first.write({ [service]: { rabbitmq: {} } });
    expect(await converge(first)).toEqual([]);
    const second = await inVhost({ name, limits: { maxQueues: 6 } });
    await second.write({ [service]: { rabbitmq: {} } });
    expect((await second.plan()).plan.changes.map(({ address }) => address)).toEqual([
      `rabbitmq:vhost:${name}`,
    ]);
    expect(await converge(second)).toEqual([]);
    const live = await api.get<Live>(`/vhosts/${name}`);
    expect(live.description ?? live.metadata?.description).toBe('é');
    // 3.10 has none to keep.
    const type = live.default_queue_type ?? live.metadata?.default_queue_type;
    expect(type).toBe(rabbitmq.version.startsWith('3.10.') ? 'undefined' : 'quorum');
  });
});

describe('queues', () => {
  it('of every type, and those that do not survive a restart, are as declared', async () => {
    const workspace = await inVhost({ name: uniqueName('queues'), defaultQueueType: 'quorum' });
    await workspace.write({
      [service]: {
        rabbitmq: {
          queues: {
            plain: {},
            passing: { type: 'classic', durable: false },
            classic: { type: 'classic', arguments: { 'x-max-priority': 5, 'x-overflow': 'reject-publish' } },
            quorum: { type: 'quorum', arguments: { 'x-delivery-limit': 3 } },
            stream: { type: 'stream', arguments: { 'x-max-age': '1D' } },
          },
        },
      },
    });
    expect(await converge(workspace)).toEqual([]);
  });

  it('that somebody declares by the API with no type get the one of the vhost, which is seen', async () => {
    const vhost = uniqueName('untyped');
    const workspace = await inVhost({ name: vhost, defaultQueueType: 'quorum' });
    await workspace.write({ [service]: { rabbitmq: {} } });
    expect(await converge(workspace)).toEqual([]);
    await api.put(`/queues/${vhost}/q`, { durable: true });
    const { type } = await api.get<{ type: string }>(`/queues/${vhost}/q`);
    await workspace.write({ [service]: { rabbitmq: { queues: { q: { type } } } } });
    expect((await workspace.plan()).plan.changes).toEqual([]);
    await workspace.write({ [service]: { rabbitmq: { queues: { q: { type: 'stream' } } } } });
    const { plan } = await workspace.plan();
    expect(plan.blocked.map(({ action, address }) => [action, address])).toEqual([
      ['replace', `rabbitmq:queue:${vhost}/q`],
    ]);
  });
});

describe("the broker's own", () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await inVhost('/');
    await workspace.write({ [service]: { rabbitmq: { publishes: ['amq.topic'] } } });
  });

  it('exchanges are neither listed nor touched, amq.rabbitmq.log among them', async () => {
    const { plan } = await workspace.plan();
    const named = [...plan.changes, ...plan.blocked, ...plan.unmanaged].map(({ address }) => address);
    expect(named.filter((address) => /:exchange:/.test(address))).toEqual([]);
  });
});
