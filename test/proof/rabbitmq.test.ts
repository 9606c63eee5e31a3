/**
 * Least privilege on RabbitMQ, proved by login: with the credential that mqwarden stored for a service, over AMQPS with a
 * client certificate, all that the service declares works, and what it does not declare is refused by the broker.
 */
import type { Channel, ChannelModel, ConfirmChannel, ConsumeMessage, GetMessage } from 'amqplib';
import { Connection } from 'rabbitmq-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/brokers/rabbitmq/connect.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { attempt as attemptOn, login as loginTo, publish } from './amqp.ts';
import { stand, type Standing } from './services.ts';

const { rabbitmq } = brokersForTests();
const admin = rabbitAdmin(rabbitmq);
const vhost = uniqueName('proof');
const [orders, payments, notifier, shipping, gateway] = [
  'orders',
  'payments',
  'notifier',
  'shipping',
  'gateway',
].map((name) => `${name}.${vhost}`) as [string, string, string, string, string];

const services = {
  [orders]: {
    exchanges: {
      'order.events': { type: 'topic', alternateExchange: 'order.unrouted' },
      'order.unrouted': { type: 'fanout' },
      'order.dead': { type: 'fanout' },
    },
    queues: {
      'order.payments': {
        type: 'quorum',
        deadLetter: { exchange: 'order.dead' },
        bindings: [{ exchange: 'payment.events', routingKeys: ['payment.captured'] }],
      },
      'order.letters': { bindings: [{ exchange: 'order.dead' }, { exchange: 'order.unrouted' }] },
    },
    publishes: [{ exchange: 'order.events', routingKeys: ['order.#'] }],
    consumes: ['order.payments', 'order.letters'],
  },
  [payments]: {
    exchanges: { 'payment.events': { type: 'topic' } },
    queues: {
      'payment.orders': { bindings: [{ exchange: 'order.events', routingKeys: ['order.*.placed'] }] },
    },
    publishes: [{ exchange: 'payment.events', routingKeys: ['payment.captured', 'payment.*.failed'] }],
    consumes: ['payment.orders'],
  },
  [notifier]: {
    declares: true,
    exchanges: {
      'notify.events': { type: 'topic', alternateExchange: 'notify.dead' },
      'notify.dead': { type: 'fanout' },
    },
    queues: {
      'notify.mail': {
        deadLetter: { exchange: 'notify.dead' },
        bindings: [
          { exchange: 'order.events', routingKeys: ['order.*.placed'] },
          { exchange: 'notify.events', routingKeys: ['mail.#'] },
        ],
      },
    },
    publishes: [{ exchange: 'notify.events', routingKeys: ['mail.#'] }],
    consumes: ['notify.mail'],
  },
  [shipping]: { namespace: 'shipping' },
  [gateway]: { sends: ['order.letters'] },
};

let standing: Standing;
const open = new Map<string, ChannelModel>();

const login = (service: string, at = vhost) => loginTo(rabbitmq, standing, service, at);

function connectionOf(service: string): ChannelModel {
  const connection = open.get(service);
  if (connection === undefined) throw new Error(`${service} is not logged in`);
  return connection;
}

beforeAll(async () => {
  const { username, password } = rabbitmq.admin;
  const place = {
    section: {
      managementUrl: rabbitmq.managementUrl,
      amqpsUrl: rabbitmq.amqpsUrl,
      vhost,
      tls: { ca: 'ca.pem' },
      admin: { username, password: 'env:ADMIN' },
    },
    files: { 'ca.pem': rabbitmq.ca },
    variables: { ADMIN: password },
    claims: { users: `*.${vhost}` },
  };
  standing = await stand('rabbitmq', place, services);
  for (const service of Object.keys(services)) open.set(service, await login(service));
});

afterAll(async () => {
  await Promise.all([...open.values()].map((connection) => connection.close()));
  await admin.delete(`/vhosts/${vhost}`);
  for (const service of Object.keys(services)) await admin.delete(`/users/${service}`);
  await standing.workspace.remove();
});

const attempt = (service: string, work: (channel: ConfirmChannel) => Promise<unknown>) =>
  attemptOn(connectionOf(service), work);

/** The next message of a queue, as the service sees it; waits for what is on its way. */
async function next(channel: Channel, queue: string): Promise<GetMessage> {
  for (const deadline = Date.now() + 5_000; Date.now() < deadline;) {
    const message = await channel.get(queue);
    if (message !== false) return message;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`nothing came to ${queue}`);
}

