import { describe, expect, it } from 'vitest';
import { kafka } from '../../src/brokers/kafka/index.ts';
import { brokers } from '../../src/brokers/index.ts';
import { globsOverlap } from '../../src/core/glob.ts';
import { type Problem, TopologyError } from '../../src/core/errors.ts';
import { canGive, isOurs, isWithin, overlap, templateOf } from '../../src/core/naming.ts';
import { checkEnvironments, neighboursOf } from '../../src/topology/check.ts';
import { landscape } from '../../src/topology/landscape.ts';
import { parseTopology, type Topology } from '../../src/topology/load.ts';

describe('templates', () => {
  const t = templateOf;
  it.each([
    { inner: 'staging.{name}', outer: '{name}', within: true },
    { inner: '{name}', outer: 'staging.{name}', within: false },
    { inner: '{name}', outer: '{name}', within: false },
    { inner: 'a.b.{name}', outer: 'a.{name}', within: true },
    { inner: 'a.{name}', outer: '{name}.b', within: false },
  ])('$inner within $outer is $within', ({ inner, outer, within }) => {
    expect(isWithin(t(inner), t(outer))).toBe(within);
  });

  it('know what they can give, and whether two can give the same', () => {
    expect(canGive(t('staging.{name}'), 'staging.orders')).toBe(true);
    expect(canGive(t('staging.{name}'), 'staging.')).toBe(false);
    expect(canGive(t('a{name}a'), 'a')).toBe(false);
    expect(overlap(t('a.{name}'), t('{name}.b'))).toBe(true);
    expect(overlap(t('a.{name}'), t('b.{name}'))).toBe(false);
    expect(overlap(t('{name}.a'), t('{name}.b'))).toBe(false);
  });

  it('a name is the narrower one’s, its generations with it', () => {
    const realm = (text: string, ...names: string[]) => [
      {
        sort: 'user',
        key: [],
        template: t(text),
        names: new Map(names.map((one) => [one, { file: '', line: 1, column: 1 }])),
      },
    ];
    const [production, staging] = [realm('{service}', 'a'), realm('{service}.staging', 'CN=a')];
    const inProduction = isOurs(production, [staging]);
    expect(
      ['a', 'a.g2', 'b', 'a.staging', 'a.staging.g2', 'CN=a'].filter((name) => inProduction('user', name)),
    ).toEqual(['a', 'a.g2', 'b']);
    const inStaging = isOurs(staging, [production]);
    expect(['a', 'b', 'a.staging', 'a.staging.g2', 'CN=a'].filter((name) => inStaging('user', name))).toEqual(
      ['a.staging', 'a.staging.g2', 'CN=a'],
    );
    expect(inStaging('queue', 'whatever')).toBe(true);
  });
});

describe('claims', () => {
  it.each([
    ['*-service', '*-service.staging', false],
    ['*-service', 'a*', true],
    ['*', 'a', true],
    ['a*b', 'ab*', true],
    ['a*b', 'a*c', false],
    ['a**c', 'abbc', true],
    ['', '*', true],
    ['a', 'b', false],
  ])('%s and %s overlap: %s', (a, b, want) => {
    expect([globsOverlap(a, b), globsOverlap(b, a)]).toEqual([want, want]);
  });
});

const admin = '{ username: admin, password: "env:A" }';
const environment = (rest: string, vhost = 'v', endpoint = 'host') =>
  `    rabbitmq: { managementUrl: "https://${endpoint}:15671", vhost: ${vhost}, admin: ${admin}${rest === '' ? '' : ', naming: { user: "{service}.staging" }'} }
    kafka: { brokers: ["${endpoint}:9093"], admin: ${admin}${rest === '' ? '' : `, naming: { ${rest} }`} }\n`;
const staging =
  'user: "{service}.staging", topic: "staging.{name}", group: "staging.{name}", transactionalId: "staging.{name}"';

function parse(environments: string, services: string, wanted?: string): Topology {
  const text = `version: 1\nname: shop\nenvironments:\n${environments}services:\n${services}`;
  return parseTopology([{ file: 't.yaml', text }], brokers, {}, wanted);
}

function problemsOf(run: () => unknown): readonly Problem[] {
  try {
    run();
  } catch (error) {
    if (error instanceof TopologyError) return error.problems;
    throw error;
  }
  return [];
}

const messages = (topology: Topology) =>
  problemsOf(() => checkEnvironments(topology, brokers)).map(({ message }) => message);

