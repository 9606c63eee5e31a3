/** who-can, access and blast-radius on a topology: nothing here opens a connection. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mqwarden, type Run } from './run.ts';

const canary = 'canary-2c7be10d';
let cwd: string;

const environments = {
  test: {
    rabbitmq: {
      managementUrl: 'https://localhost:1',
      vhost: 'shop',
      vhosts: { payments: 'shop/payments' },
      admin: { username: 'admin', password: 'env:CANARY' },
    },
    kafka: { brokers: ['localhost:1'], admin: { username: 'admin', password: 'env:CANARY' } },
    secrets: 'file:secrets',
  },
};
const services = {
  'order-service': {
    rabbitmq: {
      exchanges: { events: { type: 'topic' } },
      queues: { work: { bindings: [{ exchange: 'events', routingKeys: ['order.#'] }] }, both: {} },
      publishes: [{ exchange: 'events', routingKeys: ['order.created'] }],
      consumes: ['work'],
      grants: [{ read: '(?i)work', reason: 'a canary of undecidable patterns' }],
    },
    kafka: { topics: { orders: { partitions: 1, replicationFactor: 1 }, both: {} }, produces: ['orders'] },
  },
  'mail-service': {
    rabbitmq: { consumes: ['work'] },
    kafka: { consumes: [{ topic: 'orders', group: 'mail' }] },
  },
  'paused-service': { suspended: true, rabbitmq: { consumes: ['work'] } },
  'payment-service': { rabbitmq: { vhost: 'payments', queues: { work: {}, paid: {} }, consumes: ['paid'] } },
};

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'mqwarden-cli-'));
  await mkdir(join(cwd, 'topology'));
  const text = JSON.stringify({ version: 1, name: 'shop', environments, services });
  await writeFile(join(cwd, 'topology', 'all.yaml'), text);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const run = (...args: string[]) => mqwarden(args, { cwd, canaries: [canary], variables: { CANARY: canary } });

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await run(...args, '--format', 'json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Record<string, unknown>;
}

function expectSaid({ code, stdout }: Run, ...parts: readonly string[]): void {
  expect(code).toBe(0);
  for (const part of parts) expect(stdout).toContain(part);
}

describe('who-can', () => {
  it('tells who by which grant, and what cannot be decided', async () => {
    const document = await json('who-can', 'read', 'rabbitmq:queue:shop/work');
    expect(document).toMatchObject({
      version: 1,
      topology: 'shop',
      environment: 'test',
      of: 'topology',
      verb: 'read',
      resource: 'rabbitmq:queue:shop/work',
      known: true,
      answers: [
        {
          principal: 'mail-service',
          may: 'yes',
          rights: ['read'],
          by: [{ address: 'rabbitmq:permission:shop/mail-service', says: 'read ^work$' }],
          way: [],
          holder: { broker: 'rabbitmq', is: 'service', service: 'mail-service' },
        },
        {
          principal: 'order-service',
          may: 'perhaps',
          by: [{ doubt: expect.stringContaining('undecidable') as string }],
        },
      ],
    });
    expect(JSON.stringify(document)).not.toContain('paused');
  });

  it('is written for a person, and for a pull request', async () => {
    expectSaid(
      await run('who-can', 'write', 'queue:both'),
      'Who can write rabbitmq:queue:shop/both',
      'shop, environment test, by the topology',
      'nobody',
      '--live',
    );
    expectSaid(
      await run('who-can', 'write', 'rabbitmq:queue:shop/work'),
      'by what leads to it',
      '✓ order-service: write on exchange shop/events, keys ^order\\.created$',
      '→ queue shop/work, binding order.#',
    );
    expectSaid(
      await run('who-can', 'write', 'events', '--format', 'markdown'),
      '### Who can write `rabbitmq:exchange:shop/events`',
      '```text\norder-service: write, keys ^order\\.created$',
    );
  });

  it('takes a key, a service, a broker, and names that nobody has', async () => {
    expect(await json('who-can', 'write', 'events', '--key', 'order.x')).toMatchObject({ answers: [] });
    expect(await json('who-can', 'read', 'topic:orders', '--service', 'order-service')).toMatchObject({
      answers: [],
    });
    expect(await json('who-can', 'read', 'orders', '--only', 'kafka')).toMatchObject({
      resource: 'kafka:topic:orders',
      answers: [{ principal: 'mail-service' }],
    });
    expect(await json('who-can', 'write', 'kafka:topic:order')).toMatchObject({
      known: false,
      answers: [],
      notes: [
        expect.stringContaining('did you mean kafka:topic:orders?'),
        expect.anything(),
        expect.anything(),
      ],
    });
    expect(await json('who-can', 'write', 'rabbitmq:exchange:shop/amq.default')).toMatchObject({
      resource: 'rabbitmq:exchange:shop/',
    });
    expect(await json('who-can', 'read', 'rabbitmq:queue:shop%2Fpayments/paid')).toMatchObject({
      answers: [{ principal: 'payment-service' }],
    });
  });

  it.each([
    [
      ['write', 'wor'],
      ['nothing is called wor', 'did you mean rabbitmq:queue:shop/work'],
    ],
    [['eat', 'work'], ['read, write or configure']],
    [
      ['read', 'kafka:transactional-id:x'],
      ['nobody can read', 'write'],
    ],
  ])('%j is refused with a way on', async (args, says) => {
    const { code, stdout, stderr } = await run('who-can', ...args);
    expect([code, stdout]).toEqual([1, '']);
    for (const part of says) expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});

describe('access', () => {
  it('tells what a service can do, with what its patterns are for beyond what there is', async () => {
    expect(await json('access', 'order-service')).toMatchObject({
      service: 'order-service',
      suspended: false,
      access: [
        {
          holder: { broker: 'rabbitmq', principal: 'order-service' },
          reached: expect.arrayContaining([
            {
              at: 'rabbitmq:exchange:shop/events',
              rights: expect.arrayContaining([
                expect.objectContaining({ right: 'write', keys: '^order\\.created$' }),
              ]) as unknown,
            },
          ]) as unknown,
          wide: [{ doubt: expect.stringContaining('undecidable') as string }],
        },
        {
          holder: { broker: 'kafka' },
          reached: [{ at: 'kafka:topic:orders', rights: [{ right: 'write' }, { right: 'describe' }] }],
        },
      ],
    });
    expectSaid(
      await run('access', 'order-service'),
      '✓ exchange shop/events: write, keys ^order\\.created$',
      '? names yet to come: read ^work$|(?i)work',
    );
  });

  it('tells of a suspended one, one without sections, and one that is not there', async () => {
    expectSaid(await run('access', 'paused-service'), 'nothing: it is suspended');
    expectSaid(await run('access', 'payment-service', '--only', 'kafka'), 'nothing: it has no section');
    const { code, stderr } = await run('access', 'order-servce');
    expect(code).toBe(1);
    expect(stderr).toContain('did you mean order-service?');
    expect((await run('access', 'order-service', '--service', 'x')).stderr).toContain('leave --service out');
  });
});

describe('blast-radius', () => {
  it('tells whom an attacker reaches, and by what way', async () => {
    expect(await json('blast-radius', 'order-service')).toMatchObject({
      service: 'order-service',
      hops: 1,
      hits: expect.arrayContaining([
        expect.objectContaining({
          principal: 'mail-service',
          effect: 'sends',
          at: 'rabbitmq:exchange:shop/events',
          way: [{ at: 'rabbitmq:queue:shop/work', by: 'binding order.#' }],
        }),
        expect.objectContaining({ principal: 'mail-service', effect: 'takes', may: 'perhaps' }),
        expect.objectContaining({ principal: 'mail-service', effect: 'sends', at: 'kafka:topic:orders' }),
      ]) as unknown,
    });
    expectSaid(
      await run('blast-radius', 'order-service'),
      'who can be sent messages',
      'write on exchange shop/events → queue shop/work (binding order.#), where it has read',
      'write on topic orders, where it has read',
    );
    expectSaid(await run('blast-radius', 'paused-service'), 'nothing: it is suspended');
    expect((await run('blast-radius', 'order-service', '--hops', '0')).code).toBe(1);
  });
});
