/** `mqwarden apply` against real brokers, through the real program: its exit codes, and what each decision lets go. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { type AclBinding, type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { actions, openWorkspace, type Services, type Workspace } from './workspace.ts';

const brokers = brokersForTests();
const rabbit = rabbitAdmin(brokers.rabbitmq);
let kafka: KafkaAdmin;
let place: Workspace;
let vhost: string;

beforeAll(async () => {
  kafka = await kafkaAdmin(brokers.kafka);
  place = await openWorkspace(brokers);
  vhost = encodeURIComponent(place.vhost);
});
afterAll(async () => {
  await kafka.close();
  await place.remove();
});

const named = (name: string) => `${name}-${place.mark}`;
const apply = (...args: string[]) => place.run('apply', '--yes', ...args);
const topics = (partitions: number) => ({
  topics: { [named('orders')]: { partitions, replicationFactor: 1 } },
});
const exists = async (path: string) => (await rabbit.request('GET', path)).status === 200;

describe('exit codes', () => {
  it('0: converged, and said so', async () => {
    await place.write({ [named('order')]: { rabbitmq: { queues: { work: {} } }, kafka: topics(2) } });
    const { code, stdout, stderr } = await apply();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/\nApplied: 6 applied\. Read again: nothing is left\.\n$/);
    const again = await apply();
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(again.stdout).toMatch(/^No changes: test is as declared.*\n$/m);
    expect(again.stdout).not.toContain('Applied');
  });

  it('2: something blocked is left', async () => {
    await place.write({ [named('order')]: { rabbitmq: { queues: { work: {} } }, kafka: topics(1) } });
    const { code, stdout } = await apply();
    expect(code).toBe(2);
    expect(stdout).toContain('2 partitions on the broker, 1 in the topology: they can only grow');
    expect(await kafka.partitions(named('orders'))).toBe(2);
  });

  it('1: one item failed, with the words of the broker; what stands on it is skipped, the rest is done', async () => {
    await rabbit.put(`/vhost-limits/${vhost}/max-queues`, { value: 1 });
    const other = {
      exchanges: { events: {} },
      queues: { other: { bindings: [{ exchange: 'events', routingKey: 'k' }] } },
    };
    await place.write({
      [named('order')]: { rabbitmq: { queues: { work: {} } }, kafka: topics(2) },
      [named('other')]: { rabbitmq: other, kafka: {} },
    });
    // The limit is drift to be removed: only outside the scope of a service does it stay.
    const { code, stdout, stderr } = await apply('--service', named('other'));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`failed create rabbitmq:queue:${vhost}/other: .*queue limit in vhost .* reached`),
    );
    expect(stderr).toMatch(/skipped create rabbitmq:binding:.*: not done, since rabbitmq:queue:.* was not/);
    expect(stdout).toMatch(/\nApplied: \d applied, 1 failed, 1 skipped\. Read again: 2 to do/);
    expect(await kafka.scramUsers()).toContain(named('other'));
    expect(await exists(`/exchanges/${vhost}/events`)).toBe(true);
    await place.converge();
    expect(await exists(`/queues/${vhost}/other`)).toBe(true);
  });
});

describe('scope', () => {
  it('--service and --only never delete outside', async () => {
    const two: Services = Object.fromEntries(
      ['a', 'b'].map((name) => [named(name), { rabbitmq: {}, kafka: {} }]),
    );
    await place.write(two);
    await place.converge('--prune', '--only', 'rabbitmq', '--service', named('a'), named('b'));
    await place.converge('--only', 'kafka');
    const drift = ['a', 'b'].map((name): AclBinding => readAcl(named(name), 'ALLOW'));
    await kafka.createAcls(drift);
    for (const name of ['a', 'b'])
      await rabbit.put(`/permissions/${vhost}/${named(name)}`, { configure: '.*', write: '.*', read: '.*' });

    expect((await apply('--service', named('a'), '--only', 'kafka')).code).toBe(0);
    expect(await kafka.acls(`User:${named('a')}`)).toEqual([]);
    expect(await kafka.acls(`User:${named('b')}`)).toHaveLength(1);
    const plan = await place.plan();
    expect(actions(plan.changes)).toEqual([
      `delete kafka:acl:topic/literal/elsewhere/User%3A${named('b')}/*/read/allow`,
      `update rabbitmq:permission:${vhost}/${named('a')}`,
      `update rabbitmq:permission:${vhost}/${named('b')}`,
    ]);
    await place.converge();
    expect(await kafka.acls(`User:${named('b')}`)).toEqual([]);
  });

  it('a topology without services deletes nothing', async () => {
    await place.write({});
    for (const command of [
      ['plan', '--prune'],
      ['apply', '--yes', '--prune', '--max-deletes', '100'],
    ]) {
      const { code, stdout, stderr } = await place.run(...command);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('services');
    }
    expect(await exists(`/users/${named('a')}`)).toBe(true);
  });
});

describe('decisions', () => {
  it('--prune takes what is claimed; what holds data goes only by its name', async () => {
    await place.write({ [named('a')]: { rabbitmq: {}, kafka: {} } });
    const unasked = await place.plan();
    expect(unasked.changes).toEqual([]);
    expect(unasked.unmanaged.filter(({ claimed }) => claimed).map(({ address }) => address)).toEqual(
      expect.arrayContaining([`kafka:user:${named('b')}`, `rabbitmq:user:${named('b')}`]),
    );
    const work = `rabbitmq:queue:${vhost}/work`;
    const careful = await apply('--prune', '--only', 'rabbitmq', '--max-deletes', '100');
    expect(careful.code).toBe(2);
    expect(careful.stdout).toContain(`name it to do it: --allow-data-loss '${work}'`);
    expect(await exists(`/users/${named('b')}`)).toBe(false);
    expect(await exists(`/queues/${vhost}/work`)).toBe(true);
    await apply('--prune', '--only', 'rabbitmq', '--allow-data-loss', work);
    expect(await exists(`/queues/${vhost}/work`)).toBe(false);
    expect(await exists(`/queues/${vhost}/other`)).toBe(true);
  });

  it('a DENY of a declared principal goes only by --allow-widening', async () => {
    await kafka.createAcls([readAcl(named('a'), 'DENY')]);
    const address = `kafka:acl:topic/literal/elsewhere/User%3A${named('a')}/*/read/deny`;
    const careful = await apply('--only', 'kafka');
    expect(careful.code).toBe(2);
    expect(careful.stdout).toContain(`name it to do it: --allow-widening '${address}'`);
    expect(await kafka.acls(`User:${named('a')}`)).toHaveLength(1);
    await place.converge('--only', 'kafka', '--allow-widening', address);
    expect(await kafka.acls(`User:${named('a')}`)).toEqual([]);
  });

  it('more deletions than --max-deletes are refused before the first', async () => {
    const grants = [{ resource: 'topic', name: 'a', operations: ['read'], reason: 'to go' }];
    const many = Array.from({ length: 12 }, (_, index) => ({ ...grants[0], name: `t${index}` }));
    await place.write({ [named('a')]: { rabbitmq: {}, kafka: { grants: many } } });
    await place.converge('--only', 'kafka');
    await place.write({ [named('a')]: { rabbitmq: {}, kafka: {} } });
    const refused = await apply('--only', 'kafka');
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(/Kafka: 12 of \d+ objects would be deleted or replaced, more than 30 %/);
    expect(refused.stderr).toContain('--max-deletes 100');
    expect(await kafka.acls(`User:${named('a')}`)).toHaveLength(12);
    await place.converge('--only', 'kafka', '--max-deletes', '100');
    expect(await kafka.acls(`User:${named('a')}`)).toEqual([]);
  });
});

function readAcl(user: string, permission: 'ALLOW' | 'DENY'): AclBinding {
  return {
    resource: 'TOPIC',
    name: 'elsewhere',
    pattern: 'LITERAL',
    principal: `User:${user}`,
    host: '*',
    operation: 'READ',
    permission,
  };
}
