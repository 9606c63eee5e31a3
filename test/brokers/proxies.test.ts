import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { brokersForTests, uniqueName } from './index.ts';
import { kafkaAdmin } from './kafka-admin.ts';
import { startKafkaProxy } from './proxy-kafka.ts';
import { startManagementProxy } from './proxy-management.ts';
import { type TcpMode, startTcpProxy } from './proxy.ts';
import { rabbitAdmin } from './rabbit-admin.ts';

const { rabbitmq, kafka } = brokersForTests();
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

describe('TCP proxy', () => {
  const start = async (mode: TcpMode = 'pass') => {
    const proxy = await startTcpProxy(rabbitmq.managementUrl, mode);
    running.push(proxy);
    const through = { ...rabbitmq, managementUrl: `https://localhost:${proxy.port}` };
    return { proxy, whoami: () => rabbitAdmin(through).get('/whoami') };
  };

  it('passes TLS through untouched, and counts', async () => {
    const { proxy, whoami } = await start();
    expect(await whoami()).toMatchObject({ name: 'admin' });
    await whoami();
    expect(proxy.connections).toBe(2);
    expect(proxy.bytesToBroker).toBeGreaterThan(300);
    expect(proxy.bytesToClient).toBeGreaterThan(1_000);
  });

  it('refuses, and serves again on the same port', async () => {
    const { proxy, whoami } = await start('refuse');
    await expect(whoami()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.setMode('pass');
    expect(await whoami()).toMatchObject({ name: 'admin' });
  });

  it('hangs', async () => {
    const { proxy } = await start('hang');
    const socket = connect(proxy.port, '127.0.0.1');
    await once(socket, 'connect');
    let heard = false;
    socket.on('data', () => (heard = true)).on('close', () => (heard = true));
    socket.write('anything');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(heard).toBe(false);
    expect(proxy).toMatchObject({ open: 1, connections: 1, bytesToBroker: 0 });
    socket.destroy();
  });

  it.each<TcpMode>([{ cutAfterBytes: 100 }, { cutAfterBytes: 0 }, { cutAtSend: 2 }])(
    'resets with %j',
    async (mode) => {
      const { proxy, whoami } = await start(mode);
      await expect(whoami()).rejects.toMatchObject({ code: 'ECONNRESET' });
      if (typeof mode === 'object' && 'cutAfterBytes' in mode)
        expect(proxy.bytesToBroker).toBe(mode.cutAfterBytes);
    },
  );
});

describe('management proxy', () => {
  const start = async (...hook: [Parameters<typeof startManagementProxy>[1]?]) => {
    const proxy = await startManagementProxy(rabbitmq, ...hook);
    running.push(proxy);
    return { proxy, admin: rabbitAdmin({ ...rabbitmq, managementUrl: proxy.managementUrl }) };
  };
  const direct = rabbitAdmin(rabbitmq);

  it('passes and records requests, without the password', async () => {
    const { proxy, admin } = await start();
    const vhost = uniqueName('a/b');
    const path = `/vhosts/${encodeURIComponent(vhost)}`;
    await admin.put(path, { description: 'é' });
    expect(await admin.get(`${path}?columns=name`)).toEqual({ name: vhost });
    await admin.delete(path);
    expect(proxy.requests).toMatchObject([
      { n: 1, method: 'PUT', path: `/api${path}`, body: '{"description":"é"}', status: 201 },
      { n: 2, method: 'GET', path: `/api${path}?columns=name`, status: 200 },
      { n: 3, method: 'DELETE', status: 204 },
    ]);
    expect(JSON.stringify(proxy.requests)).not.toMatch(/authorization/i);
  });

  it.each([
    ['kill-before', 404],
    ['drop-response', 200],
  ] as const)(
    '%s: the client sees a reset, and the broker answers %d for what it asked for',
    async (fault, status) => {
      const { admin } = await start((n) => (n === 2 ? fault : 'pass'));
      const vhost = uniqueName('proxied');
      expect(await admin.get('/whoami')).toBeDefined();
      await expect(admin.put(`/vhosts/${vhost}`)).rejects.toThrow(/socket hang up|ECONNRESET/);
      expect((await direct.request('GET', `/vhosts/${vhost}`)).status).toBe(status);
      await direct.delete(`/vhosts/${vhost}`);
    },
  );

  it('answers in place of the broker, and after the hook has changed something there', async () => {
    const vhost = uniqueName('hooked');
    const { admin, proxy } = await start(async (n) => {
      if (n === 1) return { status: 503, body: { reason: 'starting' } };
      await direct.put(`/vhosts/${vhost}`);
      return 'pass';
    });
    expect(await admin.request('GET', '/whoami')).toEqual({ status: 503, body: { reason: 'starting' } });
    expect((await admin.request('GET', `/vhosts/${vhost}`)).status).toBe(200);
    expect(proxy.requests.map(({ status }) => status)).toEqual([503, 200]);
    await direct.delete(`/vhosts/${vhost}`);
  });

  it('hangs, until it is stopped', async () => {
    const { admin, proxy } = await start(() => 'hang');
    const answer = admin.get('/whoami').then(String, (error: unknown) => String(error));
    const first = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 300, 'nothing'))]);
    expect(first).toBe('nothing');
    await proxy.stop();
    expect(await answer).toMatch(/socket hang up|ECONNRESET/);
  });
});

describe('Kafka proxy', () => {
  const CREATE_TOPICS = 19;
  const start = async (...hook: [Parameters<typeof startKafkaProxy>[1]?]) => {
    const proxy = await startKafkaProxy(kafka, ...hook);
    running.push(proxy);
    return { proxy, through: { ...kafka, brokers: proxy.brokers } };
  };
  /** kafkajs tries again by itself: a second request would undo what the fault shows. */
  const once19 = (fault: 'kill-before' | 'drop-response') => {
    let done = false;
    return (_: number, { apiKey }: { apiKey: number }) => {
      if (apiKey !== CREATE_TOPICS) return 'pass';
      const first = !done;
      done = true;
      return first ? fault : 'hang';
    };
  };

  it('keeps a client on it from the first request to the last, and records their keys', async () => {
    const { proxy, through } = await start();
    const admin = await kafkaAdmin(through);
    const topic = uniqueName('proxied');
    await admin.createTopic(topic);
    await admin.deleteTopics([topic]);
    await admin.close();
    expect(proxy.apiKeys.slice(0, 3)).toEqual([18, 17, 36]);
    expect(proxy.apiKeys.filter((key) => key === CREATE_TOPICS)).toHaveLength(1);
    expect(proxy.requests.map(({ n }) => n)).toEqual(proxy.requests.map((_, i) => i + 1));
  });

  it.each([
    ['kill-before', false],
    ['drop-response', true],
  ] as const)('%s: whether the topic is there afterwards: %s', async (fault, there) => {
    const { proxy, through } = await start(once19(fault));
    const [admin, direct] = await Promise.all([kafkaAdmin(through), kafkaAdmin(kafka)]);
    const topic = uniqueName(fault);
    const creating = admin.createTopic(topic).catch(() => undefined);
    await expect.poll(() => proxy.apiKeys.filter((key) => key === CREATE_TOPICS).length).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await direct.topics()).includes(topic)).toBe(there);
    if (there) await direct.deleteTopics([topic]);
    await proxy.stop();
    await Promise.all([admin.close(), direct.close()]);
    await creating;
  });

  it('says so when every slot is taken', async () => {
    await expect(startKafkaProxy({ ...kafka, proxySlots: [] })).rejects.toThrow(
      /all 0 proxy slots .* in use/,
    );
  });
});
