/** Import on real brokers: what is live becomes a topology, and a plan of it changes nothing. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { type AclBinding, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { rabbitAdmin } from '../brokers/rabbit-admin.ts';
import { expectNoCanary } from './run.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const brokers = brokersForTests();
const rabbit = rabbitAdmin(brokers.rabbitmq);
const places: Workspace[] = [];
afterAll(() => Promise.all(places.map((place) => place.remove())));

async function open(): Promise<Workspace> {
  const place = await openWorkspace(brokers);
  places.push(place);
  return place;
}

/** Environments are enough. */
const environments = 'topology/environments.yaml';

async function filesBelow(place: Workspace, folder: string): Promise<Record<string, string>> {
  const entries = await readdir(join(place.cwd, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const));
  return Object.fromEntries(
    texts.map(([file, text]) => [file.slice(join(place.cwd, folder).length + 1), text]),
  );
}

async function expectEmptyPlan(place: Workspace, folder: string): Promise<void> {
  const { code, stdout, stderr } = await place.run('plan', folder, '--detailed-exitcode');
  expect(`${stdout}${stderr}`).toContain('No changes');
  expect(code).toBe(0);
}

describe('what apply made', () => {
  let place: Workspace;
  let order: string;
  let payment: string;
  beforeAll(async () => {
    place = await open();
    const { mark } = place;
    [order, payment] = [`order-${mark}`, `payment-${mark}`];
    const topic = `orders-${mark}`;
    await place.write({
      [order]: {
        rabbitmq: {
          limits: { maxConnections: 20 },
          exchanges: {
            'order.exchange.events': { type: 'topic' },
            // RabbitMQ 4.3 leaves it out of its definitions.
            'order.exchange.dead': { type: 'fanout', internal: true },
          },
          queues: {
            'order.queue.payments': {
              type: 'quorum',
              deadLetter: { exchange: 'order.exchange.dead' },
              arguments: { 'x-delivery-limit': 5 },
              bindings: [
                { exchange: 'payment.exchange.events', routingKeys: ['payment.captured', 'payment.refused'] },
              ],
            },
            'order.queue.dead': { type: 'quorum', bindings: [{ exchange: 'order.exchange.dead' }] },
          },
          publishes: [{ exchange: 'order.exchange.events', routingKeys: ['order.#'] }],
          consumes: ['order.queue.payments'],
        },
        kafka: {
          topics: { [topic]: { partitions: 2, replicationFactor: 1, config: { 'retention.ms': 604800000 } } },
          produces: [{ topic, transactionalId: `tx-${mark}` }],
          quota: { producerByteRate: 1048576 },
        },
      },
      [payment]: {
        rabbitmq: {
          declares: true,
          exchanges: { 'payment.exchange.events': { type: 'topic' } },
          queues: {
            'payment.queue.orders': {
              bindings: [{ exchange: 'order.exchange.events', routingKey: 'order.*' }],
            },
          },
          consumes: ['payment.queue.orders'],
        },
        kafka: { consumes: [{ topic, group: `payments-${mark}` }], hosts: ['127.0.0.1'] },
      },
    });
    await place.converge();
  });

  it('becomes the same intent again, and a plan of it is empty', async () => {
    const { code, stdout, stderr } = await place.run(
      'import',
      environments,
      '--env',
      'test',
      '--out',
      'new/imported',
    );
    expect(`${stdout}${stderr}`).toContain('Imported 2 services of test');
    expect(code).toBe(0);
    const files = await filesBelow(place, 'new/imported');
    expect(Object.keys(files).sort()).toEqual([
      'environments.yaml',
      `services/${order}.yaml`,
      `services/${payment}.yaml`,
    ]);
    const text = Object.values(files).join('\n');
    expect(text).not.toContain('imported, to be reviewed');
    expect(files[`services/${order}.yaml`]).toMatch(
      /publishes:\n +- exchange: order.exchange.events\n +routingKeys:\n +- "?order\.#/,
    );
    expect(files[`services/${order}.yaml`]).toContain('order.queue.dead:');
    expect(files[`services/${order}.yaml`]).toContain('internal: true');
    expect(files[`services/${payment}.yaml`]).toContain('declares: true');
    expect(files[`services/${payment}.yaml`]).toContain(`group: payments-${place.mark}`);
    await expectEmptyPlan(place, 'new/imported');
  });

  it('is imported again to the same files', async () => {
    await place.run('import', environments, '--env', 'test', '--out', 'first');
    expect((await place.run('import', 'first', '--env', 'test', '--out', 'second')).code).toBe(0);
    // Topics of other test files come and go between the two.
    const ours = async (folder: string) =>
      Object.entries(await filesBelow(place, folder)).map(([file, text]) => [
        file,
        text.split('\n').filter((line) => line.includes(place.mark) || !line.startsWith('# kafka:topic:')),
      ]);
    expect(await ours('second')).toEqual(await ours('first'));
  });

  it('leaves no secret in any file: neither a password nor what the broker keeps of it', async () => {
    const { stdout, stderr } = await place.run(
      'import',
      environments,
      '--out',
      'secretless',
      '--log-level',
      'debug',
    );
    const user = await rabbit.get<{ password_hash: string }>(`/users/${encodeURIComponent(order)}`);
    const { password } = await place.stored(`rabbitmq/${order}`);
    const said = [stdout, stderr, ...Object.values(await filesBelow(place, 'secretless'))].join('\n');
    expectNoCanary(said, [...Object.values(place.variables), password, user.password_hash]);
    expectNoCanary(said, [(await place.stored(`kafka/${payment}`)).password]);
  });

  it('takes only one broker, or only some services', async () => {
    expect((await place.run('import', environments, '--only', 'kafka', '--out', 'kafka-only')).code).toBe(0);
    const kafkaOnly = Object.values(await filesBelow(place, 'kafka-only')).join('\n');
    expect(kafkaOnly).toContain('    kafka:');
    expect(kafkaOnly).not.toContain('queues:');
    expect((await place.run('import', environments, '--service', payment, '--out', 'one')).code).toBe(0);
    expect(Object.keys(await filesBelow(place, 'one')).sort()).toEqual([
      'environments.yaml',
      `services/${payment}.yaml`,
    ]);
    await expectEmptyPlan(place, 'one');
  });

  it('overwrites nothing', async () => {
    await mkdir(join(place.cwd, 'full'));
    await writeFile(join(place.cwd, 'full', 'mine.txt'), 'mine');
    const { code, stdout, stderr } = await place.run('import', environments, '--out', 'full');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('full is not empty');
    expect(await filesBelow(place, 'full')).toEqual({ 'mine.txt': 'mine' });
  });
});

