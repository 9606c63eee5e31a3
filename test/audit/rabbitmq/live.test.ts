/** audit on a RabbitMQ that is broken by hand, one fault at a time, while it runs. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import amqplib from 'amqplib';
import { afterAll, beforeAll, describe } from 'vitest';
import {
  type IssueOptions,
  createAuthority,
  restoreAuthority,
  writeIssued,
} from '../../brokers/certificates.ts';
import { namedPorts } from '../../brokers/ports.ts';
import { rabbitAdmin } from '../../brokers/rabbit-admin.ts';
import { installedRabbitMQ } from '../../brokers/rabbitmq-install.ts';
import { type RabbitMQ, startRabbitMQ } from '../../brokers/rabbitmq.ts';
import { type Broken, eachIsFound } from '../broken.ts';
import { openPlace, type Place } from '../place.ts';
import { shop } from '../shop.ts';

let rabbitmq: RabbitMQ;
let place: Place;
/** Of the listener that a fault adds. */
let beside: number;

const onRabbitMQ = (services: Record<string, { rabbitmq: object }>) =>
  Object.fromEntries(
    Object.entries(services).map(([name, { rabbitmq: section }]) => [name, { rabbitmq: section }]),
  );

beforeAll(async () => {
  ({ beside } = await namedPorts('beside'));
  rabbitmq = await startRabbitMQ({ plugins: ['rabbitmq_federation', 'rabbitmq_shovel'] });
  place = await openPlace({ rabbitmq }, onRabbitMQ(shop()));
}, 180_000);

afterAll(async () => {
  await rabbitmq.stop();
  await place.remove();
}, 60_000);

const admin = () => rabbitAdmin(rabbitmq);
const user = (name: string) => `/users/${name}`;
const secret = 'hunter2-7f31c9';
const uri = `amqps://a:${secret}@far`;
const everything = { configure: '.*', write: '.*', read: '.*' };
const mailOnly = { configure: '^$', write: '^$', read: '^mail$' };

async function setTags(name: string, tags: string): Promise<void> {
  const { password_hash, hashing_algorithm } = await admin().get<{
    password_hash: string;
    hashing_algorithm: string;
  }>(user(name));
  await admin().put(user(name), { password_hash, hashing_algorithm, tags });
}