async function receive(service: string, queue: string): Promise<string> {
  let text = '';
  const answer = await attempt(service, async (channel) => {
    const message = await next(channel, queue);
    text = message.content.toString();
    channel.ack(message);
  });
  expect(answer).toBe('ok');
  return text;
}

describe('what a service declares works', () => {
  it.each([
    { from: orders, exchange: 'order.events', key: 'order.1.placed', to: payments, queue: 'payment.orders' },
    { from: orders, exchange: 'order.events', key: 'order.2.placed', to: notifier, queue: 'notify.mail' },
    {
      from: payments,
      exchange: 'payment.events',
      key: 'payment.captured',
      to: orders,
      queue: 'order.payments',
    },
    { from: notifier, exchange: 'notify.events', key: 'mail.a.b', to: notifier, queue: 'notify.mail' },
    // Nothing is bound to this key: it takes the alternate exchange.
    { from: orders, exchange: 'order.events', key: 'order', to: orders, queue: 'order.letters' },
    { from: gateway, exchange: '', key: 'order.letters', to: orders, queue: 'order.letters' },
  ])('$from publishes $exchange with $key, and $to gets it from $queue', async (one) => {
    await attempt(one.to, (channel) => channel.purgeQueue(one.queue));
    const text = uniqueName('message');
    expect(await attempt(one.from, publish(one.exchange, one.key, text))).toBe('ok');
    expect(await receive(one.to, one.queue)).toBe(text);
  });

  it('publishes with every declared form of key, confirmed', async () => {
    expect(await attempt(payments, publish('payment.events', 'payment.7.failed'))).toBe('ok');
    expect(await attempt(orders, publish('order.events', 'order.a.b.c'))).toBe('ok');
    expect(await attempt(orders, (channel) => channel.purgeQueue('order.letters'))).toBe('ok');
  });

  it('consumes, and what it rejects goes to its dead letters', async () => {
    const text = uniqueName('message');
    expect(await attempt(payments, publish('payment.events', 'payment.captured', text))).toBe('ok');
    const channel = await connectionOf(orders).createChannel();
    const delivered = await new Promise<ConsumeMessage>((resolve, reject) => {
      channel.once('error', reject);
      void channel.consume('order.payments', (message) => {
        if (message !== null) resolve(message);
      });
    });
    expect(delivered.content.toString()).toBe(text);
    channel.nack(delivered, false, false);
    await channel.close();
    expect(await receive(orders, 'order.letters')).toBe(text);
  });

  it('asserts its own exchanges, queues and bindings at start, where it declares', async () => {
    expect(await attempt(notifier, assertOwn)).toBe('ok');
  });

  it('makes them anew when they are gone, but not with a way to where it may not publish', async () => {
    const gone = async (channel: ConfirmChannel) => {
      await channel.deleteQueue('notify.mail');
      await channel.deleteExchange('notify.events');
    };
    expect(await attempt(notifier, gone)).toBe('ok');
    const deadLettering = (channel: ConfirmChannel) =>
      channel.assertQueue('notify.mail', { deadLetterExchange: 'order.events' });
    const alternate = (channel: ConfirmChannel) =>
      channel.assertExchange('notify.events', 'topic', { alternateExchange: 'order.dead' });
    expect([await attempt(notifier, deadLettering), await attempt(notifier, alternate)]).toEqual([403, 403]);
    expect(await attempt(notifier, assertOwn)).toBe('ok');
  });

  async function assertOwn(channel: ConfirmChannel): Promise<void> {
    await channel.assertExchange('notify.dead', 'fanout');
    await channel.assertExchange('notify.events', 'topic', { alternateExchange: 'notify.dead' });
    await channel.assertQueue('notify.mail', { deadLetterExchange: 'notify.dead' });
    await channel.bindQueue('notify.mail', 'order.events', 'order.*.placed');
    await channel.bindQueue('notify.mail', 'notify.events', 'mail.#');
  }

  it('makes, writes and reads what begins with its namespace', async () => {
    const answer = await attempt(shipping, async (channel) => {
      await channel.assertExchange('shipping.exchange.labels', 'direct', { durable: false });
      await channel.assertQueue('shipping.queue.labels', { durable: false });
      await publish('shipping.exchange.labels', 'any')(channel);
      await channel.consume('shipping.queue.labels', () => undefined);
      await channel.deleteQueue('shipping.queue.labels');
      await channel.deleteExchange('shipping.exchange.labels');
    });
    expect(answer).toBe('ok');
  });

  it('publishes in a transaction', async () => {
    const { hostname, port } = new URL(rabbitmq.amqpsUrl);
    const { cert, key } = await rabbitmq.clientCertificate(payments);
    const connection = new Connection({
      hostname,
      port: Number(port),
      vhost,
      ...(await standing.credential(payments)),
      tls: { ca: rabbitmq.ca, cert, key },
    });
    const send = (channel: Awaited<ReturnType<typeof connection.acquire>>, text: string) =>
      channel.basicPublish({ exchange: 'payment.events', routingKey: 'payment.captured' }, text);
    try {
      const channel = await connection.acquire();
      await channel.txSelect();
      await send(channel, 'undone');
      await channel.txRollback();
      await send(channel, 'kept');
      await channel.txCommit();
      await channel.close();
    } finally {
      await connection.close();
    }
    expect(await receive(orders, 'order.payments')).toBe('kept');
  });
});

