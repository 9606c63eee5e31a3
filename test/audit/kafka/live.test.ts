/**
 * audit on a Kafka that is broken by hand, one fault at a time, while it runs or by a restart. Of a cluster, settings and listeners
 * of its last broker alone are broken: `npm run test:matrix`.
 */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import {
  type IssueOptions,
  createAuthority,
  restoreAuthority,
  writeIssued,
} from '../../brokers/certificates.ts';
import { type AclBinding, type KafkaAdmin, kafkaAdmin } from '../../brokers/kafka-admin.ts';
import { type Kafka, startKafka } from '../../brokers/kafka.ts';
import { namedPorts } from '../../brokers/ports.ts';
import { type Broken, eachIsFound } from '../broken.ts';
import { openPlace, type Place } from '../place.ts';
import { shop } from '../shop.ts';

let kafka: Kafka;
let place: Place;
let admin: KafkaAdmin;
let last: KafkaAdmin;
/** Of the listener that a fault adds. */
let beside: number;

const onKafka = (services: Record<string, { kafka: object }>) =>
  Object.fromEntries(
    Object.entries(services).map(([name, { kafka: section }]) => [name, { kafka: section }]),
  );

/**
 * As the checklist has it, and a setting that looks as if it asked for certificates on every listener. The Java of these brokers forbids
 * neither TLS 1.1 nor cipher suites, so that a listener may be told to take them: what is good is named.
 */
const good =
  'TLS_AES_256_GCM_SHA384,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384';
const hardened = [
  'listener.name.sasl_ssl.ssl.client.auth=required',
  'ssl.client.auth=required',
  `ssl.cipher.suites=${good}`,
];

beforeAll(async () => {
  ({ beside } = await namedPorts('beside'));
  kafka = await startKafka({ oldTls: true, extraConfig: hardened });
  const { ca, brokers } = kafka;
  const client = await kafka.clientCertificate('by-hand');
  admin = await kafkaAdmin({ ca, brokers, admin: kafka.admin, client });
  last = await kafkaAdmin({ ca, brokers: brokers.slice(-1), admin: kafka.admin, client });
  place = await openPlace({ kafka }, onKafka(shop(brokers.length)), {
    protected: { kafka: { principals: ['mqwarden-broker'] } },
  });
}, 180_000);

afterAll(async () => {
  await Promise.all([admin.close(), last.close()]);
  await kafka.stop();
  await place.remove();
}, 60_000);

const acl = (some: Partial<AclBinding>): AclBinding => ({
  resource: 'TOPIC',
  name: 'orders',
  pattern: 'LITERAL',
  principal: 'User:mail-service',
  host: '*',
  operation: 'READ',
  permission: 'ALLOW',
  ...some,
});

const granted = (what: string, found: Broken['found'], some: Partial<AclBinding>): Broken => ({
  what,
  found,
  make: () => admin.createAcls([acl(some)]),
  mend: () => admin.deleteAcls([acl(some)]),
});

const acls: readonly Broken[] = [
  granted('an ACL for everyone', { MQA09: 'fail', MQA10: 'fail' }, { principal: 'User:*' }),
  granted('an ACL on all topics', { MQA09: 'fail' }, { name: '*' }),
  granted('an ACL on all groups', { MQA09: 'fail' }, { resource: 'GROUP', name: '*' }),
  granted('an ACL on all that begins so', { MQA09: 'fail' }, { name: 'ord', pattern: 'PREFIXED' }),
  granted('an ACL for more than the topology needs', { MQA09: 'fail' }, { operation: 'WRITE' }),
  granted(
    'a service that may change the cluster',
    { MQA09: 'fail' },
    { resource: 'CLUSTER', name: 'kafka-cluster', operation: 'ALTER' },
  ),
  granted('an ACL of a stranger', { MQA52: 'fail' }, { principal: 'User:somebody' }),
  granted('an ACL of whoever does not log in', { MQA52: 'fail' }, { principal: 'User:ANONYMOUS' }),
  granted('an ACL for a topic that is not there', { MQA09: 'fail', MQA53: 'fail' }, { name: 'gone' }),
  {
    what: 'a user that nobody declared',
    found: { MQA52: 'fail' },
    says: /the user somebody can log in/,
    make: () => admin.setPassword('somebody', secret, 8192),
    mend: () => admin.deleteScramUser('somebody'),
  },
  {
    what: 'a user whose password is kept with few iterations',
    found: { MQA52: 'fail', MQA56: 'fail' },
    says: /the password of somebody is kept with 4096 iterations of SCRAM-SHA-512/,
    make: () => admin.setPassword('somebody', secret, 4096),
    mend: () => admin.deleteScramUser('somebody'),
  },
  {
    what: 'one stored password of two services',
    found: { MQA10: 'fail', MQA26: 'fail' },
    make: async () => {
      const [order, mail] = [
        await place.stored('kafka/order-service'),
        await place.stored('kafka/mail-service'),
      ];
      stored = order;
      await place.store('kafka/order-service', { ...order, password: mail.password });
    },
    mend: () => place.store('kafka/order-service', stored),
  },
];

