/** verify on RabbitMQ: what it finds, and that nothing comes of it: no message is sent, delivered, marked or counted. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChannelModel, ConsumeMessage } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import type { Surroundings } from '../contract/subject.ts';
import { login, publish } from '../proof/amqp.ts';
import { stand, type Standing } from '../proof/services.ts';
import { rabbitPlace } from './place.ts';
import { standing, unasked, verifyIn } from './run.ts';

const { rabbitmq } = brokersForTests();
const admin = rabbitAdmin(rabbitmq);
const vhost = uniqueName('verify é/%');
const run = uniqueName('v').slice(2);
const [orders, billing, mailer, odd, quiet] = [
  `orders-${run}`,
  `billing-${run}`,
  `mailer-${run}`,
  `odd @/%+ é-${run}`,
  `quiet-${run}`,
] as [string, string, string, string, string];

const [events, work, stream, letters] = ['events /%@ é', 'work /%@ é', 'stream', 'letters'];
const services = {
  [orders]: {
    exchanges: {
      [events]: { type: 'topic' },
      inner: { type: 'direct', internal: true },
      dead: { type: 'fanout' },
    },
    queues: {
      [work]: {
        type: 'quorum',
        deadLetter: { exchange: 'dead' },
        bindings: [{ exchange: events, routingKeys: ['a.#'] }],
      },
      [stream]: { type: 'stream', bindings: [{ exchange: events, routingKeys: ['#'] }] },
      [letters]: { bindings: [{ exchange: 'dead' }, { exchange: events, routingKey: 'a.b' }] },
    },
    publishes: [{ exchange: events, routingKeys: ['a.#'] }],
    consumes: [work, stream, letters],
  },
  [billing]: { consumes: [letters], publishes: [{ exchange: events, routingKeys: ['b.*'] }] },
  [mailer]: {
    declares: true,
    queues: { mail: { bindings: [{ exchange: events, routingKeys: ['a.b', '#'] }] } },
    consumes: ['mail'],
    temporaryQueues: { bindings: [{ exchange: events, routingKey: 'news' }] },
  },
  [odd]: { namespace: 'odd', tags: ['impersonator'], sends: ['mail'] },
  [quiet]: {},
};

let place: Surroundings;
let stood: Standing;
const open: ChannelModel[] = [];

beforeAll(async () => {
  place = await rabbitPlace(rabbitmq, vhost, `*-${run}`);
  stood = await stand('rabbitmq', place, services);
});

afterAll(async () => {
  // Those whose permissions were narrowed are closed already.
  await Promise.all(open.map((connection) => connection.close().catch(() => undefined)));
  await admin.delete(`/vhosts/${encodeURIComponent(vhost)}`);
  for (const service of Object.keys(services)) await admin.delete(`/users/${encodeURIComponent(service)}`);
  await stood.workspace.remove();
});

const at = (kind: string, name: string) => `/${kind}/${[vhost, name].map(encodeURIComponent).join('/')}`;

async function messagesIn(queue: string): Promise<unknown> {
  const { messages, consumers } = await admin.get<Record<string, unknown>>(at('queues', queue));
  return { messages, consumers };
}

describe('what stands as the topology says', () => {
  it('is proved without a finding, and nearly all of it by asking', async () => {
    const verified = await verifyIn(stood, place);
    expect(verified.findings).toEqual([]);
    expect(standing(verified, orders, 'works')).toEqual(
      expect.arrayContaining([
        `write a.verify rabbitmq:exchange:${vhost}/${events}`,
        `read rabbitmq:queue:${vhost}/${work}`,
        `read rabbitmq:queue:${vhost}/${stream}`,
        `enter rabbitmq:vhost:${vhost}`,
      ]),
    );
    expect(standing(verified, orders, 'refused')).toEqual(
      expect.arrayContaining([
        `write mqwarden.verify rabbitmq:exchange:${vhost}/${events}`,
        `write b.verify rabbitmq:exchange:${vhost}/${events}`,
        `configure rabbitmq:queue:${vhost}/${work}`,
        `write rabbitmq:exchange:${vhost}/`,
        `read rabbitmq:queue:${vhost}/mail`,
        `write rabbitmq:queue:${vhost}/${work}`,
      ]),
    );
    expect(standing(verified, mailer, 'works').sort()).toEqual(
      [
        `enter rabbitmq:vhost:${vhost}`,
        ...['#', 'a.b', 'news'].map((key) => `read ${key} rabbitmq:exchange:${vhost}/${events}`),
        ...['configure', 'read', 'write'].map((right) => `${right} rabbitmq:queue:${vhost}/mail`),
      ].sort(),
    );
    // Who may send as others cannot be asked for routing keys; who may write to nothing cannot bind anything.
    const why = /impersonator|could be bound/;
    expect(unasked(verified).filter((one) => !why.test(one))).toEqual([]);
    expect(verified.services.map(({ login: { is } }) => is)).toEqual(['in', 'in', 'in', 'in', 'in']);
  });
});

/** Out of all definitions: those of one vhost are a 500 on RabbitMQ 4.0 where its name is not ASCII. */
async function thingsHere(): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const all = await admin.get<Readonly<Record<string, unknown>>>('/definitions');
  const of = (kind: string) => (all[kind] as readonly { readonly vhost?: string }[] | undefined) ?? [];
  const kinds = ['exchanges', 'queues', 'bindings', 'policies', 'permissions', 'topic_permissions'];
  return Object.fromEntries(
    kinds.map((kind) => [kind, sorted(of(kind).filter((one) => one.vhost === vhost))]),
  );
}