describe('two environments on one cluster', () => {
  const services = '  a: { kafka: { topics: { orders: {} } }, rabbitmq: {} }\n';
  const two = (second: string, more = '', vhost = 'w') =>
    parse(`  production:\n${environment('')}${more}  staging:\n${environment(second, vhost)}`, services);

  it('may be, told apart by names and vhosts', () => {
    expect(messages(two(staging))).toEqual([]);
    expect(neighboursOf(two(staging), 'production', kafka)).toEqual(['staging']);
  });

  it('are refused otherwise, and the error names both and what is alike', () => {
    expect(messages(two('', '', 'v'))).toEqual([
      'environments.staging.rabbitmq: the environments production and staging share the endpoint host:15671, but nothing in naming.user tells their names apart, both use the vhost v',
      'environments.staging.kafka: the environments production and staging share the endpoint host:9093, but nothing in naming.user tells their names apart, nothing in naming.topic tells their names apart, nothing in naming.group tells their names apart, nothing in naming.transactionalId tells their names apart',
    ]);
  });

  it.each([
    { one: 'vault:secret/shop', other: 'vault:secret/shop/', same: true },
    { one: 'vault:secret/production', other: 'vault:secret/staging', same: false },
    { one: 'env:MQ', other: 'env:mq', same: true },
    { one: 'vault:secret', other: 'file:secret', same: false },
  ])('with the stores $one and $other: one store is $same', ({ one, other, same }) => {
    const topology = parse(
      `  production:\n${environment('')}    secrets: ${one}\n  staging:\n${environment(staging, 'w')}    secrets: ${other}\n`,
      services,
    );
    const told = messages(topology).filter((message) => message.includes('in one store'));
    expect(told).toHaveLength(same ? 2 : 0);
  });

  it('are refused with one store, however it is written, and with claims that overlap', () => {
    const said = (secrets: string, claims: string) =>
      `    secrets: "${secrets}"\n    claims: { kafka: { principals: "${claims}" } }\n`;
    const topology = parse(
      `  production:\n${environment('')}${said('file:secrets', 'a*')}  staging:\n${environment(staging, 'w')}${said('file:./secrets/', '*g')}`,
      services,
    );
    expect(messages(topology)).toEqual([
      'environments.staging.rabbitmq: the environments production and staging share the endpoint host:15671, but both keep their credentials in one store',
      'environments.staging.kafka: the environments production and staging share the endpoint host:9093, but both keep their credentials in one store, their claims a* and *g overlap',
    ]);
  });

  it('are refused where one gives a name that is the other’s', () => {
    const clash = parse(
      `  production:\n${environment('')}  staging:\n${environment(staging, 'w')}`,
      '  a: { kafka: { principal: "CN=a", topics: { staging.x: {} } } }\n',
    );
    const found = problemsOf(() => checkEnvironments(clash, brokers));
    expect(found.map(({ message, position }) => `${position?.line ?? 0}: ${message}`)).toEqual([
      '11: the user CN=a of environment production is in the names of staging, which has it, too',
      '11: the topic staging.x of environment production is in the names of staging, which may name its own so',
    ]);
  });

  it('count as neighbours also where an endpoint is not known, since its variable is not set', () => {
    const topology = parse(
      `  production:\n${environment('')}  staging:\n${environment(staging, 'w', '${MQWARDEN_HOST}')}`,
      services,
      'production',
    );
    expect([...topology.environments.keys()]).toEqual(['production']);
    expect(neighboursOf(topology, 'production', kafka)).toEqual(['staging']);
  });
});