describe('what a service does not declare is refused', () => {
  type Probe = readonly [what: string, work: (channel: ConfirmChannel) => Promise<unknown>];
  const refused: Readonly<Record<string, readonly Probe[]>> = {
    [orders]: [
      ["consumes another's queue", (channel) => channel.consume('payment.orders', () => undefined)],
      ["gets from another's queue", (channel) => channel.get('payment.orders')],
      ["purges another's queue", (channel) => channel.purgeQueue('payment.orders')],
      ["publishes to another's exchange", publish('payment.events', 'payment.captured')],
      ['publishes a routing key that it does not declare', publish('order.events', 'payment.captured')],
      ['publishes a routing key that only begins alike', publish('order.events', 'orders.placed')],
      ['publishes a routing key that only ends alike', publish('order.events', 'my.order.placed')],
      ['publishes to an exchange of its own that it only dead-letters to', publish('order.dead', '')],
      ['publishes to its alternate exchange', publish('order.unrouted', '')],
      ['sends to its own queue by the default exchange', publish('', 'order.payments')],
      ["sends to another's queue by the default exchange", publish('', 'payment.orders')],
      ['publishes to amq.topic', publish('amq.topic', 'order.placed')],
      ['publishes to amq.direct', publish('amq.direct', 'order.placed')],
      ['publishes to amq.fanout', publish('amq.fanout', '')],
      ['publishes to amq.headers', publish('amq.headers', '')],
      ['declares a queue', (channel) => channel.assertQueue('order.other')],
      ['declares a queue named by the server', (channel) => channel.assertQueue('')],
      ['declares its own queue', (channel) => channel.assertQueue('order.letters')],
      ['declares an exchange', (channel) => channel.assertExchange('order.other', 'topic')],
      ['deletes its own queue', (channel) => channel.deleteQueue('order.letters')],
      ["deletes another's queue", (channel) => channel.deleteQueue('payment.orders')],
      ['deletes its own exchange', (channel) => channel.deleteExchange('order.events')],
      [
        'binds its own queue',
        (channel) => channel.bindQueue('order.payments', 'payment.events', 'payment.#'),
      ],
      [
        'unbinds its own queue',
        (channel) => channel.unbindQueue('order.payments', 'payment.events', 'payment.captured'),
      ],
      ['binds its own exchange', (channel) => channel.bindExchange('order.dead', 'payment.events', '#')],
      [
        'binds its own exchange to amq.topic',
        (channel) => channel.bindExchange('amq.topic', 'order.events', '#'),
      ],
    ],
    [notifier]: [
      ["declares another's queue", (channel) => channel.assertQueue('order.letters')],
      ["declares another's exchange", (channel) => channel.assertExchange('order.dead', 'fanout')],
      ['declares a queue of another name', (channel) => channel.assertQueue('notify.mail.2')],
      [
        'declares an exchange of another name',
        (channel) => channel.assertExchange('notify.events.2', 'topic'),
      ],
      [
        'binds its queue by a key that it does not declare',
        (channel) => channel.bindQueue('notify.mail', 'order.events', 'order.#'),
      ],
      [
        'binds its queue to an exchange that it does not declare',
        (channel) => channel.bindQueue('notify.mail', 'payment.events', '#'),
      ],
      ["binds another's queue", (channel) => channel.bindQueue('order.letters', 'notify.events', 'mail.#')],
      ['publishes to the exchange that it is bound to', publish('order.events', 'order.1.placed')],
      ['publishes a key that it does not declare', publish('notify.events', 'sms.1')],
      ["consumes another's queue", (channel) => channel.consume('order.letters', () => undefined)],
    ],
    [shipping]: [
      ['declares outside of its namespace', (channel) => channel.assertQueue('shipments.queue.labels')],
      ['declares what has its namespace further on', (channel) => channel.assertQueue('a.shipping.queue.x')],
      ['declares neither queue nor exchange of it', (channel) => channel.assertQueue('shipping.other.x')],
      ['deletes outside of it', (channel) => channel.deleteExchange('order.events')],
      ['publishes outside of it', publish('order.events', 'order.1.placed')],
      ['sends by the default exchange', publish('', 'shipping.queue.x')],
      ['consumes outside of it', (channel) => channel.consume('order.letters', () => undefined)],
    ],
    [gateway]: [
      ['consumes the queue that it sends to', (channel) => channel.consume('order.letters', () => undefined)],
      ['gets from it', (channel) => channel.get('order.letters')],
      ['purges it', (channel) => channel.purgeQueue('order.letters')],
      ['publishes to an exchange', publish('order.events', 'order.1.placed')],
      ['publishes to amq.topic', publish('amq.topic', 'order.1.placed')],
      ['declares the queue', (channel) => channel.assertQueue('order.letters')],
      ['deletes the queue', (channel) => channel.deleteQueue('order.letters')],
    ],
  };

  // A message in every queue: to purge or to take one would show.
  beforeAll(async () => {
    expect(await attempt(orders, publish('order.events', 'order.1.placed'))).toBe('ok');
    expect(await attempt(orders, publish('order.events', 'order'))).toBe('ok');
    expect(await attempt(payments, publish('payment.events', 'payment.captured'))).toBe('ok');
  });

  it.each(Object.keys(refused))('%s: with 403 and without any effect', async (service) => {
    const before = await snapshot();
    const answers: Record<string, number | 'ok'> = {};
    for (const [what, work] of refused[service] ?? []) answers[what] = await attempt(service, work);
    const wanted = (refused[service] ?? []).map(([what]) => [what, 403]);
    expect(answers).toEqual(Object.fromEntries(wanted));
    await expect.poll(snapshot).toEqual(before);
  });

  it('counts at least ten of them', () => {
    expect(refused[orders]?.length).toBeGreaterThanOrEqual(10);
  });

  /** What stands in the vhost, and how many messages wait, as the administrator sees it. */
  async function snapshot() {
    const { queues, exchanges, bindings } = await admin.get<Record<string, unknown>>(`/definitions/${vhost}`);
    const waiting: Record<string, number> = {};
    for (const queue of ['notify.mail', 'order.letters', 'order.payments', 'payment.orders']) {
      // Taken and put back: the statistics are a second late.
      const take = { count: 100, ackmode: 'ack_requeue_true', encoding: 'auto' };
      waiting[queue] = (await admin.post<unknown[]>(`/queues/${vhost}/${queue}/get`, take)).length;
      expect(waiting[queue]).toBeGreaterThan(0);
    }
    return { queues, exchanges, bindings, waiting };
  }
});

