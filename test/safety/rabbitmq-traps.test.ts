/** How RabbitMQ's management API misleads a tool that trusts it: docs/traps.md. Seen from a proxy in front of a real one. */
import { connect } from 'amqplib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { kinds } from '../../src/brokers/rabbitmq/kinds.ts';
import { normalize } from '../../src/brokers/rabbitmq/normalize.ts';
import { vhostAddress } from '../../src/brokers/rabbitmq/resources.ts';
import { brokersForTests } from '../brokers/index.ts';
import { type ManagementProxy, startManagementProxy } from '../brokers/proxy-management.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { actions } from '../cli/workspace.ts';
import { type Bench, openBench } from './bench.ts';
import type { JsonObject } from '../../src/core/json.ts';

const brokers = brokersForTests();
const rabbit = rabbitAdmin(brokers.rabbitmq);
const only = 'rabbitmq';
let proxy: ManagementProxy;
let bench: Bench;
let vhost: string;
let service: string;

beforeAll(async () => {
  proxy = await startManagementProxy(brokers.rabbitmq);
  const throughProxy = { ...brokers.rabbitmq, managementUrl: proxy.managementUrl };
  bench = await openBench({ ...brokers, rabbitmq: throughProxy });
  vhost = encodeURIComponent(bench.vhost);
  service = `order-${bench.mark}`;
  await bench.write(publishing('order.#'));
});
afterEach(() => {
  proxy.onRequest(undefined);
  proxy.clear();
});
afterAll(async () => {
  await proxy.stop();
  await bench.remove();
});

