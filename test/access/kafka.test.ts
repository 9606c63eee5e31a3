/** who-can against Kafka: what is said of random ACLs is what the broker does, or said to hold on a condition. */
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kafka as broker } from '../../src/brokers/kafka/index.ts';
import { aclAddress, type AclSpec } from '../../src/brokers/kafka/resources.ts';
import { operationsOf } from '../../src/brokers/kafka/words.ts';
import { verdictsOf } from '../../src/core/access/model.ts';
import { address } from '../../src/core/address.ts';
import type { Context } from '../../src/core/broker.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { type AclBinding, type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { every, drawn, seed } from '../fuzz/setting.ts';
import { environment, landscape } from '../kafka/landscape.ts';

const { kafka } = brokersForTests();
const mark = uniqueName('access');
const password = uniqueName('password');
const users = Array.from({ length: 10 }, (_, at) => `${mark}-user-${at}`);
const topics = ['', '.', '.a', '.ab', '.abc', '.b', '*'].map((end) => `${mark}${end.replace('*', '-')}`);
const things = ['', '.', '.a', '.ab', '.abc', '*', '/%@ é'].map((end) => `${mark}${end}`);

/** On names of this test alone; `User:*` on nothing that other tests have. */
const acl: fc.Arbitrary<AclSpec> = fc
  .record({
    resource: fc.constantFrom(
      'topic' as const,
      'topic' as const,
      'group' as const,
      'transactional_id' as const,
      'cluster' as const,
    ),
    pattern: fc.constantFrom('literal', 'literal', 'prefixed'),
    end: fc.nat(99),
    user: fc.nat(users.length - 1),
    everyone: fc.nat(9),
    host: fc.oneof(
      { weight: 8, arbitrary: fc.constant('*') },
      { weight: 1, arbitrary: fc.constantFrom('127.0.0.1', '10.9.9.9') },
    ),
    operation: fc.nat(99),
    permission: fc.constantFrom('allow', 'allow', 'allow', 'deny'),
  })
  .map(({ resource, pattern, end, user, everyone, host, operation, permission }): AclSpec => {
    const isCluster = resource === 'cluster';
    const all = resource === 'topic' ? topics : things;
    // kafkajs, which makes them, knows no newer ones.
    const operations = ['all', ...operationsOf[resource]].filter((one) => one !== 'two_phase_commit');
    const of = all[end % all.length] ?? mark;
    return {
      resource,
      // A whole-cluster rule for everyone, or on `*`, would be one for other tests, too.
      pattern: isCluster ? 'literal' : pattern,
      name: isCluster ? 'kafka-cluster' : of,
      principal: everyone === 0 && !isCluster ? 'User:*' : `User:${users[user] ?? ''}`,
      host,
      operation: operations[operation % operations.length] ?? 'all',
      permission,
    };
  });

/** Wildcards, for one user each: they are for whatever other tests make, which that user never touches. */
const wild: AclSpec[] = [
  { resource: 'topic', pattern: 'literal', name: '*', operation: 'read', permission: 'allow' },
  { resource: 'group', pattern: 'literal', name: '*', operation: 'read', permission: 'allow' },
  { resource: 'topic', pattern: 'literal', name: '*', operation: 'write', permission: 'deny' },
  {
    resource: 'topic',
    pattern: 'prefixed',
    name: mark.slice(0, 3),
    operation: 'describe',
    permission: 'allow',
  },
].map((one, at) => ({ ...one, host: '*', principal: `User:${users[at] ?? ''}` }));

const acls = [...new Map([...drawn(acl, 520, 1500), ...wild].map((one) => [aclAddress(one), one])).values()];
let admin: KafkaAdmin;

const binding = ({ resource, pattern, operation, permission, ...one }: AclSpec): AclBinding => ({
  ...one,
  resource: resource.toUpperCase() as AclBinding['resource'],
  pattern: pattern.toUpperCase() as AclBinding['pattern'],
  operation: operation.toUpperCase() as AclBinding['operation'],
  permission: permission.toUpperCase() as AclBinding['permission'],
});

beforeAll(async () => {
  admin = await kafkaAdmin(kafka);
  for (const topic of topics) await admin.createTopic(topic);
  for (const user of users) await admin.setPassword(user, password);
  await admin.createAcls(acls.map(binding));
}, 120_000);

afterAll(async () => {
  await admin.deleteAcls(acls.map(binding));
  for (const user of users) await admin.deleteScramUser(user);
  await admin.deleteTopics(topics);
  await admin.close();
}, 120_000);

const context: Context = {
  secret: () => Promise.resolve(kafka.admin.password),
  file: (path) => (path === 'ca.pem' ? Promise.resolve(kafka.ca) : readFile(path, 'utf8')),
  conceal: () => undefined,
  timeoutMs: 30_000,
  correlationId: 'test',
  progress: () => undefined,
};

it('every verdict is the one of the broker', { timeout: every ? 900_000 : 180_000 }, async () => {
  const target = environment({ brokers: kafka.brokers, tls: { ca: 'ca.pem' } });
  const { services } = landscape(Object.fromEntries(users.map((user) => [user, {}])));
  const may = verdictsOf(
    broker.access(acls.map((spec) => ({ kind: 'kafka:acl', address: aclAddress(spec), spec }))),
  );
  const asked = [
    ...topics.flatMap((topic) =>
      operationsOf.topic.map((right) => ({ at: address('kafka:topic', topic), right })),
    ),
    ...things.flatMap((group) =>
      ['read', 'describe', 'delete'].map((right) => ({ at: address('kafka:group', group), right })),
    ),
    ...things.flatMap((id) =>
      ['write', 'describe'].map((right) => ({ at: address('kafka:transactional-id', id), right })),
    ),
    ...operationsOf.cluster.map((right) => ({ at: address('kafka:cluster', 'kafka-cluster'), right })),
  ];
  const wrong: string[] = [];
  const counts = { yes: 0, no: 0, perhaps: 0, unasked: 0 };
  for (const service of services) {
    const principal = service.name;
    const questions = asked.map((one) => ({ ...one, service: principal, principal }));
    const prover = await broker.prove(target, { service, username: principal, password, live: [] }, context);
    const answers = await prover.ask(questions).finally(() => prover.close());
    for (const [at, question] of questions.entries()) {
      const verdict = may(question);
      const answer = answers[at];
      counts[verdict] += 1;
      // Of what must not be described, the broker tells no rights: those that a DENY leaves cannot be asked about like this.
      const isHidden = may({ ...question, right: 'describe' }) !== 'yes' && answer?.is === 'refused';
      if (answer === undefined || answer.is === 'unknown' || (isHidden && verdict === 'yes'))
        counts.unasked += 1;
      else if (verdict !== 'perhaps' && (answer.is !== 'refused') !== (verdict === 'yes'))
        wrong.push(`${principal} ${question.right} ${question.at}: ${answer.is}, not ${verdict}`);
    }
  }
  expect(wrong.slice(0, 20), `seed ${seed}, ${wrong.length} wrong`).toEqual([]);
  expect(acls.length).toBeGreaterThan(400);
  // Something of each, and most of it asked.
  expect(counts.yes).toBeGreaterThan(100);
  expect(counts.no).toBeGreaterThan(100);
  expect(counts.perhaps).toBeGreaterThan(10);
  expect(counts.perhaps).toBeLessThan(counts.yes);
  expect(counts.unasked).toBeLessThan((counts.yes + counts.no) / 4);
});