const secret = 'hunter2-7f31c9';
let stored: object = {};

let listenersAdded = 0;

/** A listener beside the others is in force at once, and under a name of its own, since Kafka keeps to what a listener once showed. */
function added(
  protocol: string,
  settings: Readonly<Record<string, string>> | (() => Promise<Readonly<Record<string, string>>>) = {},
): Pick<Broken, 'make' | 'mend'> {
  const change = (config: Record<string, string | null>) =>
    last.setBrokerConfig(kafka.brokers.length, config);
  return {
    make: async () => {
      const own = typeof settings === 'function' ? await settings() : settings;
      const name = `BESIDE${listenersAdded++}`;
      const prefix = `listener.name.${name.toLowerCase()}`;
      await change({
        listeners: `${kafka.setting('listeners')},${name}://127.0.0.1:${beside}`,
        'listener.security.protocol.map': `${kafka.setting('listener.security.protocol.map')},${name}:${protocol}`,
        ...Object.fromEntries(Object.entries(own).map(([key, value]) => [`${prefix}.${key}`, value])),
      });
    },
    mend: () => change({ listeners: null, 'listener.security.protocol.map': null }),
  };
}

const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required;';
const bySasl = { 'scram-sha-512.sasl.jaas.config': scram };
const required = { 'ssl.client.auth': 'required' };

