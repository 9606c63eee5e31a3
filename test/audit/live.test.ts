/** audit on real brokers: hardened ones come out clean, and who may see little of them is told what they could not see. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Kafka, startKafka } from '../brokers/kafka.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { mqwarden } from '../cli/run.ts';
import { type RabbitMQ, startRabbitMQ } from '../brokers/rabbitmq.ts';
import { ConnectionError } from '../../src/core/errors.ts';
import type { Audit } from '../../src/operations/audit.ts';
import { type AclBinding, type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { differences } from './broken.ts';
import { ofVersion, openPlace, type Place, said, withVerdict } from './place.ts';
import { shop } from './shop.ts';

let rabbitmq: RabbitMQ;
let kafka: Kafka;
let place: Place;

beforeAll(async () => {
  [rabbitmq, kafka] = await Promise.all([
    startRabbitMQ(),
    startKafka({ extraConfig: ['listener.name.sasl_ssl.ssl.client.auth=required'] }),
  ]);
  place = await openPlace({ rabbitmq, kafka }, shop(kafka.brokers.length), {
    protected: { kafka: { principals: ['mqwarden-broker'] } },
  });
}, 180_000);

afterAll(async () => {
  await Promise.all([rabbitmq.stop(), kafka.stop()]);
  await place.remove();
}, 60_000);

describe('of two environments', () => {
  it('each has entries of its own in one baseline, and its own part of an audit of before', async () => {
    const environments = {
      one: { kafka: place.section('kafka'), secrets: 'file:secrets' },
      two: { rabbitmq: place.section('rabbitmq') },
    };
    const text = JSON.stringify({ version: 1, name: 'shop', environments, services: shop() });
    await writeFile(join(place.folder, 'two.yaml'), text);
    const run = async (...args: string[]) =>
      mqwarden(['audit', 'two.yaml', ...args], {
        cwd: place.folder,
        variables: place.variables,
        canaries: Object.values(place.variables),
      });
    const whole = ['--all-environments', '--fail-on', 'note', '--format', 'json'];
    const before = await run(...whole);
    expect([before.code, before.stderr]).toEqual([2, '']);
    await writeFile(join(place.folder, 'before.json'), before.stdout);
    const inBaseline = ['--baseline', 'accepted.json'];
    expect((await run(...whole, ...inBaseline, '--write-baseline')).code).toBe(0);
    const { findings } = JSON.parse(await readFile(join(place.folder, 'accepted.json'), 'utf8')) as {
      findings: { file: string }[];
    };
    expect(new Set(findings.map(({ file }) => file))).toEqual(new Set(['one', 'two']));
    for (const env of ['one', 'two']) {
      const args = ['--env', env, '--fail-on', 'note', ...inBaseline];
      expect((await run(...args)).code).toBe(0);
      const told = await run(...args, '--format', 'json', '--against', 'before.json');
      expect((JSON.parse(told.stdout) as { against: object }).against).toMatchObject({ turned: [] });
    }
  }, 120_000);
});

const secret = 'auditor-5d1e9c';
const manual = (rules: readonly string[]) => Object.fromEntries(rules.map((rule) => [rule, 'manual']));

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
    expect(stdout).toMatch(/^0 errors, \d warnings?, \d+ notes$/m);
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
      runs: { results: { ruleId: string; level: string }[] }[];
    };
    const levels = sarif.runs[0]?.results.flatMap(({ ruleId, level }) =>
      ofVersion.includes(ruleId) ? [] : level,
    );
    expect(new Set(levels)).toEqual(new Set(['note']));
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

describe('without the stored credentials', () => {
  it('reads none, and says of each check that rests on them that it does', async () => {
    const before = await place.audit();
    const without = await place.audit({ credentials: false });
    // What was never rotated is to be looked at, anyway.
    const unread = ['MQA02', 'MQA09', 'MQA10', 'MQA26'];
    expect(differences(before, without)).toEqual(manual(unread));
    for (const rule of [...unread, 'MQA27']) {
      const finding = without.findings.find((one) => one.rule === rule);
      expect([rule, finding?.evidence]).toEqual([rule, expect.stringContaining('--no-credentials')]);
    }
  });

  it('takes the users that live for those of a service, as a plan does', async () => {
    const api = rabbitAdmin(rabbitmq);
    await api.put('/users/order-service.g2', { password: secret, tags: '' });
    const none = { configure: '^$', write: '^order\\.events$', read: '^$' };
    await api.put('/permissions/production/order-service.g2', none);
    try {
      const ask = (credentials: boolean) => place.audit({ only: 'rabbitmq', credentials });
      const verdicts = async (credentials: boolean) =>
        (await ask(credentials)).findings.find(({ rule }) => rule === 'MQA44')?.verdict;
      // The store names one user: another with grants is nobody's.
      expect([await verdicts(true), await verdicts(false)]).toEqual(['fail', 'pass']);
    } finally {
      await api.delete('/users/order-service.g2');
    }
  });
});

/** Before there is anybody else. */
const asAdministrator = new Map<string, Audit>();
const audited = async (only: string) => asAdministrator.set(only, await place.audit({ only }));