describe('what was made by hand', () => {
  let place: Workspace;
  const user = (name: string) => `${name}-${place.mark}`;
  const at = (name: string) => encodeURIComponent(name);

  beforeAll(async () => {
    place = await open();
    await makeRabbit();
    await makeKafka();
  }, 60_000);

  /** As `rabbitmqctl` leaves it: no topic permissions, patterns of any form, users that are named as they like. */
  async function makeRabbit(): Promise<void> {
    const vhost = at(place.vhost);
    await rabbit.put(`/vhosts/${vhost}`);
    await rabbit.put(`/vhost-limits/${vhost}/max-connections`, { value: 500 });
    await rabbit.put(`/permissions/${vhost}/${at(brokers.rabbitmq.admin.username)}`, {
      configure: '.*',
      write: '.*',
      read: '.*',
    });
    await rabbit.put(`/exchanges/${vhost}/shop.events`, { type: 'topic', durable: true });
    await rabbit.put(`/exchanges/${vhost}/shop.direct`, {
      type: 'direct',
      durable: true,
      arguments: { 'alternate-exchange': 'shop.events' },
    });
    await rabbit.put(`/queues/${vhost}/shop.work`, {
      durable: true,
      arguments: { 'x-queue-type': 'quorum', 'x-message-ttl': 60000 },
    });
    await rabbit.put(`/queues/${vhost}/shop.own`, { durable: true });
    await rabbit.put(`/queues/${vhost}/nobodys`, { durable: true });
    const grants: Record<string, [string, string, string]> = {
      shop: ['', '^shop\\.events$', '^shop\\.work$'],
      admin: ['.*', '.*', '.*'],
      odd: ['^shop\\.own$|^odd', '(?i)SHOP\\.direct', 'shop'],
      sender: ['^$', '^amq\\.default$', '^$'],
      '../../Evil': ['^$', '^$', '^shop\\.own$'],
      Shop: ['^$', '^$', '^$'],
    };
    for (const [name, [configure, write, read]] of Object.entries(grants)) {
      await rabbit.put(`/users/${at(user(name))}`, {
        password: `${user(name)} hushhush`,
        tags: name === 'admin' ? 'monitoring' : '',
      });
      await rabbit.put(`/permissions/${vhost}/${at(user(name))}`, { configure, write, read });
    }
    await rabbit.put(`/topic-permissions/${vhost}/${at(user('odd'))}`, {
      exchange: 'shop.events',
      write: '^shop\\.(a|b)',
      read: '.*',
    });
  }

  /** As `kafka-acls` leaves it. */
  async function makeKafka(): Promise<void> {
    const admin = await kafkaAdmin(brokers.kafka);
    const [orders, group] = [user('orders'), user('group')];
    await admin.createTopic(orders, 2, { 'cleanup.policy': 'compact', 'retention.ms': '1000000' });
    const allow = (
      name: string,
      resource: AclBinding['resource'],
      on: string,
      operations: readonly AclBinding['operation'][],
      more: Partial<AclBinding> = {},
    ): AclBinding[] =>
      operations.map((operation) => ({
        ...({ resource, name: on, pattern: 'LITERAL', principal: `User:${user(name)}` } as const),
        ...({ host: '*', operation, permission: 'ALLOW' } as const),
        ...more,
      }));
    const names = ['producer', 'consumer', 'wild', 'denied', 'prefixed', 'transactional'];
    for (const name of names) await admin.setPassword(user(name), `${user(name)} hushhush`);
    await admin.createAcls([
      ...allow('producer', 'TOPIC', orders, ['WRITE', 'DESCRIBE', 'CREATE']),
      ...allow('consumer', 'TOPIC', orders, ['READ', 'DESCRIBE']),
      ...allow('consumer', 'GROUP', group, ['READ']),
      ...allow('wild', 'TOPIC', '*', ['ALL']),
      ...allow('wild', 'GROUP', '*', ['READ'], { host: '10.0.0.1' }),
      ...allow('denied', 'TOPIC', orders, ['READ']),
      ...allow('denied', 'TOPIC', orders, ['WRITE'], { permission: 'DENY' }),
      ...allow('prefixed', 'TOPIC', user('pre'), ['READ', 'DESCRIBE'], { pattern: 'PREFIXED' }),
      ...allow('prefixed', 'GROUP', user('pre'), ['READ'], { pattern: 'PREFIXED' }),
      ...allow('transactional', 'TOPIC', orders, ['WRITE', 'DESCRIBE']),
      ...allow('transactional', 'TRANSACTIONAL_ID', user('tx-1'), ['WRITE', 'DESCRIBE']),
      ...allow('transactional', 'TRANSACTIONAL_ID', user('tx-2'), ['WRITE', 'DESCRIBE']),
    ]);
    await admin.close();
  }

  it('is said exactly: a plan right after is empty', async () => {
    const { code, stdout, stderr } = await place.run('import', environments, '--out', 'imported');
    expect(stderr).toContain('no service is known to own it');
    expect(stderr).toContain('nobodys');
    expect(stdout).toContain(`Imported ${6 + 6} services`);
    expect(code).toBe(0);
    await expectEmptyPlan(place, 'imported');
    const files = await filesBelow(place, 'imported');
    const text = Object.values(files).join('\n');
    expectNoCanary(text, ['hushhush']);
    expect(files['environments.yaml']).toContain('maxConnections: 500');
    expect(files[`services/${user('consumer')}.yaml`]).toContain(`group: ${user('group')}`);
    expect(files[`services/${user('producer')}.yaml`]).toContain('grantStyle: kafka-acls');
    expect(files[`services/${user('denied')}.yaml`]).toContain('permission: deny');
    expect(files[`services/${user('wild')}.yaml`]).toContain('reason: imported, to be reviewed');
  });

  it('gives every service a file of its own inside the folder, whatever it is called', async () => {
    await place.run('import', environments, '--only', 'rabbitmq', '--out', 'safe/below');
    expect(Object.keys(await filesBelow(place, 'safe'))).toHaveLength(7);
    const names = (await readdir(join(place.cwd, 'safe/below/services'))).map((name) => name.toLowerCase());
    expect(new Set(names).size).toBe(6);
    expect(names.every((name) => /^[a-z0-9][a-z0-9._-]*\.yaml$/.test(name))).toBe(true);
  });
});

