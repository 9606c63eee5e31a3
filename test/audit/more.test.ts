/** Checks beyond the checklist, on facts alone. */
import { describe, expect, it, test } from 'vitest';
import { deprecated } from '../../src/brokers/kafka/audit/mqa55-deprecated.ts';
import type { KafkaSubject } from '../../src/brokers/kafka/audit/facts.ts';
import type { RabbitSubject } from '../../src/brokers/rabbitmq/audit/facts.ts';
import { topicVariables } from '../../src/brokers/rabbitmq/audit/mqa49-topic-variables.ts';
import { unusedGrants as kafkaGrants } from '../../src/brokers/kafka/audit/mqa62-unused-grants.ts';
import { unusedGrants as rabbitGrants } from '../../src/brokers/rabbitmq/audit/mqa61-unused-grants.ts';
import { judge, type StoredAge } from '../../src/core/audit.ts';
import { secretChecks, type SecretsSubject } from '../../src/core/audit-secrets.ts';
import { strengthPoints } from '../../src/core/doors.ts';

describe('topic permissions with variables', () => {
  const subject = (write: string, user: string, version: string, vhost = 'v') =>
    ({
      landscape: { environment: { section: { vhost: { name: 'v' } } } },
      facts: {
        version: { is: 'told', value: version },
        definitions: {
          is: 'told',
          value: { topic_permissions: [{ user, vhost, exchange: 'e', write, read: '^$' }] },
        },
      },
    }) as unknown as RabbitSubject;
  const verdict = (...of: Parameters<typeof subject>) => judge([topicVariables], subject(...of))[0]?.verdict;

  test.each([
    ['^{client_id}$', 'shop', '4.3.6', 'fail'],
    ['^{username}$', 'shop', '3.10.8', 'pass'],
    ['^{username}$', 'shop.eu', '3.10.8', 'fail'],
    ['^{username}$', 'shop.eu', '4.3.6', 'pass'],
    ['^{vhost}$', 'shop.eu', '3.10.8', 'pass'],
    ['^a$', 'shop.eu', '3.10.8', 'pass'],
  ])('%s of %s on %s: %s', (write, user, version, expected) => {
    expect(verdict(write, user, version)).toBe(expected);
  });

  it('of another vhost are not its business', () => {
    expect(verdict('^{client_id}$', 'shop', '4.3.6', 'w')).toBe('pass');
  });
});

describe('what Kafka 4 is without', () => {
  const verdict = (over: Readonly<Record<string, string>>) => {
    const settings = { is: 'told', value: new Map([[1, new Map(Object.entries(over))]]) };
    return judge([deprecated], { facts: { settings, silent: new Map() } } as unknown as KafkaSubject)[0]
      ?.verdict;
  };

  test.each([
    [{ 'process.roles': 'broker' }, 'pass'],
    [{ 'zookeeper.connect': 'z:2181' }, 'fail'],
    [
      { 'process.roles': 'broker', 'authorizer.class.name': 'kafka.security.authorizer.AclAuthorizer' },
      'fail',
    ],
    [{ 'process.roles': 'broker', 'log.message.format.version': '2.8-IV1' }, 'fail'],
    [{ 'process.roles': 'broker', 'log.message.format.version': '3.0-IV1' }, 'pass'],
  ])('%j: %s', (settings, expected) => {
    expect(verdict(settings)).toBe(expected);
  });
});

describe('rotation', () => {
  const finding = (...ages: StoredAge[]) => {
    const secrets = { is: 'told', value: { found: [], missing: [], shared: [], ages } } as const;
    const subject: SecretsSubject = {
      ...{ environment: 'e', production: true, store: 'vault', written: [], services: 1, secrets },
    };
    return judge(secretChecks, subject).find(({ rule }) => rule === 'MQA27');
  };
  const age = (status: StoredAge['status']): StoredAge => ({ path: `kafka/${status}`, status });

  test.each([
    [['ok', 'overdue'], 'fail', '1 stored passwords are older than 90 days: kafka/overdue'],
    [['ok', 'due'], 'manual', '1 stored passwords are older than 30 days: kafka/due'],
    [['ok', 'unknown'], 'manual', '1 stored passwords were never rotated: kafka/unknown'],
    [['ok', 'ok'], 'pass', '2 were rotated in the last 30 days'],
    [[], 'manual', 'the store has no credential of any service'],
  ] as const)('%j: %s', (statuses, verdict, evidence) => {
    expect(finding(...statuses.map(age))).toMatchObject({ verdict, evidence });
  });
});

