/**
 * The cases that must come out exactly (docs/least-privilege.md): what `rabbitmqctl set_permissions` and `kafka-acls` give a
 * service by hand is what the topology compiles to, on the broker that runs.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanResult } from '../../src/operations/plan.ts';
import { brokersForTests, uniqueName } from '../brokers/index.ts';
import { openWorkspace, type Workspace } from '../contract/life.ts';
import { kafkaSubject } from '../contract/kafka.subject.ts';
import { rabbitSubject } from '../contract/rabbitmq.subject.ts';

const { rabbitmq, kafka } = brokersForTests();
// The environment claims users by the mark of its subject.
const onRabbit = rabbitSubject(rabbitmq);
const onKafka = kafkaSubject(kafka);
const service = `order-service-${onRabbit.run}`;
const [orders, notifications] = [`order-service-${onKafka.run}`, `notification-service-${onKafka.run}`];
const topic = uniqueName('orders');

async function changesOnce(workspace: Workspace, about: string): Promise<readonly unknown[]> {
  const { plan }: PlanResult = await workspace.plan();
  return plan.changes
    .filter(({ address }) => address.includes(about))
    .map(({ action, address }) => [action, address]);
}

describe('RabbitMQ', () => {
  const vhost = uniqueName('production');
  const triple = ['^order\\.(queue|exchange)\\..*', '^order\\.exchange\\..*', '^order\\.queue\\..*'] as const;
  let workspace: Workspace;
  beforeAll(async () => {
    const section = { ...onRabbit.section, vhost };
    workspace = await openWorkspace('rabbitmq', { ...onRabbit, section });
    await workspace.write({ [service]: { rabbitmq: { namespace: 'order' } } });
  });
  afterAll(() => workspace.remove());

  it('namespace: order is the triple, as rabbitmqctl lists it', async () => {
    expect((await workspace.apply()).failures).toEqual([]);
    const listed = await rabbitmq.rabbitmqctl(['list_user_permissions', service, '--no-table-headers']);
    expect(listed.trim().split('\t')).toEqual([vhost, ...triple]);
  });

  it('and rabbitmqctl gives what needs no change', async () => {
    await rabbitmq.rabbitmqctl(['clear_permissions', '-p', vhost, service]);
    expect(await changesOnce(workspace, service)).toEqual([
      ['create', `rabbitmq:permission:${vhost}/${service}`],
    ]);
    await rabbitmq.rabbitmqctl(['set_permissions', '-p', vhost, service, ...triple]);
    expect(await changesOnce(workspace, service)).toEqual([]);
  });
});

describe('Kafka', () => {
  const group = 'notification-consumer-group';
  const producer = ['--allow-principal', `User:${orders}`, '--producer', '--topic', topic];
  const consumer = [
    '--allow-principal',
    `User:${notifications}`,
    '--consumer',
    '--topic',
    topic,
    '--group',
    group,
  ];
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await openWorkspace('kafka', onKafka);
    await workspace.write({
      [orders]: {
        kafka: {
          grantStyle: 'kafka-acls',
          topics: { [topic]: { partitions: 1, replicationFactor: 1 } },
          produces: [topic],
        },
      },
      [notifications]: { kafka: { grantStyle: 'kafka-acls', consumes: [{ topic, group }] } },
    });
  });
  afterAll(() => workspace.remove());

  it(
    'kafka-acls --producer and --consumer give exactly grantStyle: kafka-acls',
    { timeout: 600_000 },
    async () => {
      const before = await changesOnce(workspace, 'kafka:acl:');
      expect(before).toHaveLength(6);
      await kafka.aclCommand(['--add', ...producer]);
      await kafka.aclCommand(['--add', ...consumer]);
      await expect.poll(() => changesOnce(workspace, 'kafka:acl:'), { timeout: 60_000 }).toEqual([]);
    },
  );

  it('and apply leaves what kafka-acls lists', { timeout: 600_000 }, async () => {
    const listed = () =>
      Promise.all(
        [orders, notifications].map((one) => kafka.aclCommand(['--list', '--principal', `User:${one}`])),
      );
    const byHand = await listed();
    await kafka.aclCommand(['--remove', '--force', ...producer]);
    await kafka.aclCommand(['--remove', '--force', ...consumer]);
    await expect.poll(() => changesOnce(workspace, 'kafka:acl:'), { timeout: 60_000 }).toHaveLength(6);
    expect((await workspace.apply()).failures).toEqual([]);
    const sorted = (texts: readonly string[]) =>
      texts.map((text) =>
        text
          .split('\n')
          .map((line) => line.trim())
          .sort(),
      );
    await expect.poll(async () => sorted(await listed()), { timeout: 60_000 }).toEqual(sorted(byHand));
  });
});