const showing =
  (issue: IssueOptions, authority = () => restoreAuthority(kafka.ca, kafka.caKey)) =>
  async () => {
    const by = await authority();
    const issued = await by.server(issue);
    const { certFile } = writeIssued(kafka.folder, `beside-${randomBytes(4).toString('hex')}`, {
      ...issued,
      cert: [issued.key, issued.cert, by.ca].join('\n'),
    });
    return { ...required, 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': certFile };
  };

const listeners: readonly Broken[] = [
  {
    what: 'a listener without TLS and login',
    found: { MQA07: 'fail', MQA08: 'fail' },
    says: /BESIDE\d+ at 127\.0\.0\.1:\d+ answers somebody who has not said who they are/,
    ...added('PLAINTEXT'),
  },
  {
    what: 'a listener with a login, and without TLS',
    found: { MQA08: 'fail' },
    says: /the listener BESIDE\d+ is SASL_PLAINTEXT, without TLS/,
    ...added('SASL_PLAINTEXT', bySasl),
  },
  {
    what: 'a listener with TLS that asks for no certificate',
    found: { MQA07: 'fail', MQA32: 'fail' },
    ...added('SSL', { 'ssl.client.auth': 'none' }),
  },
  {
    what: 'a listener with TLS that asks for a certificate, and does without',
    found: { MQA07: 'fail', MQA32: 'fail' },
    ...added('SSL', { 'ssl.client.auth': 'requested' }),
  },
  {
    what: 'a listener with a login, where a setting looks as if it asked for a certificate, too',
    found: { MQA32: 'fail' },
    says: /ssl\.client\.auth=required/,
    ...added('SASL_SSL', bySasl),
  },
  {
    what: 'TLS 1.1',
    found: { MQA08: 'fail' },
    says: /takes TLS versions before 1\.2/,
    ...added('SSL', {
      ...required,
      'ssl.enabled.protocols': 'TLSv1.1,TLSv1.2',
      'ssl.cipher.suites': `${good},TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA`,
    }),
  },
  {
    what: 'cipher suites that are broken',
    found: { MQA08: 'fail' },
    says: /takes broken cipher suites: TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA/,
    ...added('SSL', {
      ...required,
      'ssl.cipher.suites': `${good},TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA`,
    }),
  },
  {
    what: 'a cipher suite that encrypts nothing',
    found: { MQA08: 'fail' },
    says: /takes broken cipher suites: TLS_ECDHE_ECDSA_WITH_NULL_SHA/,
    ...added('SSL', { ...required, 'ssl.cipher.suites': `${good},TLS_ECDHE_ECDSA_WITH_NULL_SHA` }),
  },
  {
    what: 'cipher suites without forward secrecy, and no TLS 1.3',
    found: {},
    by: 'MQA08',
    says: /offers no TLS 1\.3.*takes TLS_RSA_WITH_AES_128_GCM_SHA256, without forward secrecy/,
    ...added('SSL', async () => ({
      ...(await showing({ rsa: 2048 })()),
      'ssl.enabled.protocols': 'TLSv1.2',
      'ssl.cipher.suites': `${good},TLS_RSA_WITH_AES_128_GCM_SHA256`,
    })),
  },
  {
    what: 'an expired certificate',
    found: { MQA08: 'fail', MQA51: 'fail' },
    ...added('SSL', showing({ expired: true })),
  },
  {
    what: 'a certificate that expires soon',
    found: { MQA51: 'fail' },
    says: /has 1[34] days left/,
    ...added('SSL', showing({ validDays: 14 })),
  },
  {
    what: 'a certificate for another host',
    found: { MQA08: 'fail' },
    says: /is for another host name/,
    ...added('SSL', showing({ dnsNames: ['elsewhere.internal'], addresses: [] })),
  },
  {
    what: 'a certificate of another authority',
    found: { MQA08: 'fail' },
    says: /is not signed by an authority that is trusted here/,
    ...added(
      'SSL',
      showing({}, () => createAuthority('another')),
    ),
  },
  {
    what: 'a certificate with a key of 1,024 bits',
    found: { MQA08: 'fail', MQA38: 'fail' },
    ...added('SSL', showing({ rsa: 1024 })),
  },
  {
    what: 'a certificate that is signed over SHA-1',
    found: { MQA08: 'fail', MQA38: 'fail' },
    says: /ecdsa-with-SHA1/,
    ...added('SSL', showing({ weakSignature: true })),
  },
  {
    what: 'a certificate of more than a year',
    found: { MQA36: 'fail' },
    says: /has a certificate of 500 days, more than 398/,
    ...added('SSL', showing({ validDays: 500 })),
  },
  {
    what: 'certificates that are taken of another authority, too',
    found: { MQA33: 'manual' },
    says: /takes certificates of CN=another, which tls\.ca does not hold/,
    ...added('SSL', async () => {
      const location = join(kafka.folder, 'two-authorities.pem');
      await writeFile(location, [kafka.ca, (await createAuthority('another')).ca].join('\n'));
      return { ...required, 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': location };
    }),
  },
];

const hiding = [
  acl({ principal: 'User:mqwarden-broker', name: '*', operation: 'DESCRIBE' }),
  acl({
    principal: 'User:mqwarden-broker',
    resource: 'CLUSTER',
    name: 'kafka-cluster',
    operation: 'DESCRIBE',
  }),
];

/** What a broker reads when it starts. */
const started = (config: () => readonly string[]): Pick<Broken, 'make' | 'mend'> => ({
  make: () => kafka.reconfigure(config()),
  mend: () => Promise.resolve(),
});

const settings: readonly Broken[] = [
  {
    what: 'passwords taken as they are',
    found: { MQA07: 'fail' },
    says: /SASL_SSL at localhost:\d+ offers PLAIN/,
    ...started(() => [
      'sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN',
      ...['sasl_ssl', 'mtls'].map((name) => `listener.name.${name}.plain.sasl.jaas.config=${plain}`),
    ]),
  },
  {
    what: 'what no ACL is about, open to everyone',
    found: { MQA09: 'fail' },
    says: /allow\.everyone\.if\.no\.acl\.found/,
    ...started(() => ['allow.everyone.if.no.acl.found=true']),
  },
  {
    what: 'what no ACL is about, open to everyone, where ACLs on all topics and the cluster hide it',
    found: { MQA09: 'fail' },
    says: /(order|mail)-service may describe a group at broker \d+, though no ACL allows it/,
    make: async () => {
      await admin.createAcls(hiding);
      await kafka.reconfigure(['allow.everyone.if.no.acl.found=true']);
    },
    mend: () => admin.deleteAcls(hiding),
  },
  {
    what: 'a service among the super users',
    found: { MQA09: 'fail' },
    says: /mail-service/,
    ...started(() => [`super.users=${kafka.setting('super.users')};User:mail-service`]),
  },
  {
    what: 'brokers that do not look for the names of one another',
    found: { MQA34: 'fail' },
    says: /do not look for one another’s host names/,
    ...started(() => ['ssl.endpoint.identification.algorithm=']),
  },
  {
    what: 'brokers that talk to one another in clear',
    found: { MQA08: 'fail' },
    says: /brokers talk to one another by BESIDE, SASL_PLAINTEXT, without TLS/,
    ...started(() => [
      `listeners=${kafka.setting('listeners')},BESIDE://127.0.0.1:${beside}`,
      `advertised.listeners=${kafka.setting('advertised.listeners')},BESIDE://localhost:${beside}`,
      `listener.security.protocol.map=${kafka.setting('listener.security.protocol.map')},BESIDE:SASL_PLAINTEXT`,
      `listener.name.beside.scram-sha-512.sasl.jaas.config=${kafka.setting('listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config')}`,
      'inter.broker.listener.name=BESIDE',
    ]),
  },
  {
    what: 'no authorizer',
    found: { MQA09: 'fail' },
    says: /there is no authorizer(: no ACL has any effect| on broker \d)/,
    make: () => kafka.reconfigure(['authorizer.class.name=']),
    mend: () => kafka.reconfigure([]),
  },
];

describe('found by the checks that are about it', () => {
  eachIsFound([...acls, ...listeners, ...settings], {
    place: () => place,
    only: 'kafka',
    secrets: () => [secret, kafka.admin.password],
  });
});
