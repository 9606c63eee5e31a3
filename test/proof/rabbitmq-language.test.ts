/**
 * Named vhosts, requests and replies, and temporary queues on RabbitMQ, proved by login: each service does what it declares with
 * the credential that mqwarden stored for it, and the broker refuses it the rest.
 */
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { attempt, login, publish } from './amqp.ts';
import { stand, type Standing } from './services.ts';

const { rabbitmq } = brokersForTests();
const admin = rabbitAdmin(rabbitmq);
const main = uniqueName('language');
const side = `${main}.side`;
const [seats, booking, kiosk, screen] = ['seats', 'booking', 'kiosk', 'screen'].map(
  (name) => `${name}.${main}`,
) as [string, string, string, string];

const services = {
  [seats]: {
    serves: ['seat.requests'],
    exchanges: { 'seat.events': { type: 'topic' } },
    publishes: ['seat.events'],
  },
  [booking]: {
    vhost: 'side',
    exchanges: { bookings: {} },
    queues: { bookings: { bindings: [{ exchange: 'bookings', routingKey: 'k' }] } },
    publishes: ['bookings'],
    consumes: ['bookings'],
    calls: [seats],
  },
  [kiosk]: { calls: [seats], declares: true, queues: { 'kiosk.own': {} } },
  [screen]: {
    temporaryQueues: { bindings: [{ exchange: 'seat.events', routingKeys: ['seat.*.taken'] }] },
  },
};

let standing: Standing;
const open = new Map<string, ChannelModel>();
const connections = [
  [seats, main],
  [booking, main],
  [booking, side],
  [kiosk, main],
  [screen, main],
] as const;

const as = (service: string, vhost = main): ChannelModel => {
  const connection = open.get(`${service} in ${vhost}`);
  if (connection === undefined) throw new Error(`${service} is not logged in to ${vhost}`);
  return connection;
};

beforeAll(async () => {
  const { username, password } = rabbitmq.admin;
  const place = {
    section: {
      managementUrl: rabbitmq.managementUrl,
      amqpsUrl: rabbitmq.amqpsUrl,
      vhost: main,
      vhosts: { side },
      tls: { ca: 'ca.pem' },
      admin: { username, password: 'env:ADMIN' },
    },
    files: { 'ca.pem': rabbitmq.ca },
    variables: { ADMIN: password },
    claims: { users: `*.${main}` },
  };
  standing = await stand('rabbitmq', place, services);
  for (const [service, vhost] of connections) {
    open.set(`${service} in ${vhost}`, await login(rabbitmq, standing, service, vhost));
  }
});

afterAll(async () => {
  await Promise.all([...open.values()].map((connection) => connection.close()));
  for (const vhost of [main, side]) await admin.delete(`/vhosts/${vhost}`);
  for (const service of Object.keys(services)) await admin.delete(`/users/${service}`);
  await standing.workspace.remove();
});

type Probe = readonly [what: string, service: string, work: (channel: ConfirmChannel) => Promise<unknown>];

/** Each with its answer, by what it is. */
async function answers(probes: readonly Probe[], vhost = main): Promise<Record<string, number | 'ok'>> {
  const found: Record<string, number | 'ok'> = {};
  for (const [what, service, work] of probes) found[what] = await attempt(as(service, vhost), work);
  return found;
}

const all = (probes: readonly Probe[], answer: number | 'ok') =>
  Object.fromEntries(probes.map(([what]) => [what, answer]));

const consume = (queue: string) => (channel: ConfirmChannel) => channel.consume(queue, () => undefined);

describe('named vhosts', () => {
  it('let a service in that uses them, with what it does there alone', async () => {
    const probes: Probe[] = [
      ['publishes at home', booking, publish('bookings', 'k')],
      ['consumes at home', booking, consume('bookings')],
    ];
    expect(await answers(probes, side)).toEqual(all(probes, 'ok'));
    const elsewhere: Probe[] = [
      ['publishes there too', booking, publish('seat.events', 'seat.1.taken')],
      ['consumes requests', booking, consume('seat.requests')],
      ['declares', booking, (channel) => channel.assertQueue('bookings')],
    ];
    expect(await answers(elsewhere)).toEqual(all(elsewhere, 403));
  });

  it('keep out who does nothing there', async () => {
    for (const service of [seats, kiosk, screen]) {
      await expect(login(rabbitmq, standing, service, side)).rejects.toMatchObject({
        code: 'MQWARDEN_VHOST_REFUSED',
      });
    }
  });
});

