import { describe, expect, it } from 'vitest';
import { compile } from '../../src/brokers/kafka/compile.ts';
import { ground } from '../../src/brokers/kafka/ground.ts';
import { acls, compiled, landscape, problems } from './landscape.ts';

describe('produces', () => {
  it('needs WRITE and DESCRIBE, no CREATE', () => {
    expect(acls({ 'order-service': { produces: ['orders'] } })).toEqual([
      'allow describe topic orders (literal) to User:order-service from *',
      'allow write topic orders (literal) to User:order-service from *',
    ]);
  });

  it('adds the transactional id, and nothing on the cluster: no broker asks for it', () => {
    const service = { produces: [{ topic: 'orders', transactionalId: 'tx', idempotent: true }] };
    expect(acls({ o: service })).toEqual([
      'allow describe topic orders (literal) to User:o from *',
      'allow describe transactional_id tx (literal) to User:o from *',
      'allow write topic orders (literal) to User:o from *',
      'allow write transactional_id tx (literal) to User:o from *',
    ]);
  });

  it('adds CREATE with createTopics', () => {
    expect(acls({ o: { createTopics: true, produces: [{ prefix: 'orders.' }] } })).toEqual([
      'allow create topic orders. (prefixed) to User:o from *',
      'allow describe topic orders. (prefixed) to User:o from *',
      'allow write topic orders. (prefixed) to User:o from *',
    ]);
  });
});

describe('the cases of the security reference', () => {
  it('kafka-acls --producer --topic orders', () => {
    expect(acls({ 'order-service': { grantStyle: 'kafka-acls', produces: ['orders'] } })).toEqual([
      'allow create topic orders (literal) to User:order-service from *',
      'allow describe topic orders (literal) to User:order-service from *',
      'allow write topic orders (literal) to User:order-service from *',
    ]);
  });

  it('kafka-acls --producer --topic orders --idempotent', () => {
    const produces = [{ topic: 'orders', idempotent: true }];
    expect(acls({ 'order-service': { grantStyle: 'kafka-acls', produces } })).toContain(
      'allow idempotent_write cluster kafka-cluster (literal) to User:order-service from *',
    );
  });

  it('kafka-acls --consumer --topic orders --group notification-consumer-group', () => {
    const consumes = [{ topic: 'orders', group: 'notification-consumer-group' }];
    const want = [
      'allow describe topic orders (literal) to User:notification-service from *',
      'allow read group notification-consumer-group (literal) to User:notification-service from *',
      'allow read topic orders (literal) to User:notification-service from *',
    ];
    expect(acls({ 'notification-service': { grantStyle: 'kafka-acls', consumes } })).toEqual(want);
    expect(acls({ 'notification-service': { consumes } })).toEqual(want);
  });
});