const publishing = (key: string, over: object = {}) => ({
  [service]: {
    rabbitmq: {
      exchanges: { events: { type: 'topic' } },
      queues: { work: { bindings: [{ exchange: 'events', routingKey: '#' }] } },
      publishes: [{ exchange: 'events', routingKeys: [key] }],
      ...over,
    },
  },
});
/** `PUT /exchanges/events`: what was asked of the vhost, without reads. */
const writes = () =>
  proxy.requests
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path.replace('/api', '').replace(`/${vhost}`, '')}`);
const bodyOf = (start: string): unknown =>
  JSON.parse(proxy.requests.find(({ method, path }) => `${method} ${path}`.startsWith(start))?.body ?? '{}');

describe('a first apply', () => {
  it('plans with reads alone, and warns that the creator of a vhost gets every right in it', async () => {
    const { warnings } = await bench.see({ only });
    expect(warnings.map(({ message }) => message)).toContain(
      'creating the vhost gives its creator, admin, every permission in it',
    );
    expect(new Set(proxy.requests.map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  it('writes the topic row before the permission, and both after the exchange', async () => {
    await bench.settle({ only });
    const order = writes().filter((line) => !line.includes('/users/'));
    expect(order).toEqual([
      'PUT /vhosts',
      'PUT /exchanges/events',
      'PUT /queues/work',
      'POST /bindings/e/events/q/work',
      `PUT /topic-permissions/${service}`,
      `PUT /permissions/${service}`,
    ]);
  });
});

describe('what is sent', () => {
  beforeAll(async () => {
    await rabbit.delete(`/vhosts/${vhost}`);
    await rabbit.delete(`/users/${service}`);
  });

  it('states every setting, never a password in clear, and imports no definitions', async () => {
    await bench.settle({ only });
    const { password } = await bench.stored(`rabbitmq/${service}`);
    expect(bodyOf(`PUT /api/users/${service}`)).toEqual({
      password_hash: expect.stringMatching(/^[\w+/]+=*$/) as string,
      hashing_algorithm: 'rabbit_password_hashing_sha512',
      tags: '',
    });
    expect(bodyOf('PUT /api/exchanges/')).toEqual({
      type: 'topic',
      durable: true,
      auto_delete: false,
      internal: false,
      arguments: {},
    });
    expect(bodyOf('PUT /api/queues/')).toEqual({
      durable: true,
      auto_delete: false,
      arguments: { 'x-queue-type': 'classic' },
    });
    for (const { path, body } of proxy.requests) {
      expect(decodeURIComponent(path) + body).not.toContain(password);
      expect(path).not.toContain('hash_password');
    }
    expect(writes().filter((line) => line.includes('/definitions'))).toEqual([]);
    expect(await rabbit.get(`/queues/${vhost}/work`)).toMatchObject({ durable: true });
  });

  it('leaves the administrator its own rights, and does not list them', async () => {
    const plan = await bench.see({ only, prune: true });
    expect(actions([...plan.changes, ...plan.blocked])).toEqual([]);
    expect(plan.unmanaged.filter(({ address }) => address.endsWith('/admin'))).toEqual([]);
    expect(await rabbit.get(`/permissions/${vhost}/admin`)).toMatchObject({ configure: '.*' });
  });
});

describe('topic rows', () => {
  /** The row as it stood before each write and after the last: without one, every key is allowed. */
  async function watchRow(services: Readonly<Record<string, unknown>>) {
    const seen: unknown[] = [];
    const look = async () => {
      const { status, body } = await rabbit.request('GET', `/topic-permissions/${vhost}/${service}`);
      seen.push(status === 404 ? [] : (body as { write: string }[]).map(({ write }) => write));
    };
    proxy.onRequest(async (_n, { method }) => {
      if (method !== 'GET') await look();
      return 'pass' as const;
    });
    await bench.write(services);
    await bench.settle({ only });
    await look();
    return seen;
  }

  it('are changed in place, never cleared and set again', async () => {
    const seen = await watchRow(publishing('payment.*'));
    expect(writes().filter((line) => line.includes('topic-permissions'))).toEqual([
      `PUT /topic-permissions/${service}`,
    ]);
    expect(seen).toEqual([['^order(\\..*)?$'], ['^payment\\.[^.]*$']]);
  });

  it('go only after the permission that they bound', async () => {
    const seen = await watchRow(publishing('payment.*', { publishes: [] }));
    const granted = `PUT /permissions/${service}`;
    const gone = `DELETE /topic-permissions/${service}/events`;
    expect(writes()).toEqual([granted, gone]);
    expect(seen).toEqual([['^payment\\.[^.]*$'], ['^payment\\.[^.]*$'], []]);
  });
});

describe('answers that are no answer', () => {
  it.each([
    ['500', { status: 500, body: { error: 'internal', reason: 'timeout' } }],
    ['no lists', { status: 200, body: {} }],
    ['null', { status: 200, body: null }],
    ['a list', { status: 200, body: [] }],
  ])('%s in place of the definitions: nothing is taken for absent', async (_name, verdict) => {
    proxy.onRequest((_n, { path }) => (path.startsWith('/api/definitions') ? verdict : 'pass'));
    await expect(bench.make({ only, prune: true })).rejects.toThrow(/definitions/);
    expect(writes()).toEqual([]);
  });

  it('401 to a declaration is not told as a wrong password', async () => {
    await bench.write(publishing('payment.*', { publishes: [], exchanges: { late: {} } }));
    proxy.onRequest(async (_n, { method, path }) => {
      if (method === 'PUT' && path.startsWith('/api/exchanges/'))
        await rabbit.delete(`/permissions/${vhost}/admin`);
      return 'pass' as const;
    });
    const lines = await bench.make({ only });
    await rabbit.put(`/permissions/${vhost}/admin`, { configure: '.*', write: '.*', read: '.*' });
    const failed = lines.filter((line) => !line.endsWith(': done'));
    expect(failed).toEqual([
      expect.stringMatching(/^create rabbitmq:exchange:.*\/late: RabbitMQ refused it to admin: .*\(401\)$/),
    ]);
    expect(failed.join()).not.toMatch(/password|Login failed/);
  });

  it('a read that lags behind the write is read again, not reported as undone', async () => {
    const before = await rabbit.get('/definitions');
    let written = false;
    let stale = 0;
    proxy.onRequest((_n, { method, path }) => {
      if (method !== 'GET') written = true;
      if (!written || !path.startsWith('/api/definitions') || stale >= 2) return 'pass' as const;
      stale += 1;
      return { status: 200, body: before };
    });
    await bench.settle({ only });
    expect(stale).toBe(2);
  });
});

describe('forms of one thing', () => {
  it("an empty pattern is ^$: what a person wrote as '' is no drift", async () => {
    await bench.write({ [service]: { rabbitmq: {} } });
    await bench.settle({ only });
    await rabbit.put(`/permissions/${vhost}/${service}`, { configure: '', write: '', read: '' });
    expect((await bench.see({ only })).changes).toEqual([]);
  });

  it('built-in exchanges, which the definitions leave out, can be used', async () => {
    await bench.write({
      [service]: {
        rabbitmq: {
          queues: { work: { bindings: [{ exchange: 'amq.topic', routingKey: 'a' }] } },
          publishes: [{ exchange: 'amq.topic', routingKeys: ['a'] }],
          sends: ['work'],
        },
      },
    });
    const { blocked } = await bench.see({ only });
    expect(blocked).toEqual([]);
    await bench.settle({ only });
    expect(await rabbit.get(`/permissions/${vhost}/${service}`)).toMatchObject({
      write: '^(amq\\.default|amq\\.topic)$',
    });
  });

  it('a binding to what is not there is blocked, not dropped without a word', async () => {
    await bench.write({
      [service]: { rabbitmq: { queues: { work: { bindings: [{ exchange: 'nowhere', routingKey: 'a' }] } } } },
    });
    const { blocked } = await bench.see({ only });
    expect(actions(blocked)).toEqual([`create rabbitmq:binding:${vhost}/nowhere/queue/work/a`]);
    expect(blocked[0]?.reason).toContain(`needs rabbitmq:exchange:${vhost}/nowhere`);
  });

  it('a name that a URL resolves away cannot reach what holds it', async () => {
    await bench.write({ [service]: { rabbitmq: { queues: { '..': {} } } } });
    await expect(bench.make({ only })).rejects.toThrow('".." cannot be addressed');

    await bench.write({ [service]: { rabbitmq: {} } });
    const { cert, key } = await brokers.rabbitmq.clientCertificate('admin');
    const { hostname, port } = new URL(brokers.rabbitmq.amqpsUrl);
    const connection = await connect(
      { protocol: 'amqps', hostname, port: Number(port), vhost, ...brokers.rabbitmq.admin },
      { ca: [brokers.rabbitmq.ca], cert, key },
    );
    await (await connection.createChannel()).assertQueue('..');
    await connection.close();
    const lines = await bench
      .make({ only, prune: true, allowDataLoss: [`rabbitmq:queue:${vhost}/..`] })
      .catch((error: unknown) => [String(error)]);
    expect(lines.join()).toContain('the management API cannot address the name ".."');
    expect((await rabbit.request('GET', `/vhosts/${vhost}`)).status).toBe(200);
    expect(writes().filter((line) => line.includes('vhosts') || line.includes('..'))).toEqual([]);
  });

  it('a default queue type that the topology leaves open goes along with every write of the vhost', () => {
    const at = vhostAddress('v');
    const kind = kinds['rabbitmq:vhost'];
    const live = {
      kind: 'rabbitmq:vhost' as const,
      address: at,
      spec: { defaultQueueType: 'quorum', limits: {} },
    };
    const settled = kind.settle?.(live, { ...live, spec: { description: 'new', limits: {} } });
    expect(settled?.spec).toEqual({ description: 'new', defaultQueueType: 'quorum', limits: {} });
  });

  it('credentials of shovels and federation, which the definitions show in clear, come no further', () => {
    const parameter = (component: string, value: JsonObject) => ({ vhost: 'v', component, name: 'n', value });
    const definitions = {
      vhosts: [{ name: 'v' }],
      parameters: [
        parameter('shovel', { 'src-uri': 'amqps://u:canary@h' }),
        parameter('federation-upstream', { uri: 'amqps://u:canary@h' }),
      ],
    };
    const read = normalize(definitions, '4.3.0', new Set(['v']));
    expect(read.map(({ address }) => address)).toEqual(['rabbitmq:vhost:v']);
    expect(JSON.stringify(read)).not.toContain('canary');
  });
});
