/** audit on real brokers: hardened ones come out clean, and who may see little of them is told what they could not see. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Kafka, startKafka } from '../brokers/kafka.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { mqwarden } from '../cli/run.ts';
import { type RabbitMQ, startRabbitMQ } from '../brokers/rabbitmq.ts';
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

describe('who lacks a right', () => {
  it('is told what it could not be told, and nothing passes for it', async () => {
    await rabbitAdmin(rabbitmq).put('/users/watcher', { password: 'watcher-5d1e', tags: 'monitoring' });
    const own = { ...place.section('rabbitmq'), admin: { username: 'watcher', password: 'env:WATCHER' } };
    const audited = await place.audit({
      section: { rabbitmq: own },
      more: { WATCHER: 'watcher-5d1e' },
      only: 'rabbitmq',
    });
    await rabbitAdmin(rabbitmq).delete('/users/watcher');
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
    expect(
      audited.findings.filter(({ severity, rule }) => severity !== 'note' && !ofVersion.includes(rule)),
    ).toEqual([]);
    expect(withVerdict(audited, 'manual')).toContain(12);
    expect(withVerdict(audited, 'pass')).toEqual(
      expect.arrayContaining([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 'MQA31', 'MQA32', 'MQA41', 'MQA51']),
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
