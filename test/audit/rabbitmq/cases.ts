/** The checks of RabbitMQ on facts: a verdict each, without a broker. Their examples are taken from these, too. */
import { tls } from '../../../src/brokers/rabbitmq/audit/mqa01-tls.ts';
import { uniqueCredentials } from '../../../src/brokers/rabbitmq/audit/mqa02-unique-credentials.ts';
import { permissions } from '../../../src/brokers/rabbitmq/audit/mqa03-permissions.ts';
import { vhosts } from '../../../src/brokers/rabbitmq/audit/mqa04-vhosts.ts';
import { guest } from '../../../src/brokers/rabbitmq/audit/mqa05-guest.ts';
import { management } from '../../../src/brokers/rabbitmq/audit/mqa06-management.ts';
import { clientCertificates } from '../../../src/brokers/rabbitmq/audit/mqa31-client-certificates.ts';
import { certificates } from '../../../src/brokers/rabbitmq/audit/mqa41-certificates.ts';
import { hashes } from '../../../src/brokers/rabbitmq/audit/mqa43-hashes.ts';
import { unreadQueues } from '../../../src/brokers/rabbitmq/audit/mqa45-unread-queues.ts';
import { deprecated } from '../../../src/brokers/rabbitmq/audit/mqa46-deprecated.ts';
import { links } from '../../../src/brokers/rabbitmq/audit/mqa47-links.ts';
import { type Case, lacked, noServices, type Seen, shown, told } from '../facts.ts';
import { door, live, may, neighbour, rabbit, user, withRow } from './facts.ts';

export const cases: readonly Case[] = [
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
  ['a certificate is asked for', clientCertificates, rabbit(), 'pass'],
  [
    'none is asked for',
    clientCertificates,
    rabbit({ knocked: [door, { ...door, at: 'amqp/ssl b:5673', withoutCertificate: 'let in' }] }),
    'fail',
  ],
  [
    'a listener that says nothing beside one that asks for one',
    clientCertificates,
    rabbit({ knocked: [door, { ...door, at: 'amqp/ssl b:5673', withoutCertificate: undefined }] }),
    'manual',
  ],
  [
    'a listener that refuses all clients of today',
    clientCertificates,
    rabbit({
      knocked: [door, { ...door, tls: { version: 'TLSv1.2', fault: undefined, shown, outdated: true } }],
    }),
    'manual',
  ],
  [
    'listeners in clear, and of management',
    clientCertificates,
    rabbit({
      knocked: [
        door,
        { ...door, protocol: 'amqp', withoutCertificate: undefined },
        { ...door, protocol: 'https', withoutCertificate: undefined },
      ],
    }),
    'pass',
  ],
  [
    'it is offered, and no listener could be tried',
    guest,
    rabbit({ mechanisms: told(new Map([['rabbit@a', ['PLAIN', 'ANONYMOUS']]])), knocked: [] }),
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
];

/** What a verdict rests on, in its words. */
export const seen: readonly Seen[] = [
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
];