describe('other intent', () => {
  it('gives a Streams application its prefix and its group', () => {
    expect(acls({ s: { streams: { applicationId: 'totals' } } })).toEqual([
      'allow create topic totals- (prefixed) to User:s from *',
      'allow delete topic totals- (prefixed) to User:s from *',
      'allow describe topic totals- (prefixed) to User:s from *',
      'allow describe transactional_id totals- (prefixed) to User:s from *',
      'allow read group totals (literal) to User:s from *',
      'allow read topic totals- (prefixed) to User:s from *',
      'allow write topic totals- (prefixed) to User:s from *',
      'allow write transactional_id totals- (prefixed) to User:s from *',
    ]);
  });

  it('repeats every ACL for every host, but a grant with a host of its own', () => {
    const grants = [
      {
        resource: 'topic',
        name: 'a',
        operations: ['alter'],
        permission: 'deny',
        host: '10.0.0.9',
        reason: 'no',
      },
    ];
    expect(acls({ o: { hosts: ['10.0.0.1', '10.0.0.2'], consumes: [], produces: ['a'], grants } })).toEqual([
      'allow describe topic a (literal) to User:o from 10.0.0.1',
      'allow describe topic a (literal) to User:o from 10.0.0.2',
      'allow write topic a (literal) to User:o from 10.0.0.1',
      'allow write topic a (literal) to User:o from 10.0.0.2',
      'deny alter topic a (literal) to User:o from 10.0.0.9',
    ]);
  });

  it('keeps an ALLOW and a DENY twin, and * literal and prefixed, apart', () => {
    const grant = { resource: 'group', name: '*', operations: ['read'], reason: 'r' };
    const grants = [grant, { ...grant, permission: 'deny' }, { ...grant, pattern: 'prefixed' }];
    expect(acls({ o: { grants } })).toEqual([
      'allow read group * (literal) to User:o from *',
      'allow read group * (prefixed) to User:o from *',
      'deny read group * (literal) to User:o from *',
    ]);
  });

  it('joins the reasons of one ACL', () => {
    const { resources } = compiled({ o: { produces: ['a'], consumes: [{ topic: 'a', group: 'g' }] } });
    const describing = resources.find(({ address }) => address.includes('describe'));
    expect(describing).toMatchObject({ service: 'o', because: 'produces a; consumes a as g' });
  });

  it('makes users, quotas and topics', () => {
    const services = {
      'order-service': {
        topics: {
          orders: { partitions: 6, config: { 'cleanup.policy': 'delete, compact', 'retention.ms': 5 } },
          plain: null,
        },
        quota: { producerByteRate: 1024 },
      },
    };
    expect(compiled(services).resources).toEqual([
      {
        kind: 'kafka:topic',
        address: 'kafka:topic:orders',
        service: 'order-service',
        spec: {
          partitions: 6,
          replicationFactor: -1,
          config: { 'cleanup.policy': 'compact,delete', 'retention.ms': '5' },
        },
        because: 'owned by order-service',
      },
      {
        kind: 'kafka:topic',
        address: 'kafka:topic:plain',
        service: 'order-service',
        spec: { partitions: -1, replicationFactor: -1 },
        because: 'owned by order-service',
      },
      {
        kind: 'kafka:user',
        address: 'kafka:user:order-service',
        service: 'order-service',
        spec: { mechanism: 'SCRAM-SHA-512', iterations: 8192 },
        because: 'identity of order-service',
      },
      {
        kind: 'kafka:quota',
        address: 'kafka:quota:user=order-service',
        service: 'order-service',
        spec: { producerByteRate: 1024 },
        because: 'quota of order-service',
      },
    ]);
  });

  it('makes no password for a principal that comes from a certificate', () => {
    const services = { o: { principal: 'CN=orders,OU=shop', produces: ['a'] } };
    expect(compiled(services).resources.map(({ kind }) => kind)).toEqual(['kafka:acl', 'kafka:acl']);
    expect(acls(services)[0]).toContain('User:CN=orders,OU=shop');
    expect(compiled(services).principals).toEqual(new Map([['CN=orders,OU=shop', 'o']]));
  });
});

