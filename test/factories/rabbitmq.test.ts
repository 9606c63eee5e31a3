/** The factory on a real RabbitMQ: rotations, lost connections, refusals. Each test has its own vhost and users. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connect, type ConnectionEvent } from '../../src/brokers/rabbitmq/connect.ts';
import { connected, type ConnectionAnswer } from '../../src/brokers/rabbitmq/facts/answers.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { again, expectAuditLines, rabbitUsers, rotate, type Store, storeOf, until } from './support.ts';

const { rabbitmq } = brokersForTests();
const admin = rabbitAdmin(rabbitmq);
const vhost = uniqueName('factories');
const at = encodeURIComponent(vhost);
const users = rabbitUsers(admin, vhost);
let certificate: { cert: string; key: string };

beforeAll(async () => {
  const { cert, key } = await rabbitmq.clientCertificate('order-service');
  certificate = { cert, key };
  await admin.put(`/vhosts/${at}`);
  await admin.put(`/permissions/${at}/${rabbitmq.admin.username}`, {
    configure: '.*',
    write: '.*',
    read: '.*',
  });
});
afterAll(() => admin.delete(`/vhosts/${at}`));

async function user(name: string, permission?: object): Promise<Store> {
  onTestFinished(() => users.drop(name));
  return users.add(name, permission);
}

async function queue(): Promise<string> {
  const name = uniqueName('queue');
  await admin.put(`/queues/${at}/${name}`, { durable: true });
  return name;
}

async function open(secrets: Store, more: object = {}) {
  const events: ConnectionEvent[] = [];
  const connection = await connect({
    service: 'order-service',
    url: rabbitmq.amqpsUrl,
    vhost,
    tls: { ca: rabbitmq.ca, ...certificate },
    secrets,
    onEvent: (event) => events.push(event),
    ...more,
  });
  onTestFinished(() => connection.close());
  connection.on('error', () => undefined);
  return { connection, events };
}

it('tells the broker which service it is, by the property that audit reads', async () => {
  const name = uniqueName('orders');
  const { events } = await open(await user(name));
  const mine = async () =>
    (await admin.get<ConnectionAnswer[]>(`/vhosts/${at}/connections`)).filter((one) => one.user === name);
  await until(async () => (await mine()).length > 0, 'the connection in the list');
  const [listed] = await mine();
  expect(listed === undefined ? [] : connected(listed)).toMatchObject([
    { user: name, service: 'order-service' },
  ]);
  expect(listed?.client_properties).toMatchObject({ correlation_id: events[0]?.correlationId });
});

describe('a rotation', () => {
  it('loses and doubles nothing, publishers and consumers at work', async () => {
    const name = uniqueName('orders');
    const [first, second, third] = [await user(name), await user(`${name}.g2`), await user(`${name}.g3`)];
    const secrets = storeOf(first.username, first.password);
    const { connection, events } = await open(secrets, { refreshMs: 100 });
    const target = await queue();
    const seen: string[] = [];
    await connection.consumer(target, async (message) => {
      await sleep(1);
      seen.push(message.content.toString());
    });
    const publisher = connection.publisher();
    const sent: string[] = [];
    const work = again(async (id) => {
      await publisher.sendToQueue(target, Buffer.from(String(id)));
      sent.push(String(id));
    });
    const change = async (next: Store): Promise<void> => {
      const before = sent.length;
      await until(() => sent.length > before + 50, 'messages before the rotation');
      rotate(secrets, next);
      await until(async () => (await users.connected()).join() === next.username, `only ${next.username}`);
    };
    await change(second);
    await change(third);
    await work.end();
    await until(() => seen.length >= sent.length, 'all messages consumed');
    expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(sent);
    expect(events.filter(({ type }) => type === 'handover').map(({ outcome }) => outcome)).toEqual([
      'succeeded',
      'succeeded',
    ]);
    expect(events.filter(({ type }) => type === 'close').map(({ outcome }) => outcome)).toEqual([
      'succeeded',
      'succeeded',
    ]);
    expect(JSON.stringify(events)).not.toMatch(new RegExp(`${first.password}|${second.password}`));
  });
});

describe('a handover that is under way', () => {
  it('is given up by close: nothing takes over any more', async () => {
    const name = uniqueName('closing');
    const [first, second] = [await user(name), await user(`${name}.g2`)];
    const held = storeOf(first.username, first.password);
    let [gate, asked]: [Promise<void> | undefined, number] = [undefined, 0];
    const secrets = {
      ...held,
      async getSecret(path: string, options: { fresh: boolean }) {
        asked += 1;
        await gate;
        return held.getSecret(path, options);
      },
    };
    const { connection, events } = await open(secrets);
    const target = await queue();
    const handling = Promise.withResolvers<undefined>();
    const seen: string[] = [];
    await connection.consumer(target, (message) => {
      seen.push(message.content.toString());
      return handling.promise;
    });
    await connection.publisher().sendToQueue(target, Buffer.from('1'));
    await until(() => seen.length === 1, 'the message with its handler');
    let taken = 0;
    connection.on('connect', () => (taken += 1));
    rotate(held, second);
    const reading = Promise.withResolvers<undefined>();
    [gate, asked] = [reading.promise.then(() => undefined), 0];
    const looking = connection.refresh();
    await until(() => asked > 0, 'a look at the store');
    const closed = connection.close();
    reading.resolve(undefined);
    // As long as the handler runs, it is not closed: the look at the store ends before.
    expect(await looking).toBe(false);
    handling.resolve(undefined);
    await closed;
    expect(taken).toBe(0);
    expect(events.map(({ type, outcome }) => `${type} ${outcome}`)).toEqual([
      'connect succeeded',
      'close succeeded',
    ]);
    await until(async () => (await users.connected()).length === 0, 'no connection left');
  });

  it('hangs up where who is told of it closes', async () => {
    const name = uniqueName('closing');
    const [first, second] = [await user(name), await user(`${name}.g2`)];
    const secrets = storeOf(first.username, first.password);
    let closed: Promise<void> | undefined;
    const { connection } = await open(secrets, {
      onEvent: ({ type, outcome }: ConnectionEvent) => {
        if (type === 'handover' && outcome === 'succeeded') closed = connection.close();
      },
    });
    rotate(secrets, second);
    expect(await connection.refresh()).toBe(false);
    await closed;
    expect(connection.connected).toBe(false);
    await until(async () => (await users.connected()).length === 0, 'no connection left');
  });
});

it('a listener that throws ends nothing, and is reported', async () => {
  const name = uniqueName('listener');
  const [first, second] = [await user(name), await user(`${name}.g2`)];
  const secrets = storeOf(first.username, first.password);
  const { connection, events } = await open(secrets);
  const warnings: string[] = [];
  const warned = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', warned);
  onTestFinished(() => void process.off('warning', warned));
  for (const event of ['connect', 'disconnect', 'handover', 'close']) {
    connection.on(event, () => {
      throw new Error(`no ${event}: ${second.password}`);
    });
  }
  const target = await queue();
  const seen: string[] = [];
  await connection.consumer(target, (message) => seen.push(message.content.toString()));
  rotate(secrets, second);
  expect(await connection.refresh()).toBe(true);
  await until(() => events.some(({ type }) => type === 'close'), 'the old connection closed');
  await until(async () => (await users.connected()).includes(second.username), 'the connection listed');
  await users.closeConnectionsOf(second.username);
  await until(() => events.some(({ type }) => type === 'reconnect'), 'connected again');
  await connection.publisher().sendToQueue(target, Buffer.from('on'));
  await until(() => seen.includes('on'), 'consumed');
  await connection.close();
  const threw = (event: string) => `a listener to "${event}" of the connection threw: no ${event}`;
  for (const event of ['connect', 'handover', 'disconnect', 'close']) {
    await until(() => warnings.some((one) => one.startsWith(threw(event))), `a warning of ${event}`);
  }
  expect(warnings.join()).not.toContain(second.password);
});

describe('channels of your own', () => {
  it('are settled before a rotation closes them', async () => {
    const name = uniqueName('own');
    const [first, second] = [await user(name), await user(`${name}.g2`)];
    const secrets = storeOf(first.username, first.password);
    const { connection, events } = await open(secrets);
    const target = await queue();
    const sending = await connection.createConfirmChannel();
    const channel = await connection.createChannel();
    const closed = new Promise((resolve) => channel.once('close', resolve));
    const seen: string[] = [];
    await channel.consume(target, (message) => {
      if (message === null) return;
      seen.push(message.content.toString());
      // Acknowledged when the rotation is under way.
      setTimeout(() => channel.ack(message), 300);
    });
    const confirmed: (string | null)[] = [];
    for (const text of ['a', 'b', 'c']) {
      sending.sendToQueue(target, Buffer.from(text), {}, (error: unknown) =>
        confirmed.push(error === null ? text : null),
      );
    }
    await until(() => seen.length === 3, 'three messages');
    rotate(secrets, second);
    expect(await connection.refresh()).toBe(true);
    await closed;
    expect(confirmed).toEqual(['a', 'b', 'c']);
    const next = await connection.createChannel();
    expect(await next.checkQueue(target)).toMatchObject({ messageCount: 0 });
    expect(await next.get(target)).toBe(false);
    await until(() => events.some(({ type }) => type === 'close'), 'the old connection closed');
    expect(events.map(({ type, outcome }) => `${type} ${outcome}`)).toEqual([
      'connect succeeded',
      'handover succeeded',
      'close succeeded',
    ]);
  });
});

describe('a connection that breaks', () => {
  it('comes back as the user that the store holds by then, and nothing that was confirmed is lost', async () => {
    const name = uniqueName('broken');
    const [first, second] = [await user(name), await user(`${name}.g2`)];
    const secrets = storeOf(first.username, first.password);
    const { connection, events } = await open(secrets);
    const target = await queue();
    const seen = new Set<string>();
    await connection.consumer(target, (message) => seen.add(message.content.toString()));
    const publisher = connection.publisher();
    const publish = async (from: number, to: number): Promise<void> => {
      for (let id = from; id < to; id += 1) await publisher.sendToQueue(target, Buffer.from(String(id)));
    };
    await publish(0, 20);
    // What an emergency does: the store first, then the user goes, then its connections.
    rotate(secrets, second);
    await admin.delete(`/users/${first.username}`);
    const work = publish(20, 200);
    work.catch(() => undefined);
    await until(async () => (await users.connected()).length > 0, 'the connection listed');
    await users.closeConnectionsOf(first.username);
    await work;
    await until(() => seen.size === 200, 'all messages consumed');
    await until(() => connection.connected, 'connected again');
    expect(events.map(({ type }) => type)).toContain('disconnect');
    expect(events.at(-1)).toMatchObject({
      type: 'reconnect',
      outcome: 'succeeded',
      username: second.username,
    });
  });

  it('is given up when its login is refused again and again, with one look past every cache', async () => {
    const first = await user(uniqueName('refused'));
    const asked: boolean[] = [];
    const secrets = {
      ...first,
      getSecret: (path: string, { fresh }: { fresh: boolean }) => {
        asked.push(fresh);
        return Promise.resolve(path.endsWith('/username') ? first.username : first.password);
      },
    };
    const { connection, events } = await open(secrets, { loginAttempts: 2 });
    const failed = new Promise<Error>((resolve) => connection.once('error', resolve));
    const ended = new Promise((resolve) => connection.once('close', resolve));
    await admin.put(`/users/${first.username}`, { password: 'another', tags: '' });
    await until(async () => (await users.connected()).includes(first.username), 'the connection listed');
    await users.closeConnectionsOf(first.username);
    expect(await failed).toMatchObject({ code: 'MQWARDEN_ACCESS_REFUSED' });
    await ended;
    await expect(connection.createChannel()).rejects.toMatchObject({ code: 'MQWARDEN_ACCESS_REFUSED' });
    await expect(connection.publisher().sendToQueue('q', Buffer.from(''))).rejects.toMatchObject({
      code: 'MQWARDEN_ACCESS_REFUSED',
    });
    expect(events.slice(-2).map(({ type, outcome }) => `${type} ${outcome}`)).toEqual([
      'reconnect refused',
      'reconnect stopped',
    ]);
    expect(asked).toContain(true);
    expect(JSON.stringify(events)).not.toContain(first.password);
    expectAuditLines(events, 'rabbitmq');
  });

  it('waits for a broker whose store is ahead of it, also at the first connect', async () => {
    const first = await user(uniqueName('ahead'));
    const secrets = storeOf(first.username, 'not-yet');
    const opening = open(secrets, { loginAttempts: 20 });
    await sleep(100);
    await admin.put(`/users/${first.username}`, { password: 'not-yet', tags: '' });
    const { connection, events } = await opening;
    expect(connection.connected).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'connect', outcome: 'succeeded' });
  });
});

describe('a publisher', () => {
  it('tells which message was refused, and the others arrive', async () => {
    const target = await queue();
    const exchange = uniqueName('forbidden');
    await admin.put(`/exchanges/${at}/${exchange}`, { type: 'fanout', durable: true });
    const first = await user(uniqueName('publisher'), {
      configure: '^$',
      write: '^amq\\.default$',
      read: '.*',
    });
    const { connection } = await open(first);
    const publisher = connection.publisher();
    const outcomes = await Promise.allSettled([
      publisher.sendToQueue(target, Buffer.from('1')),
      publisher.publish(exchange, 'key', Buffer.from('2')),
      publisher.sendToQueue(target, Buffer.from('3')),
      publisher.publish('', 'no-such-queue', Buffer.from('4'), { mandatory: true }),
    ]);
    const codes = outcomes.map((one) =>
      one.status === 'fulfilled' ? 'ok' : (one.reason as { code: string }).code,
    );
    expect(codes).toEqual(['ok', 'MQWARDEN_PUBLISH_REFUSED', 'ok', 'MQWARDEN_PUBLISH_UNROUTABLE']);
  });

  it('tells that a full queue took nothing, and that a connection is closed', async () => {
    const full = uniqueName('full');
    await admin.put(`/queues/${at}/${full}`, {
      durable: true,
      arguments: { 'x-max-length': 0, 'x-overflow': 'reject-publish' },
    });
    const { connection } = await open(await user(uniqueName('publisher')));
    const publisher = connection.publisher();
    await expect(publisher.sendToQueue(full, Buffer.from('1'))).rejects.toMatchObject({
      code: 'MQWARDEN_PUBLISH_NACKED',
    });
    await connection.close();
    await expect(publisher.sendToQueue(full, Buffer.from('1'))).rejects.toMatchObject({
      code: 'MQWARDEN_CLOSED',
    });
  });
});

describe('a consumer', () => {
  it('is refused at once where it may not read, and gives back what its handler threw on', async () => {
    const target = await queue();
    const first = await user(uniqueName('consumer'), { configure: '^$', write: '.*', read: `^${target}$` });
    const { connection } = await open(first);
    const other = await queue();
    await expect(connection.consumer(other, () => undefined)).rejects.toMatchObject({
      code: 'MQWARDEN_CONSUME_REFUSED',
    });
    const seen: boolean[] = [];
    const errors: unknown[] = [];
    const consumer = await connection.consumer(
      target,
      (message) => {
        seen.push(message.fields.redelivered);
        if (!message.fields.redelivered) throw new Error('not now');
      },
      { onError: (error) => errors.push(error) },
    );
    await connection.publisher().sendToQueue(target, Buffer.from('1'));
    await until(() => seen.length === 2, 'delivered again');
    expect(seen).toEqual([false, true]);
    expect(errors).toMatchObject([{ message: 'not now' }]);
    await consumer.close();
  });

  it('comes back to a queue that was deleted and made again', async () => {
    const target = await queue();
    const { connection } = await open(await user(uniqueName('consumer')));
    const seen: string[] = [];
    await connection.consumer(target, (message) => seen.push(message.content.toString()));
    await admin.delete(`/queues/${at}/${target}`);
    await admin.put(`/queues/${at}/${target}`, { durable: true });
    await connection.publisher().sendToQueue(target, Buffer.from('again'), { mandatory: true });
    await until(() => seen.length === 1, 'consumed again');
  });
});

it('a renewed client certificate is taken into use', async () => {
  let current = certificate;
  const tls = { ca: rabbitmq.ca, cert: () => current.cert, key: () => current.key };
  const { connection, events } = await open(await user(uniqueName('certificate')), { tls });
  expect(await connection.refresh()).toBe(false);
  const { cert, key } = await rabbitmq.clientCertificate('order-service');
  current = { cert, key };
  expect(await connection.refresh()).toBe(true);
  expect(events.map(({ type }) => type)).toContain('handover');
});