describe('what cannot be imported', () => {
  it('nobody to import: says so and writes nothing', async () => {
    const place = await open();
    const { code, stdout, stderr } = await place.run('import', environments, '--out', 'imported');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('nothing to import');
    expect(await readdir(place.cwd)).not.toContain('imported');
  });

  it('a partial view is refused', async () => {
    const place = await open();
    const name = `monitor-${place.mark}`;
    await rabbit.put(`/users/${name}`, { password: 'see nothing much', tags: 'monitoring' });
    const file = join(place.cwd, environments);
    const written = JSON.parse(await readFile(file, 'utf8')) as {
      environments: { test: { rabbitmq: object } };
    };
    const { test } = written.environments;
    test.rabbitmq = { ...test.rabbitmq, admin: { username: name, password: 'file:../password' } };
    await writeFile(file, JSON.stringify(written));
    await writeFile(join(place.cwd, 'password'), 'see nothing much');
    const { code, stderr } = await place.run(
      'import',
      environments,
      '--only',
      'rabbitmq',
      '--out',
      'imported',
    );
    expect(code).toBe(1);
    expect(stderr).toContain('lacks the tag administrator');
    expect(await readdir(place.cwd)).not.toContain('imported');
  });

  it('what the language has no words for is listed, with exit 2', async () => {
    const place = await open();
    const name = `x-${place.mark}`;
    const vhost = encodeURIComponent(place.vhost);
    await rabbit.put(`/vhosts/${vhost}`);
    await rabbit.put(`/permissions/${vhost}/${encodeURIComponent(brokers.rabbitmq.admin.username)}`, {
      configure: '.*',
      write: '.*',
      read: '.*',
    });
    await rabbit.put(`/users/${name}`, { password: 'kept as it is', tags: '' });
    await rabbit.put(`/permissions/${vhost}/${name}`, { configure: '^going$', write: '^$', read: '^going$' });
    await rabbit.put(`/queues/${vhost}/going`, { durable: true, auto_delete: true });
    const { code, stderr } = await place.run(
      'import',
      environments,
      '--only',
      'rabbitmq',
      '--out',
      'imported',
    );
    expect(stderr).toContain('not imported: it goes with its last consumer (auto-delete)');
    expect(code).toBe(2);
    expect((await filesBelow(place, 'imported'))['environments.yaml']).toContain('# Not imported');
    await expectEmptyPlan(place, 'imported');
  });
});