describe('two sides agree', () => {
  const owner = (allow: object) => ({ owner: { topics: { orders: { allow } } } });

  it.each([
    ['listed', owner({ publish: ['user'] }), { produces: ['orders'] }],
    ['by a glob', owner({ publish: ['us*'] }), { produces: ['orders'] }],
    ['without allow', { owner: { topics: { orders: {} } } }, { produces: ['orders'] }],
    [
      'DESCRIBE alone',
      owner({}),
      { grants: [{ resource: 'topic', name: 'orders', operations: ['describe'], reason: 'r' }] },
    ],
    [
      'a DENY',
      owner({}),
      { grants: [{ resource: 'topic', name: '*', operations: ['all'], permission: 'deny', reason: 'r' }] },
    ],
    ['another prefix', owner({}), { produces: [{ prefix: 'orders-' }] }],
  ])('takes what is allowed: %s', (_name, services, user) => {
    expect(problems(() => compiled({ ...services, user }))).toEqual([]);
  });

  it.each([
    [
      'produces',
      owner({ consume: ['user'] }),
      { produces: ['orders'] },
      'produces topic orders',
      'produces.0',
      'allow',
    ],
    [
      'consumes',
      owner({ consume: ['other'] }),
      { consumes: [{ topic: 'orders', group: 'g' }] },
      'consumes topic orders',
      'consumes.0',
      'allow.consume',
    ],
    [
      'a prefix',
      owner({}),
      { produces: [{ prefix: 'ord' }] },
      'produces topic orders (through ord*)',
      'produces.0',
      'allow',
    ],
    [
      'a grant on everything',
      owner({}),
      { grants: [{ resource: 'topic', name: '*', operations: ['read'], reason: 'r' }] },
      'is granted reading of topic orders (through *)',
      'grants.0',
      'allow',
    ],
    [
      'a grant to delete',
      owner({}),
      { grants: [{ resource: 'topic', name: 'orders', operations: ['delete'], reason: 'r' }] },
      'is granted changes to topic orders',
      'grants.0',
      'allow',
    ],
  ])('refuses what is not: %s', (_name, services, user, verb, asked, granted) => {
    expect(problems(() => compiled({ ...services, user }))).toEqual([
      `user ${verb}, but owner, which owns it, does not allow that @ user.yaml#${asked} & owner.yaml#topics.orders.${granted}`,
    ]);
  });

  it('does not ask the owner itself', () => {
    expect(problems(() => compiled({ o: { topics: { a: { allow: {} } }, produces: ['a'] } }))).toEqual([]);
  });

  it('keeps a Streams prefix, which may delete, out of the topics of others, whatever they allow', () => {
    const services = {
      owner: { topics: { 'a-x': {}, 'a-y': { allow: { publish: ['user'], consume: ['user'] } } } },
      user: { topics: { 'a-own': {} }, streams: { applicationId: 'a' } },
    };
    expect(problems(() => compiled(services))).toEqual([
      'the internal topics a-* of user reach topic a-x, which owner owns @ user.yaml#streams.applicationId & owner.yaml#topics.a-x',
      'the internal topics a-* of user reach topic a-y, which owner owns @ user.yaml#streams.applicationId & owner.yaml#topics.a-y',
    ]);
  });

  it('and out of other applications, whose own topics no file names', () => {
    const services = {
      owner: { streams: { applicationId: 'a-b' } },
      other: { streams: { applicationId: 'ab' } },
      user: { streams: { applicationId: 'a' } },
    };
    expect(problems(() => compiled(services))).toEqual([
      'the internal topics a-* of user reach those of the application a-b, which owner owns @ user.yaml#streams.applicationId & owner.yaml#streams.applicationId',
    ]);
  });

  it('one application in two services', () => {
    const streams = { applicationId: 'app' };
    expect(problems(() => compiled({ a: { streams }, b: { streams } }))).toHaveLength(2);
  });

  it.each(['delete', 'alter', 'alter_configs', 'all'])(
    'to be allowed to publish is not to %s',
    (operation) => {
      const grants = [{ resource: 'topic', name: 't', operations: [operation], reason: 'r' }];
      const services = {
        o: { topics: { t: { allow: { publish: ['user'], consume: ['user'] } } } },
        user: { grants },
      };
      expect(problems(() => compiled(services))).toEqual([
        'user is granted changes to topic t, but o, which owns it, does not allow that @ user.yaml#grants.0 & o.yaml#topics.t.allow',
      ]);
    },
  );
});

describe('what cannot hold together', () => {
  it('a topic owned twice', () => {
    expect(problems(() => compiled({ a: { topics: { t: {} } }, b: { topics: { t: {} } } }))).toEqual([
      'topic t is owned by a and again by b @ b.yaml#topics.t & a.yaml#topics.t',
    ]);
  });

  it('a principal of two services', () => {
    expect(problems(() => compiled({ a: {}, b: { principal: 'a' } }))).toEqual([
      'services a and b are the same principal a @ b.yaml#principal & a.yaml#',
    ]);
  });

  it('the principal of the administrator, or a protected one', () => {
    const both = landscape(
      { a: { principal: 'admin' }, b: { principal: 'kafka-1' } },
      { protected: ['kafka-*'] },
    );
    expect(problems(() => compile(both))).toEqual([
      "principal admin of service a is the administrator's own: mqwarden never touches its grants @ a.yaml#principal",
      'principal kafka-1 of service b is protected: mqwarden never touches its grants @ b.yaml#principal',
    ]);
  });

  it('warns of topics that nobody owns, and of names that collide', () => {
    const services = { a: { topics: { 'x.y': {}, x_y: {} }, produces: ['gone', { prefix: 'p' }] } };
    expect(compiled(services).warnings.map(({ address, message }) => `${address} ${message}`)).toEqual([
      'kafka:topic:x_y collides with topic x.y: Kafka\'s metrics do not tell "." from "_", and it may refuse the second',
      'kafka:topic:gone no service owns topic gone; it must exist on the broker',
    ]);
  });
});

it('warns of a name that Kafka makes a user of and then never lets in', () => {
  expect(compiled({ café: {}, thé: { principal: 'the' } }).warnings.map(({ address }) => address)).toEqual([
    'kafka:user:caf%C3%A9',
  ]);
});

it('hands on what ownership is judged by', () => {
  const one = landscape({ a: { principal: 'p' } }, { claims: ['*-service'], protected: ['x'] });
  expect(ground(one, compile(one))).toEqual({
    principals: new Map([['p', 'a']]),
    claims: ['*-service'],
    protected: ['x'],
    admin: 'admin',
    containers: new Set(),
    former: new Map(),
    removed: new Map(),
    suspended: new Set(),
    credentials: new Map(),
  });
});

