/** audit on real brokers: hardened ones come out clean, and what is broken by hand is found by the checks that are about it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Kafka, startKafka } from '../brokers/kafka.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { mqwarden } from '../cli/run.ts';
import { PLUGINS } from '../brokers/rabbitmq-config.ts';
import { type RabbitMQ, startRabbitMQ } from '../brokers/rabbitmq.ts';
import { openPlace, type Place, said, shortLived, withVerdict } from './place.ts';

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
  [rabbitmq, kafka] = await Promise.all([
    startRabbitMQ({ plugins: [...PLUGINS, 'rabbitmq_federation'] }),
    startKafka({ nodes: 1 }),
  ]);
  place = await openPlace({ rabbitmq, kafka }, services, {
    protected: { kafka: { principals: ['mqwarden-broker'] } },
  });
}, 180_000);

afterAll(async () => {
  await Promise.all([rabbitmq.stop(), kafka.stop()]);
  await place.remove();
}, 60_000);

describe('the program', () => {
  const run = (...args: string[]) =>
    mqwarden(['audit', 'mqwarden.yaml', ...args], {
      cwd: place.folder,
      variables: place.variables,
      canaries: Object.values(place.variables),
    });

  it('ends with 0 where nothing fails, in every form', async () => {
    const { code, stdout, stderr } = await run();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^PASS {3}RabbitMQ: default guest user disabled MQA05$/m);
    expect(stdout).toMatch(/^0 errors, 2 warnings, \d+ notes$/m);
    const json = JSON.parse((await run('--format', 'json')).stdout) as {
      findings: { check?: number; verdict: string }[];
    };
    expect(json.findings.find(({ check }) => check === 5)).toMatchObject({
      rule: 'MQA05',
      verdict: 'pass',
      severity: 'note',
    });
    expect((await run('--format', 'markdown')).stdout).toMatch(/^\| 11 \| .*ZooKeeper.* \| N\/A \|/m);
    const sarif = JSON.parse((await run('--format', 'sarif')).stdout) as {
      runs: { results: { level: string }[] }[];
    };
    expect(new Set(sarif.runs[0]?.results.map(({ level }) => level))).toEqual(new Set(['note', 'warning']));
  });

  it('ends with 2 by --fail-on, and tells that a broker was not asked', async () => {
    expect((await run('--only', 'kafka', '--fail-on', 'note', '--all-environments')).code).toBe(2);
    const { stdout } = await run('--only', 'kafka', '--format', 'json');
    const { findings } = JSON.parse(stdout) as {
      findings: { check?: number; verdict: string; evidence: string }[];
    };
    expect(findings.find(({ check }) => check === 1)).toMatchObject({
      verdict: 'na',
      evidence: expect.stringContaining('--only kafka') as string,
    });
  });
});

describe('who lacks a right', () => {
  it('is told what it could not be told, and nothing passes for it', async () => {
    await admin().put('/users/watcher', { password: 'watcher-5d1e', tags: 'monitoring' });
    const own = { ...place.section('rabbitmq'), admin: { username: 'watcher', password: 'env:WATCHER' } };
    const audited = await place.audit({
      section: { rabbitmq: own },
      more: { WATCHER: 'watcher-5d1e' },
      only: 'rabbitmq',
    });
    await admin().delete('/users/watcher');
    expect(withVerdict(audited, 'manual')).toEqual(expect.arrayContaining([3, 4, 5, 6]));
    expect(withVerdict(audited, 'pass')).toContain(1);
    expect(audited.findings.find(({ check }) => check === 3)).toMatchObject({
      severity: 'warning',
      evidence: 'watcher lacks the right to GET /api/definitions',
      hint: expect.stringContaining('administrator') as string,
    });
  });
});

describe('hardened brokers', () => {
  it('pass what can be told, and nothing that cannot', async () => {
    const audited = await place.audit();
    expect(said(audited, 'fail')).toEqual([]);
    expect(withVerdict(audited, 'na')).toContain(11);
    expect(audited.findings.flatMap(({ severity, rule }) => (severity === 'note' ? [] : rule))).toEqual(
      shortLived,
    );
    expect(withVerdict(audited, 'manual')).toContain(12);
    expect(withVerdict(audited, 'pass')).toEqual(expect.arrayContaining([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    const checks = audited.findings.flatMap(({ check }) => check ?? []);
    const { rules, findings } = audited;
    expect(findings.map(({ rule }) => rule)).toEqual(rules.map(({ id }) => id));
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

const secret = 'hunter2-7f31c9';
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
    what: 'guest with another password, and without permissions',
    checks: [5, 'MQA42'],
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
    checks: [3, 'MQA44'],
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
    what: 'a user of no use, with an MD5 hash',
    checks: ['MQA42', 'MQA43'],
    make: () =>
      admin().put('/users/nobody', {
        password_hash: Buffer.alloc(20, 7).toString('base64'),
        hashing_algorithm: 'rabbit_password_hashing_md5',
        tags: '',
      }),
    mend: () => admin().delete('/users/nobody'),
  },
  {
    what: 'a federation upstream with a password',
    checks: ['MQA47'],
    make: () =>
      admin().put('/parameters/federation-upstream/production/far', {
        value: { uri: `amqps://a:${secret}@far` },
      }),
    mend: () => admin().delete('/parameters/federation-upstream/production/far'),
  },
  {
    what: 'an ACL of somebody for a topic that is not there',
    checks: ['MQA52', 'MQA53'],
    make: () => acl('--add', '--allow-principal', 'User:somebody', '--operation', 'Read', '--topic', 'gone'),
    mend: () =>
      acl(
        '--remove',
        '--force',
        '--allow-principal',
        'User:somebody',
        '--operation',
        'Read',
        '--topic',
        'gone',
      ),
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
      let audited = await place.audit();
      // Kafka's readings lag its writes.
      const failed = async () => withVerdict((audited = await place.audit()), 'fail');
      await expect.poll(failed, { timeout: 20_000, interval: 200 }).toEqual(checks);
      expect(JSON.stringify(audited.findings)).not.toContain(secret);
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
      let audited = await place.audit();
      const failed = async () => withVerdict((audited = await place.audit()), 'fail');
      await expect.poll(failed, { timeout: 20_000, interval: 200 }).toEqual([2, 'MQA26']);
      expect(JSON.stringify(audited.findings)).not.toContain(mail.password);
    } finally {
      await place.store('rabbitmq/order-service', shop);
    }
  });
});