describe('a certificate', () => {
  const shown = {
    ...{ subject: 'CN=b', issuer: 'CN=ca', names: 'DNS:b', until: '2027-01-01T00:00:00Z' },
    ...{ key: 'rsa 2048', signature: 'sha256WithRSAEncryption' },
  };
  const is = (over: object) =>
    strengthPoints('b:5671', {
      tls: { version: 'TLSv1.3', fault: undefined, shown: { ...shown, ...over } },
    }).map((point) => point.is);

  test.each([
    ['as it should be', {}, ['pass']],
    ['on a curve', { key: 'ec prime256v1' }, ['pass']],
    ['of which less is told', { key: undefined, signature: undefined }, ['pass']],
    ['with a short key', { key: 'rsa 1024' }, ['fail']],
    ['signed by SHA-1', { signature: 'sha1WithRSAEncryption' }, ['fail']],
    ['signed by itself, for no host', { issuer: 'CN=b', names: 'none' }, ['fail', 'fail']],
  ])('%s', (_, over, expected) => {
    expect(is(over)).toEqual(expected);
  });

  it('that was not seen is not judged', () => {
    expect(strengthPoints('b', { tls: { why: 'no answer', reached: false } })).toEqual([]);
  });
});

const told = (value: unknown) => ({ is: 'told', value });
const ground = { principals: new Map([['shop', 'shop']]), protected: [], admin: 'admin' };

describe('grants on RabbitMQ', () => {
  const says = (permission: object, more: object = {}, consumers: readonly object[] = []) => {
    const subject = {
      ...{ ground, principals: new Set(), neighbours: [] },
      landscape: { environment: { section: { vhost: { name: 'v' } } } },
      facts: {
        consumers: told(consumers),
        definitions: told({
          permissions: [
            { user: 'shop', vhost: 'v', configure: '^$', write: '^$', read: '^$', ...permission },
          ],
          queues: [{ vhost: 'v', name: 'q' }],
          exchanges: [{ vhost: 'v', name: 'e' }],
          ...more,
        }),
      },
    } as unknown as RabbitSubject;
    return judge([rabbitGrants], subject)[0];
  };
  const consumer = { vhost: 'v', queue: 'q', user: 'shop' };
  const binding = { vhost: 'v', source: 'e', destination: 'q', destination_type: 'queue', routing_key: '' };

  test.each([
    ['to read, by nobody', { read: '^q$' }, {}, [], 'manual'],
    ['to read, by another', { read: '^q$' }, {}, [{ ...consumer, user: 'mail' }], 'manual'],
    ['to read, in use', { read: '^q$' }, {}, [consumer], 'pass'],
    ['to read by a pattern, in use', { read: '^q' }, {}, [consumer], 'pass'],
    ['to read what is not there', { read: '^r$' }, {}, [], 'pass'],
    ['to write to what leads nowhere', { write: '^e$' }, {}, [], 'manual'],
    ['to write to what is bound', { write: '^e$' }, { bindings: [binding] }, [], 'pass'],
    ['of somebody else', { user: 'x', read: '^q$' }, {}, [], 'pass'],
  ])('%s', (_, permission, more, consumers, expected) => {
    expect(says(permission, more, consumers)?.verdict).toBe(expected);
  });

  it('are never said to be unused: only that no use is seen', () => {
    expect(says({ read: '^q$' })).toMatchObject({
      severity: 'note',
      evidence: 'no use seen: shop may read q in v, and consumes none of them now',
    });
  });
});

describe('grants on Kafka', () => {
  const acl = { resource: 'group', pattern: 'literal', name: 'g', principal: 'User:shop', host: '*' };
  const verdict = (groups: readonly string[], over: object = {}) => {
    const one = { ...acl, operation: 'read', permission: 'allow', ...over };
    const subject = { ground, facts: { acls: told([one]), groups: told(groups), silent: new Map() } };
    return judge([kafkaGrants], subject as unknown as KafkaSubject)[0]?.verdict;
  };

  it('are in use where the group is there', () => {
    expect([verdict(['g']), verdict(['h']), verdict([])]).toEqual(['pass', 'manual', 'manual']);
    expect([verdict(['g1'], { pattern: 'prefixed' }), verdict(['h'], { pattern: 'prefixed' })]).toEqual([
      'pass',
      'manual',
    ]);
    expect(verdict([], { principal: 'User:x' })).toBe('pass');
    expect(verdict([], { operation: 'describe' })).toBe('pass');
  });
});