describe('the login itself', () => {
  it('is refused in another vhost', async () => {
    await expect(login(orders, '/')).rejects.toMatchObject({ code: 'MQWARDEN_VHOST_REFUSED' });
  });

  it("is refused with another service's password", async () => {
    const { cert, key } = await rabbitmq.clientCertificate(orders);
    const { password } = await standing.credential(payments);
    const other = { service: orders, url: rabbitmq.amqpsUrl, vhost, username: orders, password };
    await expect(connect({ ...other, tls: { ca: rabbitmq.ca, cert, key } })).rejects.toMatchObject({
      code: 'MQWARDEN_ACCESS_REFUSED',
    });
  });

  it('is refused without a client certificate', async () => {
    const { username, password } = await standing.credential(orders);
    const bare = { service: orders, url: rabbitmq.amqpsUrl, vhost, username, password };
    await expect(connect({ ...bare, tls: { ca: rabbitmq.ca } })).rejects.toMatchObject({
      code: 'MQWARDEN_CONNECTION',
    });
  });

  it('opens no part of the management API', async () => {
    const api = rabbitAdmin(rabbitmq, await standing.credential(orders));
    for (const path of ['/whoami', '/definitions', `/queues/${vhost}`, '/users']) {
      expect([path, (await api.request('GET', path)).status]).toEqual([path, 401]);
    }
  });
});

it('leaves nothing to plan: whatever the services did, they stayed within the topology', async () => {
  expect((await standing.workspace.plan()).plan.changes).toEqual([]);
});
