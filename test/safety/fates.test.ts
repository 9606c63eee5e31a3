/** What becomes of a live resource that the topology does not declare: the table of docs/ownership.md, row by row. */
import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/core/plan.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { type AclBinding, type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { actions } from '../cli/workspace.ts';
import { type Bench, openBench } from './bench.ts';

const brokers = brokersForTests();
const rabbit = rabbitAdmin(brokers.rabbitmq);
let kafka: KafkaAdmin;
let bench: Bench;
let vhost: string;
let other: string;

const everything = { configure: '.*', write: '.*', read: '.*' };
const named = (name: string) => `${name}-${bench.mark}`;
const exists = async (path: string) => (await rabbit.request('GET', path)).status === 200;
const acl = (user: string, over: Partial<AclBinding> = {}): AclBinding => ({
  resource: 'TOPIC',
  name: named('by-hand'),
  pattern: 'LITERAL',
  principal: `User:${user}`,
  host: '*',
  operation: 'READ',
  permission: 'ALLOW',
  ...over,
});
/** What a plan lists of ours as unmanaged: other test files' things stand on the same brokers. */
const unmanaged = (plan: Plan) =>
  plan.unmanaged
    .filter(({ address }) => address.includes(bench.mark))
    .map(({ address, claimed }) => `${claimed ? 'claimed ' : ''}${address}`)
    .sort();

beforeAll(async () => {
  kafka = await kafkaAdmin(brokers.kafka);
  bench = await openBench(brokers);
  vhost = encodeURIComponent(bench.vhost);
  other = uniqueName('elsewhere');
  const old = {
    rabbitmq: {
      exchanges: { old: { type: 'topic' } },
      queues: { old: { bindings: [{ exchange: 'old', routingKeys: ['a', 'b'] }] } },
      publishes: [{ exchange: 'old', routingKeys: ['a'] }],
    },
    kafka: {
      topics: { [named('old')]: { partitions: 1, replicationFactor: 1 } },
      produces: [named('old')],
      quota: { producerByteRate: 1000 },
    },
  };
  const declared = { rabbitmq: {}, kafka: { quota: { producerByteRate: 1000 } } };
  await bench.write({ [named('old')]: old, [named('declared')]: declared });
  await bench.settle();
  await bench.write({ [named('declared')]: { rabbitmq: {}, kafka: {} } });
  await rabbit.put(`/vhosts/${other}`);
  for (const user of [`${bench.mark}-stranger`, named('exporter')]) {
    await rabbit.put(`/users/${user}`, { password: 'somebody else knows it', tags: '' });
    await rabbit.put(`/permissions/${vhost}/${user}`, everything);
    await kafka.setPassword(user, 'somebody else knows it');
    await kafka.createAcls([acl(user)]);
  }
});
afterAll(async () => {
  await rabbit.delete(`/vhosts/${other}`);
  await kafka.close();
  await bench.remove();
});

describe('a grant of a declared principal', () => {
  it('is drift, and deleted: permission, topic permission, ACL', async () => {
    const user = named('declared');
    await rabbit.put(`/topic-permissions/${vhost}/${user}`, { exchange: 'old', write: '.*', read: '.*' });
    await rabbit.put(`/permissions/${vhost}/${user}`, everything);
    await kafka.createAcls([acl(user), acl(user, { pattern: 'PREFIXED' }), acl(user, { host: '10.0.0.1' })]);
    const plan = await bench.see();
    const at = (pattern: string, host: string) =>
      `delete kafka:acl:topic/${pattern}/${named('by-hand')}/User%3A${user}/${host}/read/allow`;
    expect(actions(plan.changes)).toEqual([
      at('literal', '*'),
      at('literal', '10.0.0.1'),
      at('prefixed', '*'),
      `delete rabbitmq:topic-permission:${vhost}/${user}/old`,
      `update rabbitmq:permission:${vhost}/${user}`,
    ]);
    expect(plan.changes.map(({ service }) => service)).toEqual(plan.changes.map(() => user));
    expect(plan.changes.filter(({ action }) => action === 'delete').map(({ reason }) => reason)).toEqual(
      Array(4).fill('drift: granted on the broker, not by the topology'),
    );
    await bench.settle();
    expect(await kafka.acls(`User:${user}`)).toEqual([]);
    expect(await exists(`/topic-permissions/${vhost}/${user}`)).toBe(false);
  });

  it('in a vhost of somebody else is left alone, also by --prune', async () => {
    await rabbit.put(`/permissions/${other}/${named('declared')}`, everything);
    for (const asked of [{}, { prune: true }]) {
      const { changes, blocked } = await bench.see(asked);
      const touched = [...changes, ...blocked].map(({ address }) => address);
      expect(touched.filter((address) => address.includes(other))).toEqual([]);
    }
  });

  it('that is a DENY is blocked, since removing it widens access', async () => {
    const deny = acl(named('declared'), { permission: 'DENY' });
    await kafka.createAcls([deny]);
    const address = `kafka:acl:topic/literal/${named('by-hand')}/User%3A${named('declared')}/*/read/deny`;
    for (const asked of [{}, { prune: true }, { allowDataLoss: [address] }]) {
      const plan = await bench.see(asked);
      expect(plan.changes.map((change) => change.address)).not.toContain(address);
      expect(plan.blocked).toContainEqual({
        address,
        action: 'delete',
        service: named('declared'),
        reason: `removes a DENY: User:${named('declared')} could read topic ${named('by-hand')} again where an ALLOW covers it`,
        hint: `name it to do it: --allow-widening '${address}'`,
      });
    }
    expect(await bench.settle({ allowWidening: [address] })).toEqual([`delete ${address}: done`]);
    expect(await kafka.acls(`User:${named('declared')}`)).toEqual([]);
  });
});

describe('what is part of a spec', () => {
  it('limits: set by hand, they are put right with the vhost and the user', async () => {
    await rabbit.put(`/vhost-limits/${vhost}/max-connections`, { value: 7 });
    await rabbit.put(`/user-limits/${named('declared')}/max-channels`, { value: 7 });
    expect(await bench.settle()).toEqual([
      `update rabbitmq:user:${named('declared')}: done`,
      `update rabbitmq:vhost:${vhost}: done`,
    ]);
    expect(await rabbit.get(`/vhost-limits/${vhost}`)).not.toContainEqual(
      expect.objectContaining({ value: { 'max-connections': 7 } }),
    );
  });
});

describe('what only a claim matches, and what stands in a declared vhost or cluster', () => {
  it('is unmanaged, and nothing of it changes unasked', async () => {
    const plan = await bench.see();
    expect([plan.changes, plan.blocked]).toEqual([[], []]);
    expect(unmanaged(plan)).toEqual([
      `claimed kafka:acl:topic/literal/${named('old')}/User%3A${named('old')}/*/describe/allow`,
      `claimed kafka:acl:topic/literal/${named('old')}/User%3A${named('old')}/*/write/allow`,
      // A quota is no grant: that of a declared principal is not drift either.
      `claimed kafka:quota:user=${named('declared')}`,
      `claimed kafka:quota:user=${named('old')}`,
      `claimed kafka:user:${named('old')}`,
      `claimed rabbitmq:permission:${vhost}/${named('old')}`,
      `claimed rabbitmq:topic-permission:${vhost}/${named('old')}/old`,
      `claimed rabbitmq:user:${named('old')}`,
      `kafka:acl:topic/literal/${named('by-hand')}/User%3A${bench.mark}-stranger/*/read/allow`,
      `kafka:topic:${named('old')}`,
      `kafka:user:${bench.mark}-stranger`,
      `rabbitmq:binding:${vhost}/old/queue/old/a`,
      `rabbitmq:binding:${vhost}/old/queue/old/b`,
      `rabbitmq:exchange:${vhost}/old`,
      `rabbitmq:permission:${vhost}/${bench.mark}-stranger`,
      `rabbitmq:queue:${vhost}/old`,
      `rabbitmq:user:${bench.mark}-stranger`,
    ]);
  });

  it('a user with permissions in a vhost of somebody else stays, and the plan says where', async () => {
    const at = `rabbitmq:user:${named('old')}`;
    await rabbit.put(`/permissions/${other}/${named('old')}`, everything);
    const held = await bench.see({ prune: true });
    expect(held.changes.map(({ address }) => address)).not.toContain(at);
    expect(held.changes.map(({ address }) => address)).toContain(
      `rabbitmq:permission:${vhost}/${named('old')}`,
    );
    expect(held.blocked).toContainEqual({
      address: at,
      action: 'delete',
      reason: `it has permissions in vhost ${other}, outside this environment, which would go with it`,
      hint: `if nobody needs them there, take them away first: rabbitmqctl clear_permissions -p ${other} ${named('old')}`,
    });
    expect(unmanaged(held).filter((address) => address.includes(other))).toEqual([]);
    await rabbit.delete(`/permissions/${other}/${named('old')}`);
    expect((await bench.see({ prune: true })).changes.map(({ address }) => address)).toContain(at);
  });

  it('goes by --prune; what holds data only by its name', async () => {
    const data = [
      `kafka:topic:${named('old')}`,
      `rabbitmq:exchange:${vhost}/old`,
      `rabbitmq:queue:${vhost}/old`,
    ];
    const held = await bench.see({ prune: true });
    const ours = (list: readonly { action: string; address: string }[]) =>
      actions(list.filter(({ address }) => address.includes(bench.mark)));
    expect(ours(held.blocked)).toEqual([
      `delete ${data[0] ?? ''}`,
      // Together they would leave a queue that stays without any binding.
      expect.stringMatching(/^delete rabbitmq:binding:/),
      expect.stringMatching(/^delete rabbitmq:binding:/),
      `delete ${data[1] ?? ''}`,
      `delete ${data[2] ?? ''}`,
    ]);
    const lines = await bench.make({ prune: true, allowDataLoss: data, maxDeletes: 100 });
    const others = lines.filter((line) => !line.includes(bench.mark) || !line.endsWith(': done'));
    expect(others).toEqual([]);
    expect(lines).toHaveLength(13);
    expect(unmanaged(await bench.see())).toEqual([
      `kafka:acl:topic/literal/${named('by-hand')}/User%3A${bench.mark}-stranger/*/read/allow`,
      `kafka:user:${bench.mark}-stranger`,
      `rabbitmq:permission:${vhost}/${bench.mark}-stranger`,
      `rabbitmq:user:${bench.mark}-stranger`,
    ]);
    expect(await kafka.topics()).not.toContain(named('old'));
    expect(await exists(`/queues/${vhost}/old`)).toBe(false);
  });
});

describe('what is of anyone else, protected, internal or the administrator', () => {
  it('is neither touched nor, but for the first, listed, whatever is decided', async () => {
    const user = named('declared');
    const { cert, key } = await brokers.rabbitmq.clientCertificate('admin');
    const { hostname, port } = new URL(brokers.rabbitmq.amqpsUrl);
    const connection = await connect(
      { protocol: 'amqps', hostname, port: Number(port), vhost, ...brokers.rabbitmq.admin },
      { ca: [brokers.rabbitmq.ca], cert, key },
    );
    const { queue } = await (await connection.createChannel()).assertQueue('', { exclusive: true });
    expect(queue).toMatch(/^amq\.gen-/);
    await rabbit.put(`/exchanges/${vhost}/federation%3A%20up`, { type: 'fanout', durable: true });
    await rabbit.put(`/topic-permissions/${vhost}/${named('exporter')}`, {
      exchange: 'amq.topic',
      write: '^a$',
      read: '^a$',
    });
    await kafka.createTopic(`__${named('internal')}`);
    const before = await bench.see();
    const live = await snapshot();

    const lines = await bench.make({ prune: true, maxDeletes: 100 });
    expect(lines).toEqual([]);
    expect(await snapshot()).toEqual(live);
    // Of ours, and of the administrator: other test files have users and topics of their own on these brokers.
    const listed = before.unmanaged
      .map(({ address }) => decodeURIComponent(address))
      .filter((address) => address.includes(bench.mark) || address.endsWith(':user:admin'));
    const never = ['amq.', 'federation:', ':__', named('exporter'), '/admin', 'user:admin', user];
    expect(listed.filter((address) => never.some((part) => address.includes(part)))).toEqual([
      // Their vhost is somebody else's.
      ...listed.filter((address) => address.includes(`:${other}/`)),
    ]);
    await connection.close();
    await kafka.deleteTopics([`__${named('internal')}`]);
  });

  async function snapshot() {
    return {
      users: (await rabbit.get<{ name: string }[]>('/users'))
        .map(({ name }) => name)
        .filter((name) => name.includes(bench.mark) || name === 'admin'),
      permissions: await rabbit.get(`/vhosts/${vhost}/permissions`),
      rows: await rabbit.get(`/vhosts/${vhost}/topic-permissions`),
      exchanges: (await rabbit.get<{ name: string }[]>(`/exchanges/${vhost}`)).map(({ name }) => name),
      queues: (await rabbit.get<{ name: string }[]>(`/queues/${vhost}`)).map(({ name }) => name),
      topics: (await kafka.topics()).filter((name) => name.includes(bench.mark)),
      scram: (await kafka.scramUsers()).filter((name) => name.includes(bench.mark) || name === 'admin'),
      elsewhere: await rabbit.get(`/vhosts/${other}/permissions`),
      acls: (await kafka.acls()).filter(({ principal }) => principal.includes(bench.mark)),
    };
  }
});

describe('data', () => {
  const retention = (ms: number, policy = 'delete') => ({
    [named('declared')]: {
      kafka: {
        topics: {
          [named('kept')]: {
            partitions: 1,
            replicationFactor: 1,
            config: { 'retention.ms': ms, 'cleanup.policy': policy },
          },
        },
      },
    },
  });
  const queue = (over: object) => ({
    [named('declared')]: {
      rabbitmq: {
        exchanges: { e: {} },
        queues: { q: { bindings: [{ exchange: 'e', routingKey: 'k' }], ...over } },
      },
    },
  });
  const chain = (bindings: readonly object[]) => ({
    [named('declared')]: {
      rabbitmq: {
        exchanges: { e: {}, below: { bindings } },
        queues: { under: { bindings: [{ exchange: 'below', routingKey: 'k' }] } },
      },
    },
  });
  const cases = [
    { name: 'lower retention', from: () => retention(2000), to: () => retention(1000), action: 'update' },
    {
      name: 'another cleanup policy',
      from: () => retention(2000),
      to: () => retention(2000, 'compact'),
      action: 'update',
    },
    {
      name: 'another type of queue',
      from: () => queue({}),
      to: () => queue({ type: 'quorum' }),
      action: 'replace',
    },
    {
      name: 'a new length limit',
      from: () => queue({}),
      to: () => queue({ arguments: { 'x-max-length': 1 } }),
      action: 'replace',
    },
    {
      name: 'a new TTL',
      from: () => queue({}),
      to: () => queue({ arguments: { 'x-message-ttl': 1 } }),
      action: 'replace',
    },
    {
      name: 'the last binding of a queue',
      from: () => queue({}),
      to: () => queue({ bindings: [] }),
      action: 'delete',
      asked: { prune: true },
      at: () => `rabbitmq:binding:${vhost}/e/queue/q/k`,
    },
    {
      name: 'the only way to a queue, between two exchanges',
      from: () => chain([{ exchange: 'e', routingKey: 'k' }]),
      to: () => chain([]),
      action: 'delete',
      asked: { prune: true },
      at: () => `rabbitmq:binding:${vhost}/e/exchange/below/k`,
    },
  ];

  it.each(cases)(
    '$name: nothing without its name',
    async ({ from, to, action, asked = {}, at: addressed }) => {
      const only = 'rabbitmq' in (from()[named('declared')] ?? {}) ? 'rabbitmq' : 'kafka';
      const usual = only === 'kafka' ? `kafka:topic:${named('kept')}` : `rabbitmq:queue:${vhost}/q`;
      const at = addressed?.() ?? usual;
      await bench.write(from());
      const now = await bench.see({ only });
      await bench.settle({ only, allowDataLoss: now.blocked.map((one) => one.address) });
      await bench.write(to());
      const held = await bench.see({ only, ...asked });
      expect(actions(held.changes)).toEqual([]);
      expect(actions(held.blocked)).toContain(`${action} ${at}`);
      expect(held.blocked.find((one) => one.address === at)?.hint).toBe(
        `name it to do it: --allow-data-loss '${at}'`,
      );
      const allowed = await bench.see({ only, ...asked, allowDataLoss: [at] });
      expect(actions(allowed.changes)).toEqual([`${action} ${at}`]);
    },
  );
});