/** An audit as somebody else, held against one as the administrator. */
async function asOther(broker: 'rabbitmq' | 'kafka', username: string) {
  const own = { ...place.section(broker), auditor: { username, password: 'env:AUDITOR' } };
  const asked = await place.audit({
    section: { [broker]: own },
    more: { AUDITOR: secret },
    only: broker,
  });
  const before = asAdministrator.get(broker);
  if (before === undefined) throw new Error('the administrator was not asked');
  return { audited: asked, found: differences(before, asked) };
}

const byDefinitions = [
  'MQA03',
  'MQA04',
  'MQA05',
  'MQA06',
  'MQA42',
  'MQA43',
  'MQA44',
  'MQA46',
  'MQA47',
  'MQA49',
];

/** Each says who lacks what, and what would mend it. */
function expectLacks({ findings }: Audit, found: object, evidence: RegExp, hint: RegExp): void {
  for (const rule of Object.keys(found)) {
    const finding = findings.find((one) => one.rule === rule);
    const lacks = [finding?.evidence, ...(finding?.related ?? []).map(({ message }) => message)].join(' ');
    expect([rule, lacks]).toEqual([rule, expect.stringMatching(evidence)]);
    expect([rule, finding?.severity, finding?.hint]).toEqual([rule, 'warning', expect.stringMatching(hint)]);
  }
}

describe('who lacks a right on RabbitMQ is told what it could not be told, and nothing passes for it', () => {
  beforeAll(() => audited('rabbitmq'), 60_000);

  it.each([
    ['monitoring', byDefinitions],
    ['management', ['MQA01', 'MQA02', ...byDefinitions, 'MQA45']],
    ['', ['MQA01', 'MQA02', ...byDefinitions, 'MQA45']],
  ])('with the tag "%s"', async (tags, lacked) => {
    await rabbitAdmin(rabbitmq).put('/users/watcher', { password: secret, tags });
    const { audited: asked, found } = await asOther('rabbitmq', 'watcher');
    await rabbitAdmin(rabbitmq).delete('/users/watcher');
    expect(found).toEqual(manual(lacked));
    expectLacks(
      asked,
      found,
      /watcher lacks the right to GET/,
      /^give watcher the tag (administrator|monitoring)/,
    );
    expect(JSON.stringify(asked.findings)).not.toContain(secret);
  });
});