describe('requests and replies', () => {
  const replies = {
    [booking]: `${booking}.replies.seat.requests`,
    [kiosk]: `${kiosk}.replies.seat.requests`,
  };

  /** Answers each request to the service that asked, as `replyTo` says. */
  async function serve(): Promise<() => Promise<void>> {
    const channel = await as(seats).createChannel();
    await channel.consume('seat.requests', (message) => {
      if (message === null) return;
      const { replyTo, correlationId } = message.properties as Record<'replyTo' | 'correlationId', string>;
      const text = `answer to ${message.content.toString()}`;
      channel.publish('seat.requests.replies', replyTo, Buffer.from(text), { correlationId });
      channel.ack(message);
    });
    return () => channel.close();
  }

  async function call(caller: string, text: string): Promise<string> {
    const channel = await as(caller).createConfirmChannel();
    const correlationId = uniqueName('call');
    const answer = new Promise<string>((resolve, reject) => {
      channel.once('error', reject);
      void channel.consume(
        replies[caller] ?? '',
        (message) => {
          if (message?.properties.correlationId === correlationId) resolve(message.content.toString());
        },
        { noAck: true },
      );
    });
    channel.publish('seat.requests.calls', 'seat.requests', Buffer.from(text), {
      correlationId,
      replyTo: caller,
    });
    await channel.waitForConfirms();
    const answered = await answer;
    await channel.close();
    return answered;
  }

  it('go from each caller to the server and back, to that caller alone', async () => {
    const stop = await serve();
    const answered = [
      ...(await Promise.all([call(booking, 'row 1'), call(kiosk, 'row 2')])),
      await call(booking, 'row 3'),
    ];
    expect(answered).toEqual(['answer to row 1', 'answer to row 2', 'answer to row 3']);
    await stop();
  });

  it('are closed to everyone who has another part, or none', async () => {
    const probes: Probe[] = [
      ["reads another caller's replies", booking, consume(replies[kiosk] ?? '')],
      ["gets another caller's replies", kiosk, (channel) => channel.get(replies[booking] ?? '')],
      ['purges them', kiosk, (channel) => channel.purgeQueue(replies[booking] ?? '')],
      ['publishes replies as a caller', booking, publish('seat.requests.replies', kiosk)],
      ['sends replies by the default exchange', booking, publish('', replies[kiosk] ?? '')],
      ['reads requests as a caller', kiosk, consume('seat.requests')],
      ['reads replies as the server', seats, consume(replies[kiosk] ?? '')],
      ['requests as the server', seats, publish('seat.requests.calls', 'seat.requests')],
      ['requests as a stranger', screen, publish('seat.requests.calls', 'seat.requests')],
      ['replies as a stranger', screen, publish('seat.requests.replies', kiosk)],
      [
        "binds its reply queue to another caller's replies",
        kiosk,
        (channel) => channel.bindQueue(replies[kiosk] ?? '', 'seat.requests.replies', booking),
      ],
      [
        'binds a queue of its own to the replies',
        kiosk,
        (channel) => channel.bindQueue('kiosk.own', 'seat.requests.replies', booking),
      ],
      [
        'binds a temporary queue to the replies',
        screen,
        async (channel) => {
          const { queue } = await channel.assertQueue('', { exclusive: true });
          await channel.bindQueue(queue, 'seat.requests.replies', booking);
        },
      ],
    ];
    expect(await answers(probes)).toEqual(all(probes, 403));
  });
});

describe('temporary queues', () => {
  it('are made, bound by the declared key, and consumed', async () => {
    const channel = await as(screen).createChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, 'seat.events', 'seat.*.taken');
    const text = new Promise<string>((resolve) => {
      void channel.consume(queue, (message) => resolve(message?.content.toString() ?? ''), { noAck: true });
    });
    expect(await attempt(as(seats), publish('seat.events', 'seat.7.taken', 'seven'))).toBe('ok');
    expect(await text).toBe('seven');
    await channel.deleteQueue(queue);
    await channel.close();
  });

  it('are refused another name, another key, another exchange, and to who has none', async () => {
    const bound = (exchange: string, key: string) => async (channel: ConfirmChannel) => {
      const { queue } = await channel.assertQueue('', { exclusive: true });
      await channel.bindQueue(queue, exchange, key);
    };
    const probes: Probe[] = [
      ['another name', screen, (channel) => channel.assertQueue('mine', { exclusive: true })],
      ['a key that matches more', screen, bound('seat.events', 'seat.#')],
      ['a key that the declared one would match', screen, bound('seat.events', 'seat.1.taken')],
      ['another exchange', screen, bound('amq.topic', 'seat.*.taken')],
      ['publishing to what it is bound to', screen, publish('seat.events', 'seat.1.taken')],
      ['a service that declared none', kiosk, bound('seat.events', 'seat.*.taken')],
    ];
    expect(await answers(probes)).toEqual(all(probes, 403));
  });

  it('direct reply-to needs no permission to read, only the one to ask', async () => {
    const server = await as(seats).createChannel();
    await server.consume(
      'seat.requests',
      (message) => {
        if (message !== null) server.sendToQueue(String(message.properties.replyTo), Buffer.from('direct'));
      },
      { noAck: true },
    );
    const refused = new Promise<number>((resolve) => {
      server.once('error', (error: Error & { code: number }) => resolve(error.code));
    });
    const channel = await as(kiosk).createChannel();
    await channel.consume('amq.rabbitmq.reply-to', () => undefined, { noAck: true });
    channel.publish('seat.requests.calls', 'seat.requests', Buffer.from('?'), {
      replyTo: 'amq.rabbitmq.reply-to',
    });
    // The caller reads without a permission; the server still needs write on the default exchange to answer so.
    expect(await refused).toBe(403);
    await channel.close();
  });
});

it('leaves nothing to plan: whatever the services did, they stayed within the topology', async () => {
  expect((await standing.workspace.plan()).plan.changes).toEqual([]);
});
