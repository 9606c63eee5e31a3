/** The checks on facts: a verdict each, without a broker. */
import { describe, expect, it } from 'vitest';
import { auditor as kafkaAuditor } from '../../src/brokers/kafka/audit.ts';
import { acls } from '../../src/brokers/kafka/audit/mqa09-acls.ts';
import { clientCertificates as kafkaCertificates } from '../../src/brokers/kafka/audit/mqa32-client-certificates.ts';
import { network } from '../../src/brokers/kafka/audit/mqa12-network.ts';
import { sasl } from '../../src/brokers/kafka/audit/mqa07-sasl.ts';
import { tls as kafkaTls } from '../../src/brokers/kafka/audit/mqa08-tls.ts';
import { uniquePrincipals } from '../../src/brokers/kafka/audit/mqa10-unique-principals.ts';
import { zookeeper } from '../../src/brokers/kafka/audit/mqa11-zookeeper.ts';
import type {
  KafkaFacts,
  KafkaSubject,
  Knocked as KafkaKnocked,
  Ungranted,
} from '../../src/brokers/kafka/audit/facts.ts';
import type { AclSpec } from '../../src/brokers/kafka/resources.ts';
import { auditor as rabbitAuditor } from '../../src/brokers/rabbitmq/audit.ts';
import type { Knocked, RabbitFacts, RabbitSubject } from '../../src/brokers/rabbitmq/audit/facts.ts';
import { tls } from '../../src/brokers/rabbitmq/audit/mqa01-tls.ts';
import { uniqueCredentials } from '../../src/brokers/rabbitmq/audit/mqa02-unique-credentials.ts';
import { permissions } from '../../src/brokers/rabbitmq/audit/mqa03-permissions.ts';
import { vhosts } from '../../src/brokers/rabbitmq/audit/mqa04-vhosts.ts';
import { guest } from '../../src/brokers/rabbitmq/audit/mqa05-guest.ts';
import { management } from '../../src/brokers/rabbitmq/audit/mqa06-management.ts';
import { certificates } from '../../src/brokers/rabbitmq/audit/mqa41-certificates.ts';
import { hashes } from '../../src/brokers/rabbitmq/audit/mqa43-hashes.ts';
import { unreadQueues } from '../../src/brokers/rabbitmq/audit/mqa45-unread-queues.ts';
import { deprecated } from '../../src/brokers/rabbitmq/audit/mqa46-deprecated.ts';
import { links } from '../../src/brokers/rabbitmq/audit/mqa47-links.ts';
import { permissionAddress, topicPermissionAddress } from '../../src/brokers/rabbitmq/resources.ts';
import { acrossEnvironments, type Check, isOpen, judge, type Told } from '../../src/core/audit.ts';
import type { Finding } from '../../src/core/finding.ts';
import { certificateChecks, sharedPoints } from '../../src/core/audit-certificates.ts';
import { secretChecks } from '../../src/core/audit-secrets.ts';

const told = <T>(value: T): Told<T> => ({ is: 'told', value });
const lacked = { is: 'lacked', why: 'admin lacks the right', needs: 'give it' } as const;
const shown = { subject: 'CN=b', issuer: 'CN=ca', names: 'DNS:b', until: '2027-06-01T00:00:00.000Z' };
const now = new Date('2026-11-01T00:00:00Z');

const door: Knocked = {
  at: 'amqp/ssl b:5671',
  protocol: 'amqp/ssl',
  tls: { version: 'TLSv1.3', fault: undefined, shown },
  withoutCertificate: 'refused',
  oldTls: 'refused',
  plaintext: 'refused',
  mechanisms: ['PLAIN', 'EXTERNAL'],
  anonymous: undefined,
};
const rabbitFacts: RabbitFacts = {
  admin: 'admin',
  version: told('4.3.6'),
  listeners: told([
    { protocol: 'amqp/ssl', port: 5671 },
    { protocol: 'https', port: 15671 },
  ]),
  mechanisms: told(new Map()),
  definitions: told({
    users: [{ name: 'admin', tags: 'administrator' }, { name: 'shop' }],
    permissions: [{ user: 'shop', vhost: 'v', configure: '^$', write: '^$', read: '^q$' }],
    exchanges: [],
    queues: [],
    parameters: [],
  }),
  hashes: new Map([['shop', 'sound']]),
  connections: told([]),
  queues: told([]),
  consumers: told([]),
  deprecated: told([]),
  guestLogin: 'refused',
  knocked: [door],
};
const environment = { name: 'test', production: false, locate: () => ({ file: 'f', line: 1, column: 1 }) };
const shop = { name: 'shop', section: { auth: 'password' }, locate: environment.locate };
const common = {
  principals: new Set<string>(),
  neighbours: [],
  secrets: told({ found: ['rabbitmq/shop', 'kafka/shop'], missing: [], shared: [], ages: [] }),
  stored: () => undefined,
  now,
  ground: {
    principals: new Map([['shop', 'shop']]),
    claims: [],
    protected: ['broker'],
    admin: 'admin',
    containers: new Set(),
  },
};
const spec = { configure: '^$', write: '^$', read: '^q$' };