const byTheApi: readonly Broken[] = [
  {
    what: 'guest with its own password, an administrator',
    found: { MQA05: 'fail', MQA06: 'manual' },
    says: /guest logs in with the password guest/,
    make: () => admin().put(user('guest'), { password: 'guest', tags: 'administrator' }),
    mend: () => admin().delete(user('guest')),
  },
  {
    what: 'guest with its own password, which may do everything in the vhost',
    found: { MQA03: 'fail', MQA05: 'fail', MQA44: 'fail' },
    make: async () => {
      await admin().put(user('guest'), { password: 'guest', tags: '' });
      await admin().put('/permissions/production/guest', everything);
    },
    mend: () => admin().delete(user('guest')),
  },
  {
    what: 'guest with another password, and without permissions',
    found: { MQA05: 'fail', MQA42: 'fail' },
    says: /with another password/,
    make: () => admin().put(user('guest'), { password: 'another-2f8a', tags: '' }),
    mend: () => admin().delete(user('guest')),
  },
  {
    what: 'a service that is an administrator',
    found: { MQA06: 'fail' },
    make: () => setTags('order-service', 'administrator'),
    mend: () => setTags('order-service', ''),
  },
  {
    what: 'a service that may look at management',
    found: { MQA06: 'fail' },
    make: () => setTags('mail-service', 'management'),
    mend: () => setTags('mail-service', ''),
  },
  {
    what: 'an administrator that nobody declared',
    found: { MQA06: 'manual' },
    make: () => admin().put(user('somebody'), { password: 'somebody-91c2', tags: 'administrator' }),
    mend: () => admin().delete(user('somebody')),
  },
  {
    what: 'a service that may do everything',
    found: { MQA03: 'fail' },
    says: /mail-service in production may configure \.\*: everything/,
    make: () => admin().put('/permissions/production/mail-service', everything),
    mend: () => admin().put('/permissions/production/mail-service', mailOnly),
  },
  {
    what: 'a service that may read what is not its own',
    found: { MQA03: 'fail' },
    says: /reaches order\.events/,
    make: () =>
      admin().put('/permissions/production/mail-service', { ...mailOnly, read: '^(mail|order.*)$' }),
    mend: () => admin().put('/permissions/production/mail-service', mailOnly),
  },
  {
    what: 'a service that may publish with any key',
    found: { MQA03: 'fail' },
    make: () =>
      admin().put('/topic-permissions/production/order-service', {
        exchange: 'order.events',
        write: '.*',
        read: '^$',
      }),
    mend: () =>
      admin().put('/topic-permissions/production/order-service', {
        exchange: 'order.events',
        write: '^order(\\..*)?$',
        read: '^$',
      }),
  },
  {
    what: 'a stranger that may do everything',
    found: { MQA03: 'fail', MQA44: 'fail' },
    make: async () => {
      await admin().put(user('somebody'), { password: 'somebody-91c2', tags: '' });
      await admin().put('/permissions/production/somebody', everything);
    },
    mend: () => admin().delete(user('somebody')),
  },
  {
    what: 'a service in the default vhost',
    found: { MQA04: 'fail' },
    make: () => admin().put('/permissions/%2F/mail-service', mailOnly),
    mend: () => admin().delete('/permissions/%2F/mail-service'),
  },
  {
    what: 'a service in a vhost that no environment has',
    found: { MQA04: 'manual' },
    make: async () => {
      await admin().put('/vhosts/elsewhere');
      await admin().put('/permissions/elsewhere/mail-service', mailOnly);
    },
    mend: () => admin().delete('/vhosts/elsewhere'),
  },
  {
    what: 'a user of no use, with an MD5 hash',
    found: { MQA42: 'fail', MQA43: 'fail' },
    make: () =>
      admin().put(user('nobody'), {
        password_hash: Buffer.alloc(20, 7).toString('base64'),
        hashing_algorithm: 'rabbit_password_hashing_md5',
        tags: '',
      }),
    mend: () => admin().delete(user('nobody')),
  },
  {
    what: 'a federation upstream with a password',
    found: { MQA47: 'fail' },
    make: () => admin().put('/parameters/federation-upstream/production/far', { value: { uri } }),
    mend: () => admin().delete('/parameters/federation-upstream/production/far'),
  },
  {
    what: 'a shovel with a password',
    found: { MQA47: 'fail' },
    make: () =>
      admin().put('/parameters/shovel/production/far', {
        value: { 'src-uri': uri, 'src-queue': 'mail', 'dest-uri': uri, 'dest-queue': 'mail' },
      }),
    mend: () => admin().delete('/parameters/shovel/production/far'),
  },
  {
    what: 'a queue that nobody reads',
    found: { MQA45: 'fail' },
    make: () =>
      connected('order-service', (channel) =>
        channel.publish('order.events', 'order.paid', Buffer.from('1')),
      ),
    mend: () => admin().delete('/queues/production/mail/contents'),
  },
  {
    what: 'one stored password of two services',
    found: { MQA02: 'fail', MQA26: 'fail' },
    make: async () => {
      const [order, mail] = [
        await place.stored('rabbitmq/order-service'),
        await place.stored('rabbitmq/mail-service'),
      ];
      stored = order;
      await place.store('rabbitmq/order-service', { ...order, password: mail.password });
    },
    mend: () => place.store('rabbitmq/order-service', stored),
  },
  {
    what: 'the user of a service in use from another',
    found: { MQA02: 'fail' },
    says: /the user of order-service is in use from mail-service/,
    make: () => connect('order-service', { service: 'mail-service' }),
    mend: disconnect,
  },
];

let stored: object = {};
let open: amqplib.ChannelModel | undefined;

async function connect(service: string, clientProperties = {}, protocol: 'amqps' | 'amqp' = 'amqps') {
  const { username, password } = await place.stored(`rabbitmq/${service}`);
  const { cert, key } = await rabbitmq.clientCertificate(service);
  const port = protocol === 'amqps' ? Number(new URL(rabbitmq.amqpsUrl).port) : beside;
  open = await amqplib.connect(
    { protocol, hostname: 'localhost', port, username, password, vhost: 'production' },
    { ca: rabbitmq.ca, cert, key, clientProperties },
  );
  return open;
}

async function disconnect(): Promise<void> {
  await open?.close();
}

async function connected(service: string, act: (channel: amqplib.ConfirmChannel) => unknown): Promise<void> {
  const channel = await (await connect(service)).createConfirmChannel();
  act(channel);
  await channel.waitForConfirms();
  await disconnect();
}

