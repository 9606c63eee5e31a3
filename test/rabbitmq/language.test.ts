/** What the language says beyond exchanges, queues and their grants, on a real broker. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { converge, difference, type Site, startSite, type Wanted } from './live.ts';

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
