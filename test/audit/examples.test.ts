/** All checks together: how they are numbered, and what the page of each shows. */
import { expect, it } from 'vitest';
import { auditor as kafkaAuditor } from '../../src/brokers/kafka/audit.ts';
import { auditor as rabbitAuditor } from '../../src/brokers/rabbitmq/audit.ts';
import { certificateChecks, sharedPoints } from '../../src/core/audit-certificates.ts';
import { secretChecks } from '../../src/core/audit-secrets.ts';
import { type Check, judge } from '../../src/core/audit.ts';
import { common, shown, told } from './facts.ts';
import { acl, kafka, kafkaDoor, settings } from './kafka/facts.ts';
import { door, live, may, rabbit, user } from './rabbitmq/facts.ts';
import { cases as kafkaCases } from './kafka/cases.ts';
import { cases as rabbitCases } from './rabbitmq/cases.ts';

it('all checks are apart: ids, names, and the twelve numbers', () => {
  const rules = [...rabbitAuditor.rules, ...kafkaAuditor.rules, ...secretChecks];
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
  expect(rules.flatMap(({ check = [] }) => check)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  for (const { id, check } of rules)
    if (check !== undefined) expect(id).toBe(`MQA${String(check).padStart(2, '0')}`);
});

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
const stored = (over: object) => told({ found: ['kafka/shop'], missing: [], shared: [], ages: [], ...over });
const secrets = [
  secretsAt({ store: 'vault', written: ['vault:a/b#c'], secrets: stored({ ages: fresh }) }),
  secretsAt({
    store: 'file',
    written: ['env:A'],
    secrets: stored({ ages, shared: [['kafka/a', 'kafka/b']] }),
  }),
];
/** Subjects for the checks that have no case in the tables, or none that shows this verdict. */
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
        topic_permissions: [{ user: 'shop', vhost: 'v', exchange: 'e', write: '^{client_id}$', read: '^$' }],
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

/** What the pages of the checks show (`npm run docs`): of each verdict, the shortest that any case here comes to. */
it('each check has an example of what it says where it fails, and where it does not', async () => {
  const of = (broker: 'kafka' | 'rabbit') => {
    const own = broker === 'kafka' ? kafkaAuditor.rules : rabbitAuditor.rules;
    const ids = new Set(own.map(({ id }) => id));
    const cases = broker === 'kafka' ? kafkaCases : rabbitCases;
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