describe('naming', () => {
  const compiled = (naming: string, section: string) => {
    const topology = parse(
      `  staging:\n${environment(naming, 'w')}`,
      `  a: { formerly: [old], kafka: ${section} }\nremoved: [gone]\n`,
    );
    const land = landscape(topology, 'staging', kafka);
    if (land === undefined) throw new Error('no landscape');
    return { land, resources: kafka.compile(land as never).resources };
  };
  const section =
    '{ topics: { orders: {} }, produces: [{ topic: orders, transactionalId: tx }, { prefix: logs. }], consumes: [{ topic: orders, group: g }], streams: { applicationId: app }, ' +
    'grants: [{ resource: topic, name: "*", operations: [read], reason: r }, { resource: topic, name: __consumer_offsets, operations: [read], reason: r }, { resource: group, name: x, pattern: prefixed, operations: [read], reason: r }] }';

  it('reaches every name of a user, topic, group, prefix and application', () => {
    const { land, resources } = compiled(staging, section);
    const names = resources.flatMap((one) =>
      one.kind === 'kafka:acl' ? [`${one.spec.resource} ${one.spec.pattern} ${one.spec.name}`] : [],
    );
    expect([...new Set(names)].sort()).toEqual([
      'group literal staging.app',
      'group literal staging.g',
      'group prefixed staging.x',
      'topic literal __consumer_offsets',
      'topic literal staging.orders',
      'topic prefixed staging.',
      'topic prefixed staging.app-',
      'topic prefixed staging.logs.',
      'transactional_id literal staging.tx',
      'transactional_id prefixed staging.app-',
    ]);
    const whose = new Set(resources.flatMap((one) => (one.kind === 'kafka:acl' ? [one.spec.principal] : [])));
    expect([...whose]).toEqual(['User:a.staging', 'User:old.staging']);
    expect(land.removed?.map(({ principal }) => principal)).toEqual(['gone.staging']);
    expect(land.services[0]?.locate(['topics', 'staging.orders'])).toMatchObject({ line: 8, column: 44 });
  });

  it('refuses what a text after the name cannot say', () => {
    const after = 'topic: "{name}.staging", group: "{name}.staging", transactionalId: "{name}.staging"';
    const found = problemsOf(() =>
      compiled(after, '{ produces: [{ prefix: logs. }], streams: { applicationId: app } }'),
    );
    expect(found.map(({ message }) => message)).toEqual([
      'a: names that begin with a text reach other environments, as topic names here end in ".staging"',
      'a: names that begin with a text reach other environments, as topic names here end in ".staging"',
    ]);
  });

  it.each([
    [
      'user: "staging"',
      'environments.staging.kafka.naming.user: must contain {service} once, and no other braces',
    ],
    [
      'topic: "{service}.x"',
      'environments.staging.kafka.naming.topic: must contain {name} once, and no other braces',
    ],
    ['topics: "{name}"', 'environments.staging.kafka.naming.topics: unknown key'],
  ])('%s is an error', (naming, message) => {
    expect(problemsOf(() => compiled(naming, '{}')).map((one) => one.message)).toContain(message);
  });
});

describe('sizes of an environment', () => {
  const services =
    '  a: { kafka: { topics: { t: { partitions: 3, config: { x: 1, y: 1, z: 1 } }, u: {} }, quota: { producerByteRate: 5, consumerByteRate: 5 } }, rabbitmq: { limits: { maxChannels: 9 } } }\n';
  const sized = (more: string) => parse(`  test:\n${environment('', 'w')}${more}`, services);

  it('the environment’s for all topics win over a topic’s own, and those for one topic over both', () => {
    const topology = sized(
      '    override: { kafka: { replicationFactor: 2, config: { y: 2, z: 2 } } }\n    services: { a: { kafka: { topics: { t: { partitions: 1, config: { z: 3 } } }, quota: { producerByteRate: 7 } }, rabbitmq: { limits: { maxConnections: 4 } } } }\n',
    );
    const land = landscape(topology, 'test', kafka);
    const resources = kafka.compile(land as never).resources;
    expect(
      resources.filter(({ kind }) => kind !== 'kafka:user').map(({ address, spec }) => [address, spec]),
    ).toEqual([
      ['kafka:topic:t', { partitions: 1, replicationFactor: 2, config: { x: '1', y: '2', z: '3' } }],
      ['kafka:topic:u', { partitions: -1, replicationFactor: 2, config: { y: '2', z: '2' } }],
      ['kafka:quota:user=a', { producerByteRate: 7, consumerByteRate: 5 }],
    ]);
    const [rabbit] = brokers.filter(({ name }) => name === 'rabbitmq');
    if (rabbit === undefined) throw new Error('no broker');
    expect(landscape(topology, 'test', rabbit)?.services[0]?.section).toMatchObject({
      limits: { maxChannels: 9, maxConnections: 4 },
    });
    expect(topology.digest('test')).not.toBe(sized('').digest('test'));
  });

  it.each([
    [
      'services: { a: { kafka: { produces: [t] } } }',
      'environments.test.services.a.kafka.produces: unknown key (an environment sets sizes and certificates, never grants or names; allowed here: topics, quota, tls)',
    ],
    [
      'services: { a: { rabbitmq: { limit: {} } } }',
      'environments.test.services.a.rabbitmq.limit: unknown key (an environment sets sizes and certificates, never grants or names; did you mean "limits"? allowed here: limits, tls)',
    ],
    ['override: { rabbitmq: {} }', 'environments.test.override.rabbitmq: unknown key (allowed here: kafka)'],
    ['services: { aa: {} }', 'environments.test.services.aa: there is no such service (did you mean "a"?)'],
  ])('%s is an error', (line, want) => {
    const found = problemsOf(() => sized(`    ${line}\n`)).map(
      ({ message, hint = '' }) => `${message} (${hint})`,
    );
    expect(found).toEqual([want]);
  });

  it('of a topic that the service does not own are an error', () => {
    const topology = sized('    services: { a: { kafka: { topics: { v: { partitions: 1 } } } } }\n');
    expect(problemsOf(() => landscape(topology, 'test', kafka)).map(({ message }) => message)).toEqual([
      'a owns no topic v, whose size test would set',
    ]);
  });
});