function rabbit(facts: Partial<RabbitFacts> = {}, over: object = {}): RabbitSubject {
  return {
    ...common,
    landscape: {
      environment: { ...environment, section: { vhost: { name: 'v' }, admin: { username: 'admin' } } },
      services: [shop],
      claims: [],
      protected: [],
    },
    compiled: {
      principals: new Map([['shop', 'shop']]),
      resources: [{ kind: 'rabbitmq:permission', address: permissionAddress('v', 'shop'), spec }],
      blocked: [],
      warnings: [],
    },
    ...over,
    facts: { ...rabbitFacts, ...facts },
  } as unknown as RabbitSubject;
}

const settings = (over: Record<string, string | null> = {}) =>
  told(
    new Map([
      [
        1,
        new Map<string, string | null>(
          Object.entries({
            'process.roles': 'broker',
            listeners: 'A://10.0.0.1:9093,B://10.0.0.1:9094',
            'advertised.listeners': 'A://k:9093,B://k:9094',
            'listener.security.protocol.map': 'A:SASL_SSL,B:SSL',
            'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
            'ssl.client.auth': 'required',
            'inter.broker.listener.name': 'A',
            'security.inter.broker.protocol': 'PLAINTEXT',
            ...over,
          }),
        ),
      ],
    ]),
  );
/** Of controllers that are no brokers, only what the map says of their listener is told. */
const apart = (protocol: string) => ({
  'controller.listener.names': 'C',
  'listener.security.protocol.map': `A:SASL_SSL,B:SSL,C:${protocol}`,
});
const tokens = { 'sasl.enabled.mechanisms': 'OAUTHBEARER' };
const judgeOfTokens = 'listener.name.a.oauthbearer.sasl.server.callback.handler.class';
const kafkaDoor: KafkaKnocked = {
  at: 'A at k:9093',
  protocol: 'SASL_SSL',
  internal: false,
  tls: { version: 'TLSv1.3', fault: undefined, shown },
  oldTls: 'refused',
  plaintext: 'refused',
  anonymous: 'refused',
  withoutCertificate: 'refused',
  mechanisms: ['SCRAM-SHA-512'],
};
/** At the controller, then at each broker. */
const trying = (...answers: readonly Ungranted['may'][]) => ({
  tried: answers.map((may, broker) =>
    broker === 0
      ? ({ as: 'shop', what: 'create a topic', may } as const)
      : ({ as: 'shop', what: 'see a topic', broker, may } as const),
  ),
  untried: [],
});
const kafkaFacts: KafkaFacts = {
  admin: 'admin',
  metadataVersion: 31,
  settings: settings(),
  silent: new Map(),
  acls: told([]),
  topics: told(['orders']),
  users: told([{ name: 'shop', kept: [{ mechanism: 'SCRAM-SHA-512', iterations: 8192 }] }]),
  groups: told([]),
  ungranted: trying('refused'),
  knocked: [kafkaDoor],
};

function kafka(facts: Partial<KafkaFacts> = {}, over: object = {}): KafkaSubject {
  return {
    ...common,
    landscape: {
      environment: { ...environment, section: { admin: { username: 'admin' } } },
      services: [shop],
      claims: [],
      protected: [],
    },
    compiled: { principals: new Map([['shop', 'shop']]), resources: [], blocked: [], warnings: [] },
    ...over,
    facts: { ...kafkaFacts, ...facts },
  } as unknown as KafkaSubject;
}

const acl = (over: Partial<AclSpec>): Told<readonly AclSpec[]> =>
  told([
    {
      resource: 'topic',
      pattern: 'literal',
      name: 'orders',
      principal: 'User:shop',
      host: '*',
      operation: 'read',
      permission: 'allow',
      ...over,
    },
  ]);
const definitions = rabbitFacts.definitions.is === 'told' ? rabbitFacts.definitions.value : {};
const live = (over: object) => ({ definitions: told({ ...definitions, ...over }) });
const may = (user: string, vhost: string, read: string) => ({
  permissions: [{ user, vhost, configure: '^$', write: '^$', read }],
});
const user = (name: string, tags: string) => ({ users: [{ name, tags }] });
const noServices = (of: { landscape: object }) => ({ landscape: { ...of.landscape, services: [] } });

const rowAddress = topicPermissionAddress('v', 'shop', 'e');
/** As compiled above, and with what `shop` may publish to a topic exchange. */
const withRow = {
  compiled: {
    ...rabbit().compiled,
    resources: [
      ...rabbit().compiled.resources,
      { kind: 'rabbitmq:topic-permission', address: rowAddress, spec: { write: '^a$', read: '^$' } },
    ],
  },
};
/** Another environment on the same broker. */
const neighbour = {
  environment: {
    ...environment,
    name: 'other',
    section: { vhost: { name: 'w' }, admin: { username: 'other' } },
  },
  protected: [],
};

type Case = readonly [string, Check<never>, RabbitSubject | KafkaSubject, 'pass' | 'fail' | 'manual' | 'na'];

