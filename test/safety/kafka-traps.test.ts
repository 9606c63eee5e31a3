/** Where Kafka's administration misleads a tool that trusts it: docs/traps.md. Seen from a proxy in front of a real one. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { type AclBinding, type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { type KafkaProxy, startKafkaProxy } from '../brokers/proxy-kafka.ts';
import { actions } from '../cli/workspace.ts';
import { type Bench, openBench } from './bench.ts';

const brokers = brokersForTests();
const only = 'kafka';
let proxy: KafkaProxy;
let kafka: KafkaAdmin;
let bench: Bench;
let service: string;

beforeAll(async () => {
  proxy = await startKafkaProxy(brokers.kafka);
  kafka = await kafkaAdmin(brokers.kafka);
  bench = await openBench({ ...brokers, kafka: { ...brokers.kafka, brokers: proxy.brokers } });
  service = named('order');
});
afterEach(() => proxy.clear());
afterAll(async () => {
  await kafka.close();
  await proxy.stop();
  await bench.remove();
});

const named = (name: string) => `${name}-${bench.mark}`;
const keys = {
  createTopics: 19,
  createAcls: 30,
  deleteAcls: 31,
  alterConfigs: 33,
  alterClientQuotas: 49,
  incrementalAlterConfigs: 44,
  alterScram: 51,
};
const asked = (key: keyof typeof keys) => proxy.apiKeys.filter((one) => one === keys[key]).length;
const topic = (config: object, partitions = 1) => ({ partitions, replicationFactor: 1, config });
const acl = (over: Partial<AclBinding> = {}): AclBinding => ({
  resource: 'TOPIC',
  name: named('orders'),
  pattern: 'LITERAL',
  principal: `User:${service}`,
  host: '*',
  operation: 'READ',
  permission: 'ALLOW',
  ...over,
});
const grant = (over: object = {}) => ({
  resource: 'topic',
  name: named('orders'),
  operations: ['read'],
  reason: 'r',
  ...over,
});

describe('topics', () => {
  it('that a plan asks about are not made by the asking', async () => {
    await bench.write({ [service]: { kafka: { topics: { [named('asked')]: topic({}) } } } });
    expect(actions((await bench.see({ only })).changes)).toContain(`create kafka:topic:${named('asked')}`);
    expect(asked('createTopics')).toBe(1);
    expect(await kafka.topics()).not.toContain(named('asked'));
  });

  it('of one request keep a config each, and a change of one setting leaves the others', async () => {
    const write = (retention: number) =>
      bench.write({
        [service]: {
          kafka: {
            topics: {
              [named('one')]: topic({ 'retention.ms': retention, 'segment.ms': 60_000 }),
              [named('two')]: topic({ 'max.message.bytes': 2000 }),
            },
          },
        },
      });
    await write(1000);
    await bench.settle({ only });
    expect(await kafka.overrides(named('two'))).toEqual({ 'max.message.bytes': '2000' });
    proxy.clear();
    await write(2000);
    await bench.settle({ only });
    expect(await kafka.overrides(named('one'))).toEqual({ 'retention.ms': '2000', 'segment.ms': '60000' });
    expect([asked('incrementalAlterConfigs'), asked('alterConfigs')]).toEqual([1, 0]);
  });

  it('without a config in the topology keep what a person set on them', async () => {
    await kafka.createTopic(named('set'), 1, { 'retention.ms': '5000' });
    await bench.write({ [service]: { kafka: { topics: { [named('set')]: { partitions: 2 } } } } });
    await bench.settle({ only });
    expect(await kafka.partitions(named('set'))).toBe(2);
    expect(await kafka.overrides(named('set'))).toEqual({ 'retention.ms': '5000' });
  });

  it('with fewer partitions in the topology are blocked, never made anew', async () => {
    await bench.write({ [service]: { kafka: { topics: { [named('set')]: { partitions: 1 } } } } });
    const at = `kafka:topic:${named('set')}`;
    const { changes, blocked } = await bench.see({ only, prune: true, allowDataLoss: [at], maxDeletes: 100 });
    expect(changes.map(({ address }) => address)).not.toContain(at);
    expect(blocked).toContainEqual(expect.objectContaining({ address: at, action: 'update' }));
  });
});

describe('ACLs', () => {
  it('go by exact filters: a neighbour in any of the seven fields stays', async () => {
    await bench.write({ [service]: { kafka: {} } });
    await bench.settle({ only });
    const stranger = `User:${bench.mark}-stranger`;
    const neighbours = [
      acl({ principal: stranger }),
      acl({ principal: stranger, pattern: 'PREFIXED' }),
      acl({ principal: stranger, host: '10.0.0.1' }),
      acl({ principal: stranger, operation: 'WRITE' }),
      acl({ principal: stranger, permission: 'DENY' }),
      acl({ principal: stranger, resource: 'GROUP' }),
      acl({ principal: stranger, name: named('others') }),
    ];
    const kept = [acl({ permission: 'DENY' }), acl({ host: '10.0.0.1' }), acl({ pattern: 'PREFIXED' })];
    await kafka.createAcls([...neighbours, ...kept, acl()]);
    const grants = [
      grant({ permission: 'deny' }),
      grant({ host: '10.0.0.1' }),
      grant({ pattern: 'prefixed' }),
    ];
    await bench.write({ [service]: { kafka: { grants } } });
    expect(await bench.settle({ only })).toEqual([
      `delete kafka:acl:topic/literal/${named('orders')}/User%3A${service}/*/read/allow: done`,
    ]);
    expect(await kafka.acls(stranger)).toHaveLength(neighbours.length);
    expect(await kafka.acls(`User:${service}`)).toHaveLength(kept.length);
  });

  it('a DENY is not taken for the ALLOW that is wanted, and does not go with it', async () => {
    await bench.write({ [service]: { kafka: { grants: [grant()] } } });
    const wanted = await bench.see({ only });
    const at = (permission: string, pattern = 'literal', host = '*') =>
      `kafka:acl:topic/${pattern}/${named('orders')}/User%3A${service}/${host}/read/${permission}`;
    expect(actions(wanted.changes)).toEqual([
      `create ${at('allow')}`,
      `delete ${at('allow', 'literal', '10.0.0.1')}`,
      `delete ${at('allow', 'prefixed')}`,
    ]);
    expect(actions(wanted.blocked)).toEqual([`delete ${at('deny')}`]);
    await bench.make({ only });
    await bench.write({ [service]: { kafka: {} } });
    await bench.make({ only });
    expect(await kafka.acls(`User:${service}`)).toEqual([acl({ permission: 'DENY' })]);
  });

  it('a name * is all topics as a literal, and nothing like it as a prefix', async () => {
    await kafka.deleteAcls([acl({ permission: 'DENY' })]);
    await kafka.createAcls([acl({ name: '*', pattern: 'PREFIXED' })]);
    await bench.write({ [service]: { kafka: { grants: [grant({ name: '*' })] } } });
    const { changes } = await bench.see({ only });
    expect(actions(changes)).toEqual([
      `create kafka:acl:topic/literal/*/User%3A${service}/*/read/allow`,
      `delete kafka:acl:topic/prefixed/*/User%3A${service}/*/read/allow`,
    ]);
  });

  it('never travel by more than a thousand, nor a request each; a plan asks as often however many there are', async () => {
    await bench.write({ [service]: { kafka: {} } });
    await bench.settle({ only });
    proxy.clear();
    await bench.see({ only });
    const few = proxy.requests.length;
    const grants = Array.from({ length: 2100 }, (_, index) => grant({ name: `${named('t')}.${index}` }));
    await bench.write({ [service]: { kafka: { grants } } });
    await bench.settle({ only });
    expect(asked('createAcls')).toBe(3);
    proxy.clear();
    expect((await bench.see({ only })).changes).toEqual([]);
    expect(proxy.requests).toHaveLength(few);
    await bench.write({ [service]: { kafka: {} } });
    await bench.settle({ only, maxDeletes: 100 });
    expect(asked('deleteAcls')).toBe(3);
  });

  it('that the administrator may not delete are reported so, each, and stay', async () => {
    const limited = { username: named('limited'), password: 'only for looking' };
    await kafka.setPassword(limited.username, limited.password);
    const cluster = { resource: 'CLUSTER', name: 'kafka-cluster' } as const;
    const may = (['DESCRIBE', 'DESCRIBE_CONFIGS', 'CREATE'] as const).map((operation) =>
      acl({ ...cluster, operation, principal: `User:${limited.username}` }),
    );
    const drift = [acl(), acl({ operation: 'WRITE' })];
    await kafka.createAcls([...may, ...drift]);
    const looking = await openBench(
      { ...brokers, kafka: { ...brokers.kafka, admin: limited } },
      {
        claims: {},
      },
    );
    await looking.write({ [service]: { kafka: {} } });
    const lines = await looking.make({ only });
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^delete .*: CLUSTER_AUTHORIZATION_FAILED/);
    expect(await kafka.acls(`User:${service}`)).toHaveLength(2);
    await looking.remove();
    await bench.settle({ only });
  });
});

describe('SCRAM users', () => {
  it('are deleted, not given another password', async () => {
    await bench.write({ [service]: { kafka: {} }, [named('old')]: { kafka: {} } });
    await bench.settle({ only });
    const login = await bench.stored(`kafka/${named('old')}`);
    await (await kafkaAdmin(brokers.kafka, login)).close();
    await bench.write({ [service]: { kafka: {} } });
    const lines = await bench.make({ only, prune: true });
    expect(lines).toEqual(expect.arrayContaining([`delete kafka:user:${named('old')}: done`]));
    expect(await kafka.scramUsers()).not.toContain(named('old'));
    await expect(kafkaAdmin(brokers.kafka, login)).rejects.toThrow(/SCRAM|authentication/i);
    expect(await bench.stored(`kafka/${named('old')}`)).toEqual(login);
  });
});