/** A process of its own each time: what was added before goes with the same call. */
const evaluate = (expression: string) => rabbitmq.rabbitmqctl(['eval', expression]);
const at = () => `{"127.0.0.1",${beside},inet}`;
const closed = () => `catch rabbit_networking:stop_tcp_listener(${at()})`;
const unmended = () => Promise.resolve();

/** A second listener with the options of the hardened one but these. */
async function openTls(options: Record<string, string>): Promise<void> {
  const changes = Object.entries(options).map(([key, value]) => `{${key},${value}}`);
  const keys = `[fail_if_no_peer_cert, ${Object.keys(options).join(', ')}]`;
  await evaluate(
    `${closed()}, {ok, O} = application:get_env(rabbit, ssl_options), ` +
      `Kept = [Pair || {Key, _} = Pair <- O, not lists:member(Key, ${keys})], ` +
      `ok = rabbit_networking:start_ssl_listener(${at()}, [${changes.join(', ')} | Kept], 1).`,
  );
}

const required = { fail_if_no_peer_cert: 'true' };

async function openWith(
  issue: IssueOptions,
  from = restoreAuthority(rabbitmq.ca, rabbitmq.caKey),
  options: Record<string, string> = {},
): Promise<void> {
  const issued = await (await from).server(issue);
  const { certFile, keyFile } = writeIssued(
    rabbitmq.folder,
    `beside-${randomBytes(4).toString('hex')}`,
    issued,
  );
  await openTls({ ...required, ...options, certfile: `"${certFile}"`, keyfile: `"${keyFile}"` });
}

/** Erlang 27, which RabbitMQ 4.0 was seen on, refuses it for want of security, whatever the setting says. */
const oldTls: readonly Broken[] = /^3\./.test(installedRabbitMQ().version ?? '3.')
  ? [
      {
        what: 'TLS 1.1',
        found: { MQA01: 'fail' },
        says: /takes TLS versions before 1\.2/,
        make: () => openTls({ ...required, versions: "['tlsv1.1', 'tlsv1.2']" }),
        mend: unmended,
      },
      {
        what: 'a broken cipher suite',
        found: { MQA01: 'fail' },
        says: /takes broken cipher suites: TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA/,
        make: () =>
          openTls({
            ...required,
            ciphers: '["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-DES-CBC3-SHA"]',
            versions: "['tlsv1.2']",
          }),
        mend: unmended,
      },
    ]
  : [];

/** ANONYMOUS, a login of nobody in particular: whose user it becomes. */
const openAnonymous = (as: string) =>
  evaluate(
    `{ok, Kept} = application:get_env(rabbit, auth_mechanisms), ` +
      `application:set_env(rabbit, auth_mechanisms, ['ANONYMOUS' | Kept]), ` +
      `application:set_env(rabbit, anonymous_login_user, <<"${as}">>), ` +
      `application:set_env(rabbit, anonymous_login_pass, <<"${secret}">>).`,
  );
const closeAnonymous = () =>
  evaluate(
    `{ok, Now} = application:get_env(rabbit, auth_mechanisms), ` +
      `application:set_env(rabbit, auth_mechanisms, Now -- ['ANONYMOUS']), ` +
      `application:set_env(rabbit, anonymous_login_user, none).`,
  );

/** Known from RabbitMQ 4.0 on. */
const ofNobody: readonly Broken[] = /^3\./.test(installedRabbitMQ().version ?? '3.')
  ? []
  : [
      {
        what: 'a login of nobody in particular',
        found: { MQA05: 'fail', MQA42: 'fail' },
        says: /lets in whoever says to be nobody \(ANONYMOUS\)/,
        make: async () => {
          await admin().put(user('anyone'), { password: secret, tags: '' });
          await openAnonymous('anyone');
        },
        mend: async () => {
          await closeAnonymous();
          await admin().delete(user('anyone'));
        },
      },
      {
        what: 'a login of nobody in particular, whose user there is not',
        found: {},
        by: 'MQA05',
        says: /offers ANONYMOUS, and refuses it/,
        make: () => openAnonymous('guest'),
        mend: closeAnonymous,
      },
    ];