const cases: readonly Case[] = [
  ['TLS', tls, rabbit(), 'pass'],
  [
    'a plaintext listener',
    tls,
    rabbit({
      listeners: told([
        { protocol: 'amqp', port: 5672 },
        { protocol: 'amqp/ssl', port: 5671 },
      ]),
    }),
    'fail',
  ],
  ['no TLS listener', tls, rabbit({ listeners: told([]) }), 'fail'],
  [
    'a connection without TLS',
    tls,
    rabbit({ connections: told([{ name: 'c', user: 'shop', vhost: 'v', ssl: false }]) }),
    'fail',
  ],
  [
    'an untrusted certificate',
    tls,
    rabbit({
      knocked: [{ ...door, tls: { version: 'TLSv1.3', fault: 'SELF_SIGNED_CERT_IN_CHAIN', shown } }],
    }),
    'fail',
  ],
  ['TLS 1.1', tls, rabbit({ knocked: [{ ...door, oldTls: 'accepted' }] }), 'fail'],
  [
    'a broken cipher suite',
    tls,
    rabbit({
      knocked: [{ ...door, suites: { broken: ['TLS_RSA_WITH_RC4_128_SHA'], withoutForwardSecrecy: [] } }],
    }),
    'fail',
  ],
  [
    'a cipher suite without forward secrecy, which is told and is no fault',
    tls,
    rabbit({
      knocked: [
        { ...door, suites: { broken: [], withoutForwardSecrecy: ['TLS_RSA_WITH_AES_128_GCM_SHA256'] } },
      ],
    }),
    'pass',
  ],
  [
    'a listener that does not answer who offers broken cipher suites',
    tls,
    rabbit({
      knocked: [{ ...door, suites: { broken: { why: 'no answer' }, withoutForwardSecrecy: [] } }],
    }),
    'manual',
  ],
  [
    'no TLS 1.3, which is told and is no fault',
    tls,
    rabbit({
      knocked: [
        { ...door, tls: { version: 'TLSv1.2', cipher: 'TLS_ECDHE_RSA_WITH_X', fault: undefined, shown } },
      ],
    }),
    'pass',
  ],
  [
    'a broken cipher suite of Kafka',
    kafkaTls,
    kafka({
      knocked: [
        { ...kafkaDoor, suites: { broken: ['TLS_RSA_WITH_NULL_SHA256'], withoutForwardSecrecy: [] } },
      ],
    }),
    'fail',
  ],
  [
    'a listener that is not reached',
    tls,
    rabbit({ knocked: [{ ...door, tls: { why: 'ECONNREFUSED', reached: false } }] }),
    'manual',
  ],
  ['listeners that are not told', tls, rabbit({ listeners: lacked }), 'manual'],
  ['own credentials', uniqueCredentials, rabbit(), 'pass'],
  [
    'a shared password',
    uniqueCredentials,
    rabbit({}, { secrets: told({ found: [], missing: [], shared: [['rabbitmq/a', 'kafka/b']], ages: [] }) }),
    'fail',
  ],
  [
    'a password shared on Kafka alone',
    uniqueCredentials,
    rabbit(
      {},
      {
        secrets: told({ found: ['rabbitmq/shop'], missing: [], shared: [['kafka/a', 'kafka/b']], ages: [] }),
      },
    ),
    'pass',
  ],
  [
    'a user that another service uses',
    uniqueCredentials,
    rabbit({ connections: told([{ name: 'c', user: 'shop', vhost: 'v', ssl: true, service: 'mail' }]) }),
    'fail',
  ],
  [
    'a password that is not stored',
    uniqueCredentials,
    rabbit({}, { secrets: told({ found: [], missing: ['rabbitmq/shop'], shared: [], ages: [] }) }),
    'manual',
  ],
  ['no services', uniqueCredentials, rabbit({}, noServices(rabbit())), 'na'],
  ['equal permissions', permissions, rabbit(), 'pass'],
  ['everything', permissions, rabbit(live(may('shop', 'v', '.*'))), 'fail'],
  [
    'an unanchored pattern that reaches another queue',
    permissions,
    rabbit(live({ ...may('shop', 'v', 'q'), queues: [{ vhost: 'v', name: 'q2' }] })),
    'fail',
  ],
  ['a pattern wider than needed', permissions, rabbit(live(may('shop', 'v', '^q'))), 'fail'],
  ['a narrower pattern', permissions, rabbit(live(may('shop', 'v', '^$'))), 'pass'],
  [
    'a pattern that only the broker can judge',
    permissions,
    rabbit(live(may('shop', 'v', '^(?=q)(?!x)'))),
    'manual',
  ],
  ['permissions elsewhere', permissions, rabbit(live(may('shop', 'w', '.*'))), 'na'],
  ['permissions that are not told', permissions, rabbit({ definitions: lacked }), 'manual'],
  ['a vhost of its own', vhosts, rabbit(), 'pass'],
  ['a service in /', vhosts, rabbit(live(may('shop', '/', '^$'))), 'fail'],
  ['a service in a vhost of nobody', vhosts, rabbit(live(may('shop', 'w', '^$'))), 'manual'],
  ['no guest', guest, rabbit(), 'pass'],
  ['guest logs in', guest, rabbit({ guestLogin: 'accepted' }), 'fail'],
  [
    'guest is there',
    guest,
    rabbit({ ...live(user('guest', '')), hashes: new Map([['guest', 'guest']]) }),
    'fail',
  ],
  [
    'a listener that lets in nobody in particular',
    guest,
    rabbit({ knocked: [{ ...door, mechanisms: ['ANONYMOUS'], anonymous: 'let in' }] }),
    'fail',
  ],
  [
    'a listener that offers it in vain',
    guest,
    rabbit({ knocked: [{ ...door, mechanisms: ['ANONYMOUS'], anonymous: 'refused' }] }),
    'pass',
  ],
  [
    'a listener that offers it and does not answer',
    guest,
    rabbit({ knocked: [{ ...door, mechanisms: ['ANONYMOUS'] }] }),
    'manual',
  ],
  ['users are not told', guest, rabbit({ definitions: lacked }), 'manual'],
  ['HTTPS, and no tags', management, rabbit(), 'pass'],
  ['HTTP', management, rabbit({ listeners: told([{ protocol: 'http', port: 15672 }]) }), 'fail'],
  ['a service with a tag', management, rabbit(live(user('shop', 'monitoring'))), 'fail'],
  ['an administrator that nobody knows', management, rabbit(live(user('x', 'administrator'))), 'manual'],
  ['a protected one', management, rabbit(live(user('broker', 'monitoring'))), 'pass'],
  [
    'a certificate of a week',
    certificates,
    rabbit({
      knocked: [
        {
          ...door,
          tls: { version: 'TLSv1.3', fault: undefined, shown: { ...shown, until: '2026-11-08T00:00:00Z' } },
        },
      ],
    }),
    'fail',
  ],
  ['a certificate of months', certificates, rabbit(), 'pass'],
  ['no certificate seen', certificates, rabbit({ knocked: [] }), 'manual'],
  ['an MD5 hash', hashes, rabbit({ hashes: new Map([['shop', 'md5']]) }), 'fail'],
  [
    'a queue that nobody reads',
    unreadQueues,
    rabbit({ queues: told([{ vhost: 'v', name: 'q', messages: 3, consumers: 0 }]) }),
    'fail',
  ],
  [
    'that of another vhost',
    unreadQueues,
    rabbit({ queues: told([{ vhost: 'w', name: 'q', messages: 3, consumers: 0 }]) }),
    'pass',
  ],
  ['a deprecated feature', deprecated, rabbit({ deprecated: told(['global_qos']) }), 'fail'],
  ['a version that does not tell', deprecated, rabbit({ deprecated: 'not kept' }), 'na'],
  [
    'a shovel with a password',
    links,
    rabbit(
      live({
        parameters: [{ component: 'shovel', name: 's', vhost: 'v', value: { 'src-uri': ['amqps://a:b@c'] } }],
      }),
    ),
    'fail',
  ],
  [
    'a shovel without',
    links,
    rabbit(
      live({
        parameters: [{ component: 'shovel', name: 's', vhost: 'v', value: { 'src-uri': 'amqps://c' } }],
      }),
    ),
    'pass',
  ],

  ['SCRAM', sasl, kafka(), 'pass'],
  [
    'PLAIN in the settings',
    sasl,
    kafka({ settings: settings({ 'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512' }) }),
    'fail',
  ],
  [
    'PLAIN of one listener',
    sasl,
    kafka({ settings: settings({ 'listener.name.a.sasl.enabled.mechanisms': 'PLAIN' }) }),
    'fail',
  ],
  ['anonymous clients', sasl, kafka({ knocked: [{ ...kafkaDoor, anonymous: 'answered' }] }), 'fail'],
  [
    'an SSL listener without certificates',
    sasl,
    kafka({ settings: settings({ 'ssl.client.auth': 'none' }) }),
    'fail',
  ],
  ['settings that are not told', sasl, kafka({ settings: lacked }), 'manual'],
  ['TLS on Kafka', kafkaTls, kafka(), 'pass'],
  [
    'a PLAINTEXT listener',
    kafkaTls,
    kafka({ settings: settings({ 'listener.security.protocol.map': 'A:SASL_SSL,B:PLAINTEXT' }) }),
    'fail',
  ],
  ['brokers in clear', kafkaTls, kafka({ settings: settings({ 'inter.broker.listener.name': '' }) }), 'fail'],
  [
    'a Kafka that is not reached',
    kafkaTls,
    kafka({ knocked: [{ ...kafkaDoor, tls: { why: 'ECONNREFUSED', reached: false } }] }),
    'manual',
  ],
  ['no ACLs', acls, kafka(), 'pass'],
  ['no authorizer', acls, kafka({ acls: told('no authorizer') }), 'fail'],
  ['everyone', acls, kafka({ acls: acl({ principal: 'User:*' }) }), 'fail'],
  ['all topics', acls, kafka({ acls: acl({ name: '*', principal: 'User:x' }) }), 'fail'],
  [
    'all topics, for the administrator',
    acls,
    kafka({ acls: acl({ name: '*', principal: 'User:admin' }) }),
    'pass',
  ],
  ['an ACL that the topology does not have', acls, kafka({ acls: acl({}) }), 'fail'],
  ['open without an ACL', acls, kafka({ ungranted: trying('allowed') }), 'fail'],
  [
    'open without an ACL at one broker',
    acls,
    kafka({ ungranted: trying('refused', 'refused', 'allowed') }),
    'fail',
  ],
  [
    'a broker not asked',
    acls,
    kafka({ ungranted: { ...trying('refused'), untried: ['nobody answers at b3'] } }),
    'manual',
  ],
  [
    'ACLs about everything of its kind',
    acls,
    kafka({ ungranted: trying('refused by an ACL', 'refused by an ACL') }),
    'manual',
  ],
  [
    'a broker that does not answer',
    acls,
    kafka({ silent: new Map([[2, 'nothing listens there']]) }),
    'manual',
  ],
  [
    'a broker that does not answer, beside one that is open',
    kafkaTls,
    kafka({
      silent: new Map([[2, 'nothing listens there']]),
      knocked: [{ ...kafkaDoor, oldTls: 'accepted' }],
    }),
    'fail',
  ],
  [
    'listeners of a broker that does not answer',
    kafkaCertificates,
    kafka({ silent: new Map([[2, 'nothing listens there']]) }),
    'manual',
  ],
  ['nobody to ask as', acls, kafka({ ungranted: { why: 'no credential' } }), 'manual'],
  ['ACLs that are not told', acls, kafka({ acls: lacked }), 'manual'],
  ['own principals', uniquePrincipals, kafka(), 'pass'],
  ['an ACL of everyone', uniquePrincipals, kafka({ acls: acl({ principal: 'User:*' }) }), 'fail'],
  ['no services on Kafka', uniquePrincipals, kafka({}, noServices(kafka())), 'na'],
  ['no store', uniquePrincipals, kafka({}, { secrets: { is: 'unknown', why: 'no store' } }), 'manual'],
  ['KRaft', zookeeper, kafka(), 'na'],
  [
    'ZooKeeper, closed',
    zookeeper,
    kafka({
      settings: settings({
        'process.roles': null,
        'zookeeper.connect': 'z',
        'zookeeper.set.acl': 'true',
        'zookeeper.ssl.client.enable': 'true',
      }),
    }),
    'pass',
  ],
  [
    'ZooKeeper, open',
    zookeeper,
    kafka({ settings: settings({ 'process.roles': null, 'zookeeper.connect': 'z' }) }),
    'fail',
  ],
  ['neither', zookeeper, kafka({ settings: settings({ 'process.roles': null }) }), 'manual'],
  ['the network', network, kafka(), 'manual'],
  ['a certificate is asked for', kafkaCertificates, kafka(), 'pass'],
  [
    'a password alone',
    kafkaCertificates,
    kafka({ knocked: [{ ...kafkaDoor, withoutCertificate: 'let in' }] }),
    'manual',
  ],
  [
    'nothing at all',
    kafkaCertificates,
    kafka({ knocked: [{ ...kafkaDoor, protocol: 'SSL', withoutCertificate: 'let in' }] }),
    'fail',
  ],
  [
    'a door that shuts for want of an old version of TLS',
    kafkaTls,
    kafka({
      knocked: [{ ...kafkaDoor, tls: { why: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', reached: true } }],
    }),
    'manual',
  ],
  [
    'old TLS behind a door that asks for a certificate',
    kafkaTls,
    kafka({
      knocked: [
        {
          ...kafkaDoor,
          tls: { why: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', reached: true },
          oldTls: 'accepted',
        },
      ],
    }),
    'fail',
  ],
  [
    'a door that asks for a certificate',
    kafkaTls,
    kafka({
      knocked: [{ ...kafkaDoor, tls: { why: 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', reached: true } }],
    }),
    'pass',
  ],
  ['controllers apart, in clear', kafkaTls, kafka({ settings: settings(apart('PLAINTEXT')) }), 'fail'],
  ['controllers apart, by TLS', kafkaTls, kafka({ settings: settings(apart('SSL')) }), 'pass'],
  ['tokens that nobody is said to judge', sasl, kafka({ settings: settings(tokens) }), 'manual'],
  [
    'tokens that are judged',
    sasl,
    kafka({ settings: settings({ ...tokens, [judgeOfTokens]: 'com.example.Judge' }) }),
    'pass',
  ],
  [
    'tokens without a signature',
    sasl,
    kafka({
      settings: settings({
        ...tokens,
        [judgeOfTokens]:
          'org.apache.kafka.common.security.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler',
      }),
    }),
    'manual',
  ],
  [
    'half way from ZooKeeper to KRaft',
    zookeeper,
    kafka({ settings: settings({ 'zookeeper.connect': 'z' }) }),
    'fail',
  ],
];

describe('a verdict', () => {
  it.each(cases)('%s', (_what, check, subject, verdict) => {
    const [finding] = judge([check as unknown as Check<RabbitSubject | KafkaSubject>], subject);
    expect([finding?.verdict, finding?.message, finding?.related]).toEqual([
      verdict,
      finding?.message,
      finding?.related,
    ]);
  });

  it('of secrets: production without a manager fails, and what nobody can see is for a person', () => {
    const at = { environment: 'production', production: true, services: 1, secrets: common.secrets };
    const verdicts = (over: { store?: string; written: string[] }) =>
      Object.fromEntries(
        judge(secretChecks, { store: undefined, ...at, ...over }).map(({ rule, verdict }) => [rule, verdict]),
      );
    expect(verdicts({ store: 'file', written: ['env:A'] })).toMatchObject({
      MQA21: 'fail',
      MQA23: 'fail',
      MQA26: 'pass',
      MQA22: 'manual',
    });
    expect(verdicts({ store: 'vault', written: ['vault:a/b#c'] })).toMatchObject({
      MQA21: 'pass',
      MQA23: 'manual',
    });
  });
});

/** What a verdict rests on, in its words. */
const seen: readonly (readonly [...Case, says: string])[] = [
  [
    'nodes that talk among themselves',
    tls,
    rabbit({
      listeners: told([
        { protocol: 'clustering', port: 25672 },
        { protocol: 'amqp/ssl', port: 5671 },
      ]),
    }),
    'pass',
    'listeners for AMQP over TLS: 5671',
  ],
  [
    'a door in clear that no listener tells of',
    tls,
    rabbit({ knocked: [door, { ...door, at: 'amqp b:5672', protocol: 'amqp', plaintext: 'answered' }] }),
    'fail',
    'amqp b:5672 answers in clear',
  ],
  [
    'a user in use from two services',
    uniqueCredentials,
    rabbit({
      connections: told(
        ['shop', 'mail'].map((service) => ({ name: 'c', user: 'shop', vhost: 'v', ssl: true, service })),
      ),
    }),
    'fail',
    'the user shop is in use from shop, mail',
  ],
  [
    'a built-in exchange that is reached',
    permissions,
    rabbit(
      live({ permissions: [{ user: 'shop', vhost: 'v', configure: '^$', write: '^amq', read: '^q$' }] }),
    ),
    'fail',
    'shop in v may write ^amq, and reaches amq.default',
  ],
  [
    'built-in exchanges that nobody declares',
    permissions,
    rabbit(
      live({ permissions: [{ user: 'shop', vhost: 'v', configure: '^amq', write: '^$', read: '^q$' }] }),
    ),
    'fail',
    'nothing yet is reached by more',
  ],
  [
    'a topic permission that is missing',
    permissions,
    rabbit({}, withRow),
    'fail',
    'a topic permission is missing, so that every routing key is allowed',
  ],
  [
    'a topic permission that is wider',
    permissions,
    rabbit(
      live({ topic_permissions: [{ user: 'shop', vhost: 'v', exchange: 'e', write: '.*', read: '^$' }] }),
      withRow,
    ),
    'fail',
    'shop may write the keys .* on e in v, where the topology says ^a$',
  ],
  [
    'a topic permission as it should be',
    permissions,
    rabbit(
      live({ topic_permissions: [{ user: 'shop', vhost: 'v', exchange: 'e', write: '^a$', read: '^$' }] }),
      withRow,
    ),
    'pass',
    'were compared with the topology',
  ],
  [
    'a user in vhosts of two environments',
    vhosts,
    rabbit(
      live({
        permissions: ['v', 'w'].map((vhost) => ({
          ...{ user: 'shop', vhost, configure: '^$', write: '^$', read: '^$' },
        })),
      }),
      { neighbours: [neighbour] },
    ),
    'fail',
    'shop has permissions in vhosts of the environments test, other: v, w',
  ],
  [
    'a login as guest that had no answer',
    guest,
    rabbit({ guestLogin: 'unknown' }),
    'manual',
    'neither refused nor accepted',
  ],
  [
    'guest with a hash that tells nothing',
    guest,
    rabbit({ ...live(user('guest', '')), hashes: new Map() }),
    'fail',
    'the user guest is there, with another password',
  ],
  [
    'guest without a password',
    guest,
    rabbit({ ...live(user('guest', '')), hashes: new Map([['guest', 'empty']]) }),
    'fail',
    'the user guest is there, without a password',
  ],
  [
    'one of several tags of a service',
    management,
    rabbit(live(user('shop', 'orders, management'))),
    'fail',
    'the service shop may log in to management: shop has the tags management',
  ],
  [
    'management that answers in clear',
    management,
    rabbit({ knocked: [{ ...door, at: 'http b:15672', protocol: 'http', plaintext: 'answered' }] }),
    'fail',
    'http b:15672 answers in clear',
  ],
  [
    'a DENY for everyone',
    acls,
    kafka({ acls: acl({ principal: 'User:*', permission: 'deny' }) }),
    'pass',
    '1 ACLs',
  ],
  [
    'an ACL of somebody whom the topology does not know',
    acls,
    kafka({ acls: acl({ principal: 'User:stranger' }) }),
    'pass',
    '1 ACLs',
  ],
  [
    'a broker without an authorizer',
    acls,
    kafka({ settings: settings({ 'authorizer.class.name': '' }) }),
    'fail',
    'there is no authorizer on broker 1',
  ],
  [
    'a DENY for everyone is no principal for all',
    uniquePrincipals,
    kafka({ acls: acl({ principal: 'User:*', permission: 'deny' }) }),
    'pass',
    'with a principal of its own',
  ],
  [
    'a listener on every address',
    network,
    kafka({ settings: settings({ listeners: 'A://:9093,B://10.0.0.1:9094' }) }),
    'manual',
    'bound to every address: A :9093',
  ],
  [
    'a login in clear',
    kafkaTls,
    kafka({ settings: settings({ 'listener.security.protocol.map': 'A:SASL_SSL,B:SASL_PLAINTEXT' }) }),
    'fail',
    'the listener B is SASL_PLAINTEXT, without TLS',
  ],
];

describe('a verdict rests on', () => {
  it.each(seen)('%s', (_what, check, subject, verdict, says) => {
    const [finding] = judge([check as unknown as Check<RabbitSubject | KafkaSubject>], subject);
    expect([finding?.verdict, finding?.evidence]).toEqual([verdict, expect.stringContaining(says)]);
  });
});

describe('a finding', () => {
  const rule = {
    id: 'MQA99',
    name: 'n',
    check: 9,
    title: 'T',
    severity: 'error',
    why: 'w',
    instead: 'i',
    link: 'l',
  } as const;
  const of = (...points: ReturnType<typeof point>[]) => judge([{ ...rule, points: () => points }], {})[0];
  const point = (is: 'pass' | 'fail' | 'manual' | 'lacked' | 'na' | 'aside', says: string = is) => ({
    is,
    says,
  });

  it('is as bad as the worst that was seen, and tells the rest beside it', () => {
    expect(of(point('pass'), point('fail', 'a'), point('fail', 'b'), point('manual'))).toMatchObject({
      verdict: 'fail',
      severity: 'error',
      message: 'T: a (and 1 more)',
      evidence: 'a; b',
      check: 9,
      hint: 'i',
      related: [
        { message: 'FAIL: a' },
        { message: 'FAIL: b' },
        { message: 'PASS: pass' },
        { message: 'MANUAL: manual' },
      ],
    });
  });

  it('never passes by nothing: no point, or what is beside the point, is for a person', () => {
    expect([of()?.verdict, of(point('aside'))?.verdict]).toEqual(['manual', 'manual']);
    expect([of(point('pass'), point('na'))?.verdict, of(point('na'))?.verdict]).toEqual(['pass', 'na']);
  });

  it('of several environments is one, by the worst of them', () => {
    const [good, bad] = [
      of(point('pass', 'all is well')),
      of(point('fail', 'open'), point('aside', 'by the way')),
    ];
    const all = [good, bad].flatMap((one, at) =>
      one === undefined ? [] : [{ environment: `e${at}`, findings: [one] }],
    );
    expect(acrossEnvironments([rule], all).findings).toMatchObject([
      {
        verdict: 'fail',
        message: 'T: e1: open',
        check: 9,
        related: [{ message: 'PASS: e0: all is well' }, { message: 'e1: by the way' }],
      },
    ]);
  });

  it('warns of a right that was lacked, and only notes what nobody could know', () => {
    expect([of(point('lacked'))?.severity, of(point('manual'))?.severity]).toEqual(['warning', 'note']);
  });
});

it('that passed, or is about what there is not, asks for nobody', () => {
  const verdicts = ['pass', 'na', 'fail', 'manual'] as const;
  expect(verdicts.filter((verdict) => isOpen({ verdict } as Finding))).toEqual(['fail', 'manual']);
});

it('all checks are apart: ids, names, and the twelve numbers', () => {
  const rules = [...rabbitAuditor.rules, ...kafkaAuditor.rules, ...secretChecks];
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  expect(rules.flatMap(({ check = [] }) => check)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  for (const { id, check } of rules)
    if (check !== undefined) expect(id).toBe(`MQA${String(check).padStart(2, '0')}`);
});

/** What the pages of the checks show (`npm run docs`): of each verdict, the shortest that any case here comes to. */
it('each check has an example of what it says where it fails, and where it does not', async () => {
  const secretsAt = (over: object) => ({
    environment: 'production',
    production: true,
    services: 1,
    secrets: common.secrets,
    store: undefined,
    written: [],
    ...over,
  });
  const ages = [{ path: 'kafka/shop', status: 'overdue' as const }];
  const fresh = [{ path: 'kafka/shop', status: 'ok' as const }];
  const stored = (over: object) =>
    told({ found: ['kafka/shop'], missing: [], shared: [], ages: [], ...over });
  const secrets = [
    secretsAt({ store: 'vault', written: ['vault:a/b#c'], secrets: stored({ ages: fresh }) }),
    secretsAt({
      store: 'file',
      written: ['env:A'],
      secrets: stored({ ages, shared: [['kafka/a', 'kafka/b']] }),
    }),
  ];
  const more = {
    kafka: [
      kafka({
        users: told([{ name: 'somebody', kept: [{ mechanism: 'SCRAM-SHA-256', iterations: 1000 }] }]),
        topics: told(['orders']),
        acls: acl({ name: 'gone' }),
      }),
      kafka({ settings: settings({ 'process.roles': '', 'zookeeper.connect': 'z:2181' }) }),
      ...[{ key: 'rsa 1024' }, { key: 'ec prime256v1', signature: 'ecdsa-with-SHA256' }].map((made) =>
        kafka({
          knocked: [
            { ...kafkaDoor, tls: { version: 'TLSv1.3', fault: undefined, shown: { ...shown, ...made } } },
          ],
        }),
      ),
      kafka({
        knocked: [
          {
            ...kafkaDoor,
            tls: { version: 'TLSv1.3', fault: undefined, shown: { ...shown, until: '2026-11-14T00:00:00Z' } },
          },
        ],
      }),
      kafka({ metadataVersion: 7 }),
      kafka({ acls: acl({ resource: 'group', name: 'mail' }) }),
    ],
    rabbit: [
      rabbit(live(may('somebody', 'v', '^q$'))),
      rabbit(live({ ...user('nobody', ''), permissions: [] })),
      ...['3.10.8', '3.13.0', '4.0.2', '4.1.0'].map((version) => rabbit({ version: told(version) })),
      rabbit(live({ queues: [{ name: 'q', vhost: 'v' }] })),
      rabbit(
        live({
          topic_permissions: [
            { user: 'shop', vhost: 'v', exchange: 'e', write: '^{client_id}$', read: '^$' },
          ],
        }),
      ),
      ...[{ key: 'rsa 1024' }, { key: 'ec prime256v1', signature: 'ecdsa-with-SHA256' }].map((made) =>
        rabbit({
          knocked: [{ ...door, tls: { version: 'TLSv1.3', fault: undefined, shown: { ...shown, ...made } } }],
        }),
      ),
      rabbit({ knocked: [{ ...door, withoutCertificate: 'let in' }] }),
      rabbit({
        knocked: [
          {
            ...door,
            tls: { version: 'TLSv1.3', fault: undefined, shown: { ...shown, until: '2026-11-14T00:00:00Z' } },
          },
        ],
      }),
    ],
  };
  const of = (broker: 'kafka' | 'rabbit') => {
    const own = broker === 'kafka' ? kafkaAuditor.rules : rabbitAuditor.rules;
    const ids = new Set(own.map(({ id }) => id));
    return cases.flatMap(([, check, subject]) => (ids.has(check.id) ? [subject] : [])).concat(more[broker]);
  };
  const shared = certificateChecks.map((one) => ({ ...one, points: () => sharedPoints(one, []) }));
  const subjects = new Map<string, readonly unknown[]>([
    ...kafkaAuditor.rules.map(({ id }) => [id, of('kafka')] as const),
    ...rabbitAuditor.rules.map(({ id }) => [id, of('rabbit')] as const),
    ...[...secretChecks, ...shared].map(({ id }) => [id, secrets] as const),
  ]);
  const rules = [...kafkaAuditor.rules, ...rabbitAuditor.rules, ...secretChecks, ...shared];
  const examples = rules
    .map((rule) => [rule.id, examplesOf(rule as Check<unknown>, subjects.get(rule.id) ?? [])] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  await expect(`${JSON.stringify(Object.fromEntries(examples), undefined, 2)}\n`).toMatchFileSnapshot(
    'examples.json',
  );
  const without = (wanted: 'fail' | 'manual' | 'pass') =>
    examples.flatMap(([id, some]) => (some[wanted] === undefined ? [id] : []));
  // What no broker tells is for a person, whatever it is.
  const never = ['MQA12', 'MQA22', 'MQA24', 'MQA25', 'MQA28', 'MQA29', 'MQA30'];
  const neverOfMany = [...never, 'MQA33', 'MQA34', 'MQA35', 'MQA36', 'MQA61', 'MQA62'];
  expect(without('fail')).toEqual(neverOfMany);
  expect(without('manual').filter((id) => neverOfMany.includes(id))).toEqual([]);
  expect(without('pass').filter((id) => !neverOfMany.includes(id))).toEqual(['MQA23']);
});

/** What every check says of an answer that there is not. */
const untelling = /^(?:admin lacks the right|nothing was seen|no store|broker \d was not seen: .*)$/;

function examplesOf(
  check: Check<unknown>,
  subjects: readonly unknown[],
): Partial<Record<'fail' | 'manual' | 'pass' | 'na', string>> {
  const found: Partial<Record<'fail' | 'manual' | 'pass' | 'na', string>> = {};
  for (const subject of subjects) {
    const [finding] = judge([check], subject);
    const { verdict = 'manual', evidence = '' } = finding ?? {};
    if (untelling.test(evidence)) continue;
    const known = found[verdict];
    if (known === undefined || evidence.length < known.length) found[verdict] = evidence;
  }
  return found;
}
