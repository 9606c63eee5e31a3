/** audit on real brokers: hardened ones come out clean, and what is broken by hand is found by the checks that are about it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Kafka, startKafka } from '../brokers/kafka.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { type RabbitMQ, startRabbitMQ } from '../brokers/rabbitmq.ts';
import { openPlace, type Place, said, withVerdict } from './place.ts';

let rabbitmq: RabbitMQ;
let kafka: Kafka;
let place: Place;

const services = {
  'order-service': {
    rabbitmq: {
      exchanges: { 'order.events': { type: 'topic', allow: { consume: ['mail-service'] } } },
      publishes: [{ exchange: 'order.events', routingKeys: ['order.#'] }],
    },
    kafka: {
      topics: { orders: { partitions: 1, replicationFactor: 1, allow: { consume: ['mail-service'] } } },
      produces: ['orders'],
    },
  },
  'mail-service': {
    rabbitmq: {
      queues: { mail: { bindings: [{ exchange: 'order.events', routingKeys: ['order.paid'] }] } },
      consumes: ['mail'],
    },
    kafka: { consumes: [{ topic: 'orders', group: 'mail' }] },
  },
};

beforeAll(async () => {
  [rabbitmq, kafka] = await Promise.all([startRabbitMQ(), startKafka({ nodes: 1 })]);
  place = await openPlace({ rabbitmq, kafka }, services, {
    protected: { kafka: { principals: ['mqwarden-broker'] } },
  });
}, 180_000);

afterAll(async () => {
  await Promise.all([rabbitmq.stop(), kafka.stop()]);
  await place.remove();
}, 60_000);

describe('hardened brokers', () => {
  it('pass what can be told, and nothing that cannot', async () => {
    const audited = await place.audit();
    expect(said(audited, 'fail')).toEqual([]);
    expect(withVerdict(audited, 'na')).toContain(11);
    expect(withVerdict(audited, 'manual')).toContain(12);
    expect(withVerdict(audited, 'pass')).toEqual(expect.arrayContaining([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    const checks = audited.findings.flatMap(({ check }) => check ?? []);
    expect(checks).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('say what each verdict rests on', async () => {
    const { findings } = await place.audit();
    const evidence = new Map(findings.map(({ check, evidence: seen }) => [check, seen]));
    expect(evidence.get(1)).toMatch(/TLSv1\.3, certificate .*until \d{4}-\d{2}-\d{2}/);
    expect(evidence.get(5)).toBe('a login as guest is refused; there is no user guest');
    expect(evidence.get(11)).toMatch(/process\.roles=/);
  });
});

const admin = () => rabbitAdmin(rabbitmq);

interface Broken {
  readonly what: string;
  readonly checks: readonly (number | string)[];
  readonly make: () => Promise<unknown>;
  readonly mend: () => Promise<unknown>;
}

const everything = { configure: '.*', write: '.*', read: '.*' };
const acl = (verb: string, ...args: string[]) => kafka.aclCommand([verb, ...args]);

const broken: readonly Broken[] = [
  {
    what: 'guest with its own password',
    checks: [5],
    make: () => admin().put('/users/guest', { password: 'guest', tags: 'management' }),
    mend: () => admin().delete('/users/guest'),
  },
  {
    what: 'guest with another password',
    checks: [5],
    make: () => admin().put('/users/guest', { password: 'another-2f8a', tags: '' }),
    mend: () => admin().delete('/users/guest'),
  },
  {
    what: 'a service that is an administrator',
    checks: [6],
    make: () => setTags('order-service', 'administrator'),
    mend: () => setTags('order-service', ''),
  },
  {
    what: 'a service that may do everything',
    checks: [3],
    make: () => admin().put('/permissions/production/mail-service', everything),
    mend: () =>
      admin().put('/permissions/production/mail-service', { configure: '^$', write: '^$', read: '^mail$' }),
  },
  {
    what: 'a stranger that may do everything',
    checks: [3],
    make: async () => {
      await admin().put('/users/somebody', { password: 'somebody-91c2', tags: '' });
      await admin().put('/permissions/production/somebody', everything);
    },
    mend: () => admin().delete('/users/somebody'),
  },
  {
    what: 'a service in the default vhost',
    checks: [4],
    make: () =>
      admin().put('/permissions/%2F/mail-service', { configure: '^$', write: '^$', read: '^mail$' }),
    mend: () => admin().delete('/permissions/%2F/mail-service'),
  },
  {
    what: 'an ACL for everyone',
    checks: [9, 10],
    make: () => acl('--add', '--allow-principal', 'User:*', '--operation', 'Read', '--topic', 'orders'),
    mend: () =>
      acl('--remove', '--force', '--allow-principal', 'User:*', '--operation', 'Read', '--topic', 'orders'),
  },
  {
    what: 'an ACL on all topics',
    checks: [9],
    make: () => acl('--add', '--allow-principal', 'User:mail-service', '--operation', 'Read', '--topic', '*'),
    mend: () =>
      acl(
        '--remove',
        '--force',
        '--allow-principal',
        'User:mail-service',
        '--operation',
        'Read',
        '--topic',
        '*',
      ),
  },
];

async function setTags(user: string, tags: string): Promise<void> {
  const live = await admin().get<{ password_hash: string; hashing_algorithm: string }>(`/users/${user}`);
  const { password_hash, hashing_algorithm } = live;
  await admin().put(`/users/${user}`, { password_hash, hashing_algorithm, tags });
}

describe('what is broken by hand', () => {
  it.each(broken)('$what: found by $checks', async ({ checks, make, mend }) => {
    await make();
    try {
      const audited = await place.audit();
      expect([withVerdict(audited, 'fail'), said(audited, 'fail')]).toEqual([checks, expect.anything()]);
    } finally {
      await mend();
    }
  });

  it('one password of two services: found by 2', async () => {
    const [shop, mail] = [
      await place.stored('rabbitmq/order-service'),
      await place.stored('rabbitmq/mail-service'),
    ];
    await place.store('rabbitmq/order-service', { ...shop, password: mail.password });
    try {
      const audited = await place.audit();
      expect(withVerdict(audited, 'fail')).toEqual([2]);
      expect(JSON.stringify(audited.findings)).not.toContain(mail.password);
    } finally {
      await place.store('rabbitmq/order-service', shop);
    }
  });
});
