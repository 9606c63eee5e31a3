/** What the language says beyond exchanges, queues and their grants, on a real broker. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { converge, difference, type Site, startSite, type Wanted, write } from './live.ts';
import { rabbitmq } from '../../src/brokers/rabbitmq/index.ts';
import type { RabbitChange } from '../../src/brokers/rabbitmq/resources.ts';
import { decide } from '../../src/core/decide.ts';
import { cautious } from '../../src/core/decisions.ts';
import { environment } from './support.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite({ clientCertificates: 'optional' });
}, 60_000);
afterAll(async () => {
  await site.broker.stop();
});

describe('named vhosts', () => {
  const wanted: Wanted = {
    vhost: 'main',
    vhosts: { payments: { name: 'pay /%é', limits: { maxQueues: 50 } }, idle: 'idle' },
    services: {
      orders: {
        exchanges: { e: { type: 'topic' } },
        queues: { q: { bindings: [{ exchange: 'e', routingKey: 'k' }] } },
        publishes: [{ exchange: 'e', vhost: 'payments', routingKeys: ['a.#'] }],
        consumes: ['q'],
      },
      payments: { vhost: 'payments', exchanges: { e: { type: 'topic' } } },
    },
  };
  const pay = encodeURIComponent('pay /%é');

  it('stand with what is in them, and a second plan is empty', async () => {
    const { lines, blocked, left } = await converge(site, wanted);
    expect(blocked).toEqual([]);
    expect(left).toEqual([]);
    expect([...lines].sort()).toEqual(
      [
        'create rabbitmq:vhost:idle',
        'create rabbitmq:vhost:main',
        `create rabbitmq:vhost:${pay}`,
        'create rabbitmq:user:orders',
        'create rabbitmq:user:payments',
        'create rabbitmq:exchange:main/e',
        `create rabbitmq:exchange:${pay}/e`,
        'create rabbitmq:queue:main/q',
        'create rabbitmq:binding:main/e/queue/q/k',
        `create rabbitmq:topic-permission:${pay}/orders/e`,
        'create rabbitmq:permission:main/orders',
        `create rabbitmq:permission:${pay}/orders`,
        `create rabbitmq:permission:${pay}/payments`,
      ]
        .map((line) => `${line}: done`)
        .sort(),
    );
    const rights = await site.api('GET', 'users/orders/permissions');
    expect(rights.body).toEqual(
      expect.arrayContaining([
        { user: 'orders', vhost: 'main', configure: '^$', write: '^$', read: '^q$' },
        { user: 'orders', vhost: 'pay /%é', configure: '^$', write: '^e$', read: '^$' },
      ]),
    );
  });

  it("each show drift of a declared service's grants; a vhost of nobody's is left alone", async () => {
    await site.api('PUT', 'vhosts/theirs');
    for (const vhost of ['idle', pay, 'theirs']) {
      await site.api('PUT', `permissions/${vhost}/orders`, { configure: '.*', write: '.*', read: '.*' });
    }
    const found = await difference(site, wanted);
    expect(found.changes.map(({ action, address }) => `${action} ${address}`)).toEqual([
      `update rabbitmq:permission:${pay}/orders`,
      'delete rabbitmq:permission:idle/orders',
    ]);
    expect((await converge(site, wanted)).left).toEqual([]);
    expect((await site.api('GET', 'permissions/theirs/orders')).status).toBe(200);
  });

  it('give the administrator permissions only where something must be declared', async () => {
    for (const vhost of ['main', 'idle']) await site.api('DELETE', `permissions/${vhost}/admin`);
    const { warnings } = await difference(site, wanted);
    expect(warnings.map(({ address }) => address)).toEqual(['rabbitmq:vhost:main']);
  });
});

describe('policies', () => {
  const wanted = (length: number, over: object = {}): Wanted => ({
    vhost: {
      name: 'policies',
      policies: {
        limits: {
          pattern: '^work',
          definition: { 'max-length': length, 'dead-letter-exchange': 'amq.fanout' },
        },
      },
      operatorPolicies: { ceiling: { pattern: '^work', definition: { expires: 3_600_000 } } },
      ...over,
    },
    services: { s: { queues: { work: {}, other: {} } } },
  });
  const limits = 'rabbitmq:policy:policies/limits';

  it('are there before the queues, which nothing is lost by', async () => {
    const { lines, blocked, left } = await converge(site, wanted(10));
    expect([blocked, left]).toEqual([[], []]);
    const made = lines.map((line) => line.replace(/^create rabbitmq:|: done$/g, ''));
    expect(made.indexOf('policy:policies/limits')).toBeLessThan(made.indexOf('queue:policies/work'));
    // Statistics tell it, seconds after.
    const ruling = async () => (await site.api('GET', 'queues/policies/work')).body;
    await expect
      .poll(ruling, { timeout: 15_000 })
      .toMatchObject({ policy: 'limits', operator_policy: 'ceiling' });
  });

  it('are changed at once where nothing is lost, and by name where it may be', async () => {
    expect((await converge(site, wanted(20))).lines).toEqual([`update ${limits}: done`]);
    await site.api('POST', 'exchanges/policies/amq.default/publish', {
      properties: {},
      routing_key: 'work',
      payload: 'x',
      payload_encoding: 'string',
    });
    const held = decide(rabbitmq.kinds, await difference(site, wanted(1)), cautious);
    expect(held.blocked).toMatchObject([
      {
        address: limits,
        action: 'update',
        reason: 'messages may be discarded: max-length becomes 1 on work',
      },
    ]);
    const target = environment(site.section({ vhost: 'policies' }));
    const costs = await rabbitmq.weigh(target, held.held, site.context);
    expect(costs.get(held.blocked[0]?.address as typeof limits & RabbitChange['address'])).toMatch(
      /^reaches 1 queue with (1 message|an unknown number of messages)$/,
    );
    const named = { ...wanted(1), decisions: { allowDataLoss: [limits] } };
    expect(await converge(site, named)).toMatchObject({ lines: [`update ${limits}: done`], left: [] });
  });

  it('that nobody declares are reported, and pruned by name where it may lose something', async () => {
    const without = wanted(1, { policies: {}, operatorPolicies: {} });
    const found = await difference(site, without);
    expect(found.changes).toEqual([]);
    const { blocked, changes } = decide(rabbitmq.kinds, found, { ...cautious, prune: true });
    expect(blocked.map(({ address, reason }) => [address, reason])).toEqual([
      [limits, 'messages may be discarded: dead-letter-exchange is gone on work'],
    ]);
    expect(changes.map(({ action, address }) => `${action} ${address}`)).toEqual([
      'delete rabbitmq:operator-policy:policies/ceiling',
    ]);
    const all = { ...without, decisions: { prune: true, allowDataLoss: [limits] } };
    expect((await converge(site, all)).left).toEqual([]);
    expect((await site.api('GET', 'policies/policies')).body).toEqual([]);
  });

  it.each(['policy', 'operator-policy'])(
    'a %s that somebody made or changed in between is left alone',
    async (kind) => {
      const path = `${kind === 'policy' ? 'policies' : 'operator-policies'}/policies/race`;
      const spec = (length: number) => ({
        pattern: 'x',
        applyTo: 'queues',
        priority: 0,
        definition: { 'max-length': length },
      });
      const theirs = { pattern: 'x', 'apply-to': 'queues', priority: 0, definition: { 'max-length': 7 } };
      await site.api('PUT', path, theirs);
      const change = (action: string, before: unknown, after: unknown) => ({
        action,
        kind: `rabbitmq:${kind}`,
        address: `rabbitmq:${kind}:policies/race`,
        reason: 'r',
        before,
        after,
      });
      const written = await write(site, [change('create', null, spec(1))]);
      const updated = await write(site, [change('update', spec(5), spec(1))]);
      const removed = await write(site, [change('delete', spec(5), null)]);
      expect([...written, ...updated, ...removed].map(({ line }) => line.replace(/^.*race: /, ''))).toEqual([
        'failed: made by someone else since the plan was read',
        'failed: changed since the plan was read',
        'failed: changed since the plan was read',
      ]);
      expect((await site.api('GET', path)).body).toMatchObject(theirs);
      expect((await write(site, [change('delete', spec(7), null)]))[0]?.line).toMatch(/done$/);
    },
  );
});
