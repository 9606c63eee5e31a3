import { describe, expect, it } from 'vitest';
import { environmentSchema } from '../../src/brokers/kafka/schema/environment.ts';
import { serviceSchema } from '../../src/brokers/kafka/schema/service.ts';

/** Each issue as `path: message`. */
function issues(schema: typeof environmentSchema | typeof serviceSchema, section: unknown): string[] {
  const result = schema.safeParse(section);
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const admin = { username: 'admin', password: 'env:KAFKA_ADMIN' };

describe('the environment', () => {
  it('takes host:port, also of IPv6', () => {
    expect(issues(environmentSchema, { brokers: ['kafka-1.internal:9093', '[::1]:9093'], admin })).toEqual(
      [],
    );
  });

  it.each([['kafka-1.internal'], ['kafka://k:9093'], ['k:0'], ['k:65536'], ['user:pw@k:9093'], ['']])(
    'refuses the broker %j',
    (broker) => {
      expect(issues(environmentSchema, { brokers: [broker], admin })).toEqual([
        'brokers.0: must be host:port',
      ]);
    },
  );

  it('does not repeat a literal password', () => {
    const text = issues(environmentSchema, {
      brokers: ['k:9093'],
      admin: { username: 'admin', password: 'hunter2' },
    }).join();
    expect(text).toContain('admin.password');
    expect(text).not.toContain('hunter2');
  });
});

describe('a service', () => {
  it.each([
    [{ unknown: 1 }],
    [{ topics: { orders: { partition: 1 } } }],
    [{ topics: { orders: { allow: { read: [] } } } }],
    [{ produces: [{ topic: 'a', key: 1 }] }],
    [{ consumes: [{ topic: 'a', group: 'g', key: 1 }] }],
    [{ streams: { applicationId: 'a', key: 1 } }],
    [{ quota: { producerByteRate: 1, key: 1 } }],
    [{ grants: [{ resource: 'topic', name: 'a', operations: ['read'], reason: 'r', key: 1 }] }],
  ])('refuses an unknown key in %j', (section) => {
    expect(issues(serviceSchema, section).join()).toMatch(/Unrecognized key/);
  });

  it.each([
    ['orders created', false],
    ['..', false],
    ['__consumer_offsets', false],
    ['a'.repeat(250), false],
    ['a'.repeat(249), true],
    ['A.b_c-9', true],
  ])('judges the topic name %j', (topic, legal) => {
    expect(issues(serviceSchema, { produces: [topic] }).length === 0).toBe(legal);
    expect(issues(serviceSchema, { topics: { [topic]: {} } }).length === 0).toBe(legal);
  });

  it.each([
    [{ produces: [{ transactionalId: 't' }] }, 'produces.0: needs "topic" or "prefix"'],
    [
      { consumes: [{ topic: 'a', prefix: 'b', group: 'g' }] },
      'consumes.0: takes "topic" or "prefix", not both',
    ],
    [
      { consumes: [{ topic: 'a', group: '*' }] },
      'consumes.0.group: stands for all of them here: say so in `grants`, with a reason',
    ],
    [{ principal: 'User:a' }, 'principal: is written without "User:"'],
    [{ principal: '*' }, 'principal: would stand for everyone'],
    [{ quota: {} }, 'quota: sets no quota'],
    [{ quota: { consumerByteRate: 0.5 } }, 'quota.consumerByteRate: must be a whole number of bytes'],
    [{ hosts: ['kafka.internal'] }, 'hosts.0: must be an IP address: Kafka compares no host names'],
    [
      { grants: [{ resource: 'group', name: 'g', operations: ['write'], reason: 'r' }] },
      'grants.0.operations.0: means nothing on a group',
    ],
    [
      { grants: [{ resource: 'topic', operations: ['read'], reason: 'r' }] },
      'grants.0.name: is missing: which topic?',
    ],
    [
      { grants: [{ resource: 'cluster', name: 'mine', operations: ['describe'], reason: 'r' }] },
      'grants.0.name: of a cluster can only be kafka-cluster',
    ],
  ])('refuses %j', (section, issue) => {
    expect(issues(serviceSchema, section)).toEqual([issue]);
  });

  it('keeps every digit of a large config value', () => {
    const parsed = serviceSchema.parse({
      topics: { t: { config: { 'retention.ms': 9223372036854775807n } } },
    });
    expect(parsed.topics?.['t']?.config).toEqual({ 'retention.ms': '9223372036854775807' });
  });

  it('takes a topic without settings', () => {
    expect(serviceSchema.parse({ topics: { orders: null } }).topics).toEqual({ orders: {} });
  });

  it('takes any character in groups, transactional ids and principals', () => {
    const odd = 'g % / @ + ~ . é';
    const section = {
      principal: odd,
      consumes: [{ topic: 'a', group: odd }],
      produces: [{ topic: 'a', transactionalId: odd }],
    };
    expect(issues(serviceSchema, section)).toEqual([]);
  });
});
