/** Two environments of one topology on one cluster: docs/ownership.md says that they never touch each other. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Decisions } from '../../src/core/decisions.ts';
import { cautious } from '../../src/core/decisions.ts';
import { openAuditLog } from '../../src/history/audit-log.ts';
import { apply } from '../../src/operations/apply.ts';
import { plan } from '../../src/operations/plan.ts';
import { Redaction } from '../../src/secrets/redact.ts';
import { brokersForTests } from '../brokers/index.ts';
import { type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { openWorkspace, type Workspace } from '../cli/workspace.ts';

const brokers = brokersForTests();
const rabbit = rabbitAdmin(brokers.rabbitmq);
let kafka: KafkaAdmin;
let place: Workspace;

interface Environment {
  readonly rabbitmq: object;
  readonly kafka: object;
}

beforeAll(async () => {
  kafka = await kafkaAdmin(brokers.kafka);
  place = await openWorkspace(brokers);
  const file = join(place.cwd, 'topology', 'environments.yaml');
  const whole = JSON.parse(await readFile(file, 'utf8')) as { environments: { test: Environment } };
  const { test } = whole.environments;
  const { mark, vhost } = place;
  // The wider claims nothing but by its naming: without that, it would take everything that ends in the mark.
  const live = {
    ...test,
    claims: { rabbitmq: { users: `*-${mark}` }, kafka: { principals: `*-${mark}` } },
    secrets: 'file:live-secrets',
  };
  const staging = {
    ...test,
    rabbitmq: { ...test.rabbitmq, vhost: `${vhost}-staging`, naming: { user: '{service}.staging' } },
    kafka: {
      ...test.kafka,
      naming: {
        user: '{service}.staging',
        topic: 'staging.{name}',
        group: 'staging.{name}',
        transactionalId: 'staging.{name}',
      },
    },
    claims: { rabbitmq: { users: `*-${mark}.staging` }, kafka: { principals: `*-${mark}.staging` } },
    secrets: 'file:staging-secrets',
  };
  await writeFile(file, JSON.stringify({ ...whole, environments: { live, staging } }));
});
afterAll(async () => {
  await kafka.close();
  await place.remove();
});

function optionsFor(environment: string, decisions: Partial<Decisions>) {
  return {
    topology: join(place.cwd, 'topology'),
    environment,
    variables: place.variables,
    redaction: new Redaction(),
    progress: () => undefined,
    decisions: { ...cautious, maxDeletes: 100, ...decisions },
    now: () => new Date(),
  };
}

async function make(environment: string, decisions: Partial<Decisions> = {}): Promise<string[]> {
  const lines: string[] = [];
  await apply({
    ...optionsFor(environment, decisions),
    lock: 'none',
    confirm: () => Promise.resolve(true),
    auditLog: () =>
      openAuditLog(join(place.cwd, 'audit.jsonl'), { who: 'test', host: 'test', now: () => new Date() }),
    redact: (text) => text,
    report: ({ action, address }, outcome) =>
      lines.push(`${action} ${address}: ${outcome.status === 'done' ? 'done' : outcome.error}`),
  });
  return lines;
}

/** Everything of an environment on both brokers, as they themselves list it. */
async function listing(environment: 'live' | 'staging'): Promise<string> {
  const { mark } = place;
  const staging = environment === 'staging';
  const vhost = encodeURIComponent(staging ? `${place.vhost}-staging` : place.vhost);
  const isTheirs = (name: string) => name.includes(mark) && /staging/.test(name) === staging;
  const users = await rabbit.get<{ name: string }[]>('/users');
  const [permissions, rows, queues, exchanges, topics] = await Promise.all([
    rabbit.get<unknown[]>(`/vhosts/${vhost}/permissions`),
    rabbit.get<unknown[]>(`/vhosts/${vhost}/topic-permissions`),
    rabbit.get<unknown[]>(
      `/queues/${vhost}?disable_stats=true&enable_queue_totals=false&columns=name,type,arguments`,
    ),
    rabbit.get<unknown[]>(`/exchanges/${vhost}?columns=name,type,arguments`),
    kafka.topics(),
  ]);
  const acls = await Promise.all(
    [`order-${mark}`, `mail-${mark}`].map((name) => kafka.acls(`User:${name}${staging ? '.staging' : ''}`)),
  );
  const sorted = (all: readonly unknown[]) => all.map((one) => JSON.stringify(one)).sort();
  return JSON.stringify([
    sorted(users.filter(({ name }) => isTheirs(name))),
    ...[permissions, rows, queues, exchanges, acls.flat()].map(sorted),
    topics.filter(isTheirs).sort(),
  ]);
}

it('apply, drift and prune of each leave the other’s byte for byte', async () => {
  const { mark } = place;
  const [order, mail] = [`order-${mark}`, `mail-${mark}`];
  const topic = `orders-${mark}`;
  const owner = {
    rabbitmq: {
      exchanges: { events: { type: 'topic' } },
      publishes: [{ exchange: 'events', routingKeys: ['a'] }],
    },
    kafka: {
      topics: { [topic]: { partitions: 1, replicationFactor: 1 } },
      produces: [topic],
      quota: { producerByteRate: 9 },
    },
  };
  const reader = {
    rabbitmq: {
      queues: { mails: { bindings: [{ exchange: 'events', routingKey: 'a' }] } },
      consumes: ['mails'],
    },
    kafka: { consumes: [{ topic, group: mail }] },
  };
  const both = ['live', 'staging'] as const;
  await place.write({ [order]: owner, [mail]: reader });
  for (const environment of both) await make(environment);
  for (const environment of both) {
    expect((await plan(optionsFor(environment, { prune: true }))).plan.changes).toEqual([]);
  }

  for (const [mine, theirs] of [both, [...both].reverse()] as ['live' | 'staging', 'live' | 'staging'][]) {
    const before = await listing(theirs);
    const own = await listing(mine);
    expect(before).toContain(mark);
    // Drift: rights, a user and a topic that nobody declares.
    const user = `${order}${mine === 'staging' ? '.staging' : ''}`;
    const vhost = encodeURIComponent(mine === 'staging' ? `${place.vhost}-staging` : place.vhost);
    await rabbit.put(`/permissions/${vhost}/${user}`, { configure: '.*', write: '.*', read: '.*' });
    const lines = await make(mine, { prune: true });
    expect(lines).toContain(`update rabbitmq:permission:${vhost}/${user}: done`);
    expect(await listing(mine)).toBe(own);
    expect(await listing(theirs)).toBe(before);
  }

  // Only the owner is left in the topology: each prunes its own reader, and neither the other's.
  await place.write({ [order]: owner });
  const staging = await listing('staging');
  const lines = await make('live', { prune: true, allowDataLoss: [] });
  expect(lines).toContain(`delete kafka:user:${mail}: done`);
  expect(lines.filter((line) => line.includes('staging'))).toEqual([]);
  expect(await listing('staging')).toBe(staging);
  const live = await listing('live');
  const others = await make('staging', { prune: true });
  expect(others).toContain(`delete rabbitmq:user:${mail}.staging: done`);
  expect(others.filter((line) => line.includes(mark) && !line.includes('staging'))).toEqual([]);
  expect(await listing('live')).toBe(live);
});