describe('who lacks a right on Kafka is told what it could not be told, and nothing passes for it', () => {
  const right = (operation: AclBinding['operation'], resource: 'CLUSTER' | 'TOPIC'): AclBinding => ({
    resource,
    name: resource === 'CLUSTER' ? 'kafka-cluster' : '*',
    pattern: 'LITERAL',
    principal: 'User:watcher',
    host: '*',
    operation,
    permission: 'ALLOW',
  });
  const bySettings = ['MQA07', 'MQA08', 'MQA11', 'MQA32', 'MQA33', 'MQA38', 'MQA51', 'MQA55'];
  const topics = ['MQA09', 'MQA53'];
  let admin: KafkaAdmin;

  beforeAll(async () => {
    const client = await kafka.clientCertificate('by-hand');
    admin = await kafkaAdmin({ ...kafka, client });
    await audited('kafka');
    await admin.setPassword('watcher', secret, 8192);
  }, 60_000);

  afterAll(async () => {
    await admin.deleteScramUser('watcher');
    await admin.close();
  });

  it.each<readonly [string, AclBinding[], string[]]>([
    ['nothing', [], [...bySettings, ...topics, 'MQA10', 'MQA52', 'MQA56']],
    ['DESCRIBE on the cluster', [right('DESCRIBE', 'CLUSTER')], [...bySettings, ...topics]],
    [
      'DESCRIBE and DESCRIBE_CONFIGS on the cluster',
      [right('DESCRIBE', 'CLUSTER'), right('DESCRIBE_CONFIGS', 'CLUSTER')],
      topics,
    ],
    [
      'what docs/audit.md names',
      [right('DESCRIBE', 'CLUSTER'), right('DESCRIBE_CONFIGS', 'CLUSTER'), right('DESCRIBE', 'TOPIC')],
      [],
    ],
  ])('with %s', async (_what, acls, lacked) => {
    if (acls.length > 0) await admin.createAcls(acls);
    let seen = await asOther('kafka', 'watcher');
    try {
      // A broker takes a moment to know of ACLs.
      const found = async () => (seen = await asOther('kafka', 'watcher')).found;
      await expect.poll(found, { timeout: 20_000, interval: 100 }).toEqual(manual(lacked));
    } finally {
      if (acls.length > 0) await admin.deleteAcls(acls);
    }
    const told = seen.found;
    expectLacks(
      seen.audited,
      told,
      /watcher lacks (DESCRIBE|DESCRIBE_CONFIGS) on|cannot be read by watcher/,
      /kafka-acls.*--operation/,
    );
    expect(JSON.stringify(seen.audited.findings)).not.toContain(secret);
  });
});

describe('an auditor that is refused', () => {
  it.each<readonly ['rabbitmq' | 'kafka', RegExp]>([
    ['rabbitmq', /refused the auditor "watcher"/],
    ['kafka', /refuses the auditor watcher: wrong user name or password/],
  ])('on %s is told as that, where the topology names it', async (broker, message) => {
    const own = { ...place.section(broker), auditor: { username: 'watcher', password: 'env:AUDITOR' } };
    const section = { [broker]: own };
    const refused = await place.audit({ section, more: { AUDITOR: secret }, only: broker }).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(ConnectionError);
    const { message: told, hint, position } = refused as ConnectionError;
    expect([told, hint]).toEqual([
      expect.stringMatching(message),
      expect.stringContaining('check auditor.username'),
    ]);
    const text = await readFile(join(place.folder, 'other.yaml'), 'utf8');
    expect(text.slice((position?.column ?? 0) - 1)).toMatch(/^"watcher"/);
  });
});

describe('hardened brokers', () => {
  it('pass what can be told, and nothing that cannot', async () => {
    const audited = await place.audit();
    expect(said(audited, 'fail')).toEqual([]);
    expect(withVerdict(audited, 'na')).toContain(11);
    expect(
      audited.findings.filter(({ severity, rule }) => severity !== 'note' && !ofVersion.includes(rule)),
    ).toEqual([]);
    expect(withVerdict(audited, 'manual')).toContain(12);
    expect(withVerdict(audited, 'pass')).toEqual(
      expect.arrayContaining([
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        'MQA31',
        'MQA32',
        'MQA33',
        'MQA41',
        'MQA51',
        'MQA56',
      ]),
    );
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
    const beyond = new Map(findings.map(({ rule, evidence: seen }) => [rule, seen]));
    expect(beyond.get('MQA61')).toMatch(/^no use seen: mail-service may read mail in production/);
    expect(beyond.get('MQA62')).toMatch(/^no use seen: User:mail-service may read as the group mail/);
    expect(beyond.get('MQA37')).toMatch(/TLSv1\.3, (?:rsa|ec) /);
  });
});
