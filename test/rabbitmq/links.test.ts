/** Shovels and federation lead messages where no grant tells: answers about a live broker say that they are there, and no more. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { type RabbitMQ, startRabbitMQ } from '../brokers/rabbitmq.ts';
import { openWorkspace, type Workspace } from '../cli/workspace.ts';
import { expectNoCanary } from '../cli/run.ts';

const { kafka } = brokersForTests();
const secret = 'hunter2-4be91c';
let rabbitmq: RabbitMQ;
let workspace: Workspace;

beforeAll(async () => {
  rabbitmq = await startRabbitMQ({ plugins: ['rabbitmq_federation', 'rabbitmq_shovel'] });
  workspace = await openWorkspace({ rabbitmq, kafka });
  const service = `order-${workspace.mark}`;
  await workspace.write({ [service]: { rabbitmq: { queues: { work: {} }, consumes: ['work'] } } });
  await workspace.converge('--only', 'rabbitmq');
  const admin = rabbitAdmin(rabbitmq);
  const vhost = encodeURIComponent(workspace.vhost);
  const uri = `amqps://a:${secret}@far.invalid`;
  await admin.put(`/parameters/federation-upstream/${vhost}/head-office`, { value: { uri } });
  await admin.put(`/parameters/shovel/${vhost}/to-the-warehouse`, {
    value: { 'src-uri': uri, 'src-queue': 'work', 'dest-uri': uri, 'dest-queue': 'work' },
  });
}, 180_000);

afterAll(async () => {
  await rabbitmq.stop();
  await workspace.remove();
}, 60_000);

it('they are named in what is live and in a snapshot, without their credentials', async () => {
  const notes = async (...source: string[]) => {
    const args = ['who-can', 'read', 'queue:work', '--only', 'rabbitmq', '--format', 'json', ...source];
    const { code, stdout, stderr } = await workspace.run(...args);
    expect([code, stderr]).toEqual([0, '']);
    expectNoCanary(stdout, [secret]);
    const document = JSON.parse(stdout) as { readonly notes: readonly string[] };
    return document.notes.filter((note) => note.includes('not followed'));
  };
  const both = [
    `what comes to vhost ${workspace.vhost} by the federation upstream head-office is not followed`,
    `what the shovel to-the-warehouse of vhost ${workspace.vhost} leads in or away is not followed`,
  ];
  expect(await notes('--live')).toEqual(both);
  const taken = await workspace.run('snapshot', '--only', 'rabbitmq', '--out', 'taken.json');
  expect(taken.code, taken.stderr).toBe(0);
  expect(await notes('--against', 'taken.json')).toEqual(both);
  expect(await notes()).toEqual([]);
  const { code, stdout, stderr } = await workspace.run(
    'report',
    '--live',
    '--only',
    'rabbitmq',
    '--format',
    'json',
  );
  expect(code, stderr).toBe(0);
  expectNoCanary(stdout, [secret]);
  expect((JSON.parse(stdout) as { readonly notes: readonly string[] }).notes).toEqual(
    expect.arrayContaining(both),
  );
  // Nor are they anything to plan.
  expect((await workspace.plan('--only', 'rabbitmq')).changes).toEqual([]);
});