/** RabbitMQ lists in the order of its tables, which is another one after a while. */
function sorted(list: readonly unknown[]): readonly unknown[] {
  return list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe('nothing comes of it', () => {
  it(
    'sends, delivers, marks and counts nothing, with messages and a consumer there',
    { timeout: 60_000 },
    async () => {
      const connection = await login(rabbitmq, stood, orders, vhost);
      open.push(connection);
      const channel = await connection.createConfirmChannel();
      for (let n = 0; n < 3; n += 1) await publish(events, 'a.b', `message ${n}`)(channel);
      const delivered: ConsumeMessage[] = [];
      await channel.prefetch(1);
      await channel.consume(letters, (message) => {
        if (message !== null) delivered.push(message);
      });
      await expect.poll(() => messagesIn(work), { timeout: 20_000 }).toEqual({ messages: 3, consumers: 0 });
      await expect.poll(() => messagesIn(stream), { timeout: 20_000 }).toEqual({ messages: 3, consumers: 0 });
      await expect
        .poll(() => messagesIn(letters), { timeout: 20_000 })
        .toEqual({ messages: 3, consumers: 1 });
      const bindings = async () =>
        sorted(await admin.get<unknown[]>(`/bindings/${encodeURIComponent(vhost)}`));
      const [before, things, published] = [await bindings(), await thingsHere(), await publishedTo(events)];

      const verified = await verifyIn(stood, place);
      expect(verified.findings).toEqual([]);
      await verifyIn(stood, place, { atATime: 1 });

      expect(await bindings()).toEqual(before);
      expect(await thingsHere()).toEqual(things);
      expect(delivered.map(({ content }) => content.toString())).toEqual(['message 0']);
      // Statistics come a second later: the last is seen by one more message, and only that.
      await publish(events, 'a.b', 'last')(channel);
      await expect.poll(() => publishedTo(events), { timeout: 20_000 }).toBe(published + 1);
      for (const queue of [work, stream]) {
        await expect
          .poll(() => messagesIn(queue), { timeout: 20_000 })
          .toEqual({ messages: 4, consumers: 0 });
      }
      await expect
        .poll(() => messagesIn(letters), { timeout: 20_000 })
        .toEqual({ messages: 4, consumers: 1 });
      const messages = await drained(work);
      expect(messages.map(({ content }) => content.toString())).toEqual([
        'message 0',
        'message 1',
        'message 2',
        'last',
      ]);
      expect(messages.map(({ fields }) => fields.redelivered)).toEqual([false, false, false, false]);
      // What a quorum queue counts deliveries by.
      expect(messages.map(({ properties }) => properties.headers?.['x-delivery-count'] as unknown)).toEqual(
        Array.from({ length: 4 }, () => undefined),
      );
    },
  );

  async function publishedTo(exchange: string): Promise<number> {
    const { message_stats: stats } = await admin.get<{ message_stats?: { publish_in?: number } }>(
      at('exchanges', exchange),
    );
    return stats?.publish_in ?? 0;
  }

  async function drained(queue: string): Promise<ConsumeMessage[]> {
    const connection = await login(rabbitmq, stood, orders, vhost);
    open.push(connection);
    const channel = await connection.createChannel();
    const seen: ConsumeMessage[] = [];
    await channel.consume(queue, (message) => {
      if (message !== null) seen.push(message);
    });
    await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(4);
    return seen;
  }
});

describe('what does not stand as the topology says', () => {
  const permit = (user: string, configure: string, write: string, read: string) =>
    admin.put(at('permissions', user), { configure, write, read });

  it('is found: a right too many, one too few, and what the broker lacks', { timeout: 60_000 }, async () => {
    await permit(quiet, '^$', '^$', `^${work}$`);
    await permit(billing, '^(work /%@ é|nowhere)$', '^$', '^letters$');
    const verified = await verifyIn(stood, place, { services: [quiet, billing] });
    expect(standing(verified, quiet, 'open')).toEqual([`read rabbitmq:queue:${vhost}/${work}`]);
    expect(standing(verified, billing, 'open')).toEqual([`configure rabbitmq:queue:${vhost}/${work}`]);
    expect(standing(verified, billing, 'fails')).toEqual([
      `write b.verify rabbitmq:exchange:${vhost}/${events}`,
    ]);
    expect(verified.findings.map(({ rule, severity, service }) => [rule, severity, service]).sort()).toEqual([
      ['MQ402', 'error', billing],
      ['MQ402', 'error', quiet],
      ['MQ403', 'error', billing],
    ]);
    await stood.workspace.apply();
    expect((await verifyIn(stood, place)).findings).toEqual([]);
  });

  it('is found on routing keys: a row that is gone lets every key through', async () => {
    await admin.delete(`${at('topic-permissions', orders)}/${encodeURIComponent(events)}`);
    const verified = await verifyIn(stood, place, { services: [orders] });
    expect(standing(verified, orders, 'open').sort()).toEqual(
      ['b.verify', 'mqwarden.verify'].map((key) => `write ${key} rabbitmq:exchange:${vhost}/${events}`),
    );
    await stood.workspace.apply();
  });

  it('is found: a queue that is granted and not there', async () => {
    await admin.delete(at('queues', 'mail'));
    const verified = await verifyIn(stood, place, { services: [mailer] });
    expect(
      verified.findings.map(({ rule, message }) => [rule, message.includes('nothing of that name')]),
    ).toEqual([['MQ403', true]]);
    await stood.workspace.apply();
  });

  it('is said of a password that the broker does not take, and no password is', async () => {
    const stored = await stood.credential(billing);
    const file = join(stood.workspace.folder, 'secrets', 'rabbitmq', `${billing}.json`);
    await writeFile(file, JSON.stringify({ ...stored, password: 'not-the-password' }), { mode: 0o600 });
    const verified = await verifyIn(stood, place, { services: [billing] });
    expect(verified.findings.map(({ rule }) => rule)).toEqual(['MQ401']);
    expect(JSON.stringify(verified.findings)).not.toContain('not-the-password');
    await writeFile(file, JSON.stringify(stored), { mode: 0o600 });
  });

  it('asks about a part of what is closed where that is too much, the same part each time, and says so', async () => {
    const some = async () => verifyIn(stood, place, { services: [quiet], most: 2 });
    const [first, second] = [await some(), await some()];
    expect(first.findings).toEqual([
      expect.objectContaining({
        rule: 'MQ406',
        severity: 'note',
        message: expect.stringMatching(/of \d+ times .* 2 were asked/) as string,
      }),
    ]);
    expect(standing(first, quiet, 'refused')).toEqual(standing(second, quiet, 'refused'));
  });

  it('asks about all that the live grants leave open, however little is asked of the rest', async () => {
    await permit(quiet, '^$', '^$', '.*');
    const verified = await verifyIn(stood, place, { services: [quiet], most: 1 });
    expect(
      standing(verified, quiet, 'open')
        .filter((one) => one.includes(':queue:'))
        .sort(),
    ).toEqual([work, stream, letters, 'mail'].map((name) => `read rabbitmq:queue:${vhost}/${name}`).sort());
    await stood.workspace.apply();
  });

  it('refuses a service that the topology does not have', async () => {
    await expect(verifyIn(stood, place, { services: ['nobody'] })).rejects.toThrow('has no service nobody');
  });
});
