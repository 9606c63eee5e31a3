/** The checks of Kafka on facts: a verdict each, without a broker. Their examples are taken from these, too. */
import { sasl } from '../../../src/brokers/kafka/audit/mqa07-sasl.ts';
import { tls as kafkaTls } from '../../../src/brokers/kafka/audit/mqa08-tls.ts';
import { acls } from '../../../src/brokers/kafka/audit/mqa09-acls.ts';
import { uniquePrincipals } from '../../../src/brokers/kafka/audit/mqa10-unique-principals.ts';
import { zookeeper } from '../../../src/brokers/kafka/audit/mqa11-zookeeper.ts';
import { network } from '../../../src/brokers/kafka/audit/mqa12-network.ts';
import { clientCertificates as kafkaCertificates } from '../../../src/brokers/kafka/audit/mqa32-client-certificates.ts';
import { type Case, lacked, noServices, type Seen, told } from '../facts.ts';
import { acl, apart, judgeOfTokens, kafka, kafkaDoor, settings, tokens, trying } from './facts.ts';

export const cases: readonly Case[] = [
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
    'a listener that says nothing beside one that asks for one',
    kafkaCertificates,
    kafka({ knocked: [kafkaDoor, { ...kafkaDoor, withoutCertificate: undefined }] }),
    'manual',
  ],
  [
    'a listener in clear beside one that asks for one',
    kafkaCertificates,
    kafka({
      knocked: [kafkaDoor, { ...kafkaDoor, protocol: 'SASL_PLAINTEXT', withoutCertificate: undefined }],
    }),
    'pass',
  ],
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

/** What a verdict rests on, in its words. */
export const seen: readonly Seen[] = [
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