const byListeners: readonly Broken[] = [
  {
    what: 'AMQP in clear',
    found: { MQA01: 'fail' },
    says: /a listener without TLS: amqp on.*answers in clear/,
    make: () => evaluate(`${closed()}, ok = rabbit_networking:start_tcp_listener(${at()}, 1).`),
    mend: unmended,
  },
  {
    what: 'AMQP in clear, and somebody who uses it',
    found: { MQA01: 'fail' },
    says: /1 open connections without TLS: order-service in production/,
    make: () => connect('order-service', {}, 'amqp'),
    mend: disconnect,
  },
  ...oldTls,
  {
    what: 'an expired certificate',
    found: { MQA01: 'fail', MQA41: 'fail' },
    make: () => openWith({ expired: true }),
    mend: unmended,
  },
  {
    what: 'a certificate that expires soon',
    found: { MQA41: 'fail' },
    says: /has 1[34] days left/,
    make: () => openWith({ validDays: 14 }),
    mend: unmended,
  },
  {
    what: 'a certificate for another host',
    found: { MQA01: 'fail' },
    says: /is for another host name/,
    make: () => openWith({ dnsNames: ['elsewhere.internal'], addresses: [] }),
    mend: unmended,
  },
  {
    what: 'a certificate of another authority',
    found: { MQA01: 'fail' },
    says: /is not signed by an authority that is trusted here/,
    make: () => openWith({}, createAuthority('another')),
    mend: unmended,
  },
  {
    what: 'a certificate with a key of 1,024 bits',
    found: { MQA01: 'fail', MQA37: 'fail' },
    make: () => openWith({ rsa: 1024 }),
    mend: unmended,
  },
  {
    what: 'a certificate that is signed over SHA-1',
    // Clients of today are refused for it, with a certificate of theirs or without.
    found: { MQA01: 'fail', MQA31: 'manual', MQA37: 'fail' },
    says: /ecdsa-with-SHA1/,
    make: () => openWith({ weakSignature: true }),
    mend: unmended,
  },
  {
    what: 'a certificate of more than a year',
    found: { MQA36: 'fail' },
    says: /has a certificate of 500 days, more than 398/,
    make: () => openWith({ validDays: 500 }),
    mend: unmended,
  },
  {
    what: 'certificates that are taken of another authority, too',
    found: { MQA33: 'manual' },
    says: /takes certificates of CN=another, which tls\.ca does not hold/,
    make: async () => {
      const file = join(rabbitmq.folder, 'two-authorities.pem');
      await writeFile(file, [rabbitmq.ca, (await createAuthority('another')).ca].join('\n'), { mode: 0o644 });
      await openTls({ ...required, cacertfile: `"${file}"` });
    },
    mend: unmended,
  },
  {
    what: 'cipher suites without forward secrecy, and no TLS 1.3',
    found: {},
    by: 'MQA01',
    says: /offers no TLS 1\.3.*takes TLS_RSA_WITH_AES_128_GCM_SHA256, without forward secrecy/,
    make: () =>
      openWith({ rsa: 2048 }, undefined, {
        ciphers: '["ECDHE-RSA-AES256-GCM-SHA384", "AES128-GCM-SHA256"]',
        versions: "['tlsv1.2']",
      }),
    mend: unmended,
  },
  {
    what: 'client certificates that are checked where they come, and not asked for',
    found: { MQA31: 'fail' },
    make: () => openTls({ verify: 'verify_peer', fail_if_no_peer_cert: 'false' }),
    mend: unmended,
  },
  {
    what: 'client certificates that nobody looks at',
    found: { MQA31: 'fail' },
    make: () => openTls({ verify: 'verify_none' }),
    mend: unmended,
  },
  {
    what: 'management in clear',
    found: { MQA06: 'fail' },
    says: /management answers over HTTP, without TLS.*answers in clear/,
    make: () =>
      evaluate(
        `${closed()}, application:set_env(rabbitmq_management, tcp_config, [{ip, "127.0.0.1"}, {port, ${beside}}]), ` +
          'rabbit_mgmt_app:reset_dispatcher([]).',
      ),
    mend: () =>
      evaluate(
        'application:unset_env(rabbitmq_management, tcp_config), rabbit_mgmt_app:reset_dispatcher([]).',
      ),
  },
];

describe('found by the checks that are about it', () => {
  eachIsFound([...byTheApi, ...ofNobody, ...byListeners], {
    place: () => place,
    only: 'rabbitmq',
    secrets: () => [secret, rabbitmq.admin.password],
  });
});