describe('groups and transactional ids, which have no owner on Kafka', () => {
  const consumes = (group: string) => ({ consumes: [{ topic: 'orders', group }] });
  const produces = (transactionalId: string) => ({ produces: [{ topic: 'orders', transactionalId }] });
  const grants = (resource: string, name: string, pattern = 'literal', operation = 'all') => ({
    grants: [{ resource, name, pattern, operations: [operation], reason: 'r' }],
  });
  const warnings = (services: Readonly<Record<string, object>>) =>
    compiled(services)
      .warnings.map(({ address, message }) => `${address} ${message}`)
      .filter((line) => !line.startsWith('kafka:topic:'));

  it('one transactional id of two services is an error that names both places', () => {
    const twice = { produces: [...produces('tx').produces, { topic: 'payments', transactionalId: 'tx' }] };
    expect(problems(() => compiled({ a: twice, b: produces('tx'), c: produces('tx-c') }))).toEqual([
      "b produces with the transactional id tx of a: each would fence the other's producer @ b.yaml#produces.0.transactionalId & a.yaml#produces.0.transactionalId",
    ]);
  });

  it.each([
    { name: 'a group each', services: { a: consumes('a'), b: consumes('b') }, want: [] },
    {
      name: 'one service twice in its group',
      services: { a: { consumes: [...consumes('a').consumes, { topic: 'payments', group: 'a' }] } },
      want: [],
    },
    {
      name: 'three services in one group',
      services: { c: consumes('g'), b: consumes('g'), a: consumes('g') },
      want: [
        'kafka:acl:group/literal/g/User%3Ab/*/read/allow a, b and c consume as one group g: each gets only a part of the messages; give each a group of its own',
      ],
    },
    {
      name: 'a literal grant on a group of another',
      services: { a: consumes('g'), b: grants('group', 'g', 'literal', 'read') },
      want: [expect.stringContaining('a and b consume as one group g') as string],
    },
    {
      name: 'looking at a group of another',
      services: { a: consumes('g'), b: grants('group', 'g', 'literal', 'describe') },
      want: [],
    },
    {
      name: 'a literal grant on a transactional id of another',
      services: { a: produces('tx'), b: grants('transactional_id', 'tx') },
      want: [
        "kafka:acl:transactional_id/literal/tx/User%3Ab/*/all/allow a and b may write with one transactional id tx: each would fence the other's producer",
      ],
    },
    {
      name: 'a prefix of a literal grant',
      services: { a: consumes('g-1'), b: grants('group', 'g-', 'prefixed'), c: consumes('h') },
      want: ['kafka:acl:group/prefixed/g-/User%3Ab/*/all/allow b reaches, by group g-*, also g-1 of a'],
    },
    {
      name: 'every group',
      services: {
        a: consumes('1'),
        b: consumes('2'),
        c: consumes('3'),
        d: consumes('4'),
        op: grants('group', '*'),
      },
      want: [
        'kafka:acl:group/literal/*/User%3Aop/*/all/allow op reaches, by group *, also 1 of a, 2 of b, 3 of c, 1 more',
      ],
    },
    {
      name: 'a Streams application that begins like a transactional id',
      services: { a: produces('app-1'), b: { streams: { applicationId: 'app' } } },
      want: [
        'kafka:acl:transactional_id/prefixed/app-/User%3Ab/*/write/allow b reaches, by transactional id app-*, also app-1 of a',
      ],
    },
  ])('$name', ({ services, want }) => {
    expect(warnings(services)).toEqual(want);
  });
});

it('tells who could do anything on the cluster, or log in as another', () => {
  const reason = 'r';
  const { warnings } = compiled({
    a: {
      grants: [
        { resource: 'cluster', operations: ['alter', 'cluster_action', 'alter_configs', 'describe'], reason },
        { resource: 'cluster', operations: ['all'], permission: 'deny', reason },
        { resource: 'user', name: 'User:b', operations: ['create_tokens'], reason },
        { resource: 'user', name: 'User:a', operations: ['create_tokens'], reason },
      ],
    },
  });
  expect(warnings.map(({ message }) => message)).toEqual([
    'a may give itself and others any right, and so could do anything on the cluster, whatever owners allow',
    'a may act as a broker, and so could do anything on the cluster, whatever owners allow',
    'a may change the configuration of the brokers',
    'a may log in as User:b, by tokens that it makes',
  ]);
});
