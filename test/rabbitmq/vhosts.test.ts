/** Services in the environment's vhost and in named ones: names, grants and consent stay inside one vhost. */
import { describe, expect, it, test } from 'vitest';
import { rabbitmq } from '../../src/brokers/rabbitmq/index.ts';
import { environmentSchema } from '../../src/brokers/rabbitmq/schema/environment.ts';
import { compiled, environment, landscape, problems, specAt } from './support.ts';

const vhosts = { vhosts: { payments: { name: 'pay', defaultQueueType: 'quorum' }, audit: 'audit-v' } };

/** `kind address-parts`, without the vhosts themselves. */
const addresses = (services: Readonly<Record<string, object>>) =>
  compiled(services, vhosts)
    .resources.filter(({ kind }) => kind !== 'rabbitmq:vhost')
    .map(({ address }) => address.slice('rabbitmq:'.length));

describe('named vhosts', () => {
  it('are declared, whether or not a service uses them', () => {
    const found = compiled({}, vhosts).resources.map(({ address, because }) => `${address} ${because ?? ''}`);
    expect(found).toEqual([
      'rabbitmq:vhost:production vhost of environment production',
      'rabbitmq:vhost:pay vhost of environment production',
      'rabbitmq:vhost:audit-v vhost of environment production',
    ]);
  });

  it('are all ground for drift', () => {
    const land = landscape({}, vhosts);
    expect([...rabbitmq.ground(land, rabbitmq.compile(land)).containers]).toEqual([
      'rabbitmq:vhost:production',
      'rabbitmq:vhost:pay',
      'rabbitmq:vhost:audit-v',
    ]);
  });

  const cases: readonly { name: string; service: object; want: readonly string[] }[] = [
    {
      name: 'a service lives in the vhost of the environment',
      service: { queues: { q: {} } },
      want: ['queue:production/q', 'user:s', 'permission:production/s'],
    },
    {
      name: 'or in a named one, with all that it owns',
      service: {
        vhost: 'payments',
        exchanges: { e: { type: 'topic' } },
        queues: { q: { bindings: [{ exchange: 'e', routingKey: 'k' }] } },
        publishes: ['e'],
      },
      want: [
        'exchange:pay/e',
        'queue:pay/q',
        'binding:pay/e/queue/q/k',
        'user:s',
        'permission:pay/s',
        'topic-permission:pay/s/e',
      ],
    },
    {
      name: 'one user has a permission in each vhost that it uses, and in no other',
      service: {
        vhost: 'payments',
        publishes: [{ exchange: 'e', vhost: 'default', routingKeys: ['k'] }],
        sends: [{ queue: 'q', vhost: 'audit' }],
      },
      want: [
        'user:s',
        'permission:production/s',
        'topic-permission:production/s/e',
        'permission:pay/s',
        'permission:audit-v/s',
      ],
    },
    {
      name: 'a grant is in one vhost too',
      service: { grants: [{ read: '^x', vhost: 'audit', reason: 'r' }] },
      want: ['user:s', 'permission:production/s', 'permission:audit-v/s'],
    },
  ];
  test.each(cases)('$name', ({ service, want }) => {
    expect(addresses({ s: service })).toEqual(want);
  });

  it('each hold only what is done in them', () => {
    const service = {
      consumes: ['home', { queue: 'away', vhost: 'payments' }],
      sends: [{ queue: 'away', vhost: 'audit' }],
      namespace: 's',
    };
    const result = compiled({ s: service }, vhosts);
    const namespace = ['^s\\.(queue|exchange)\\..*', '^s\\.exchange\\..*', '^s\\.queue\\..*'] as const;
    expect(specAt(result, 'rabbitmq:permission:production/s')).toEqual({
      configure: namespace[0],
      write: namespace[1],
      read: `${namespace[2]}|^home$`,
    });
    expect(specAt(result, 'rabbitmq:permission:pay/s')).toEqual({
      configure: '^$',
      write: '^$',
      read: '^away$',
    });
    expect(specAt(result, 'rabbitmq:permission:audit-v/s')).toEqual({
      configure: '^$',
      write: '^amq\\.default$',
      read: '^$',
    });
  });

  it('give queues their own default type', () => {
    const result = compiled(
      { s: { vhost: 'payments', queues: { q: {} } }, t: { queues: { q: {} } } },
      vhosts,
    );
    expect(specAt(result, 'rabbitmq:queue:pay/q')).toMatchObject({ type: 'quorum' });
    expect(specAt(result, 'rabbitmq:queue:production/q')).toMatchObject({ type: 'classic' });
  });

  it('warn of what nobody owns there, though somebody owns its namesake elsewhere', () => {
    const services = { owner: { queues: { q: {} } }, s: { vhost: 'payments', consumes: ['q'] } };
    expect(compiled(services, vhosts).warnings.map(({ address }) => address)).toEqual([
      'rabbitmq:queue:pay/q',
    ]);
  });
});

describe('consent and ownership', () => {
  const owner = {
    vhost: 'payments',
    exchanges: { 'pay.exchange.e': { allow: {} } },
    queues: { 'pay.queue.q': { allow: {} } },
  };
  const refused = (says: string) => `s/${says}, which owner does not allow it to consume`;
  const cases: readonly { name: string; service: object; want: readonly string[] }[] = [
    {
      name: 'are asked in the vhost of the owner',
      service: { consumes: [{ queue: 'pay.queue.q', vhost: 'payments' }] },
      want: [
        refused('consumes/0: s consumes queue pay.queue.q'),
        '  owner/queues/pay.queue.q/allow: owner says here who may use it',
      ],
    },
    { name: 'not for a namesake in another', service: { consumes: ['pay.queue.q'] }, want: [] },
    {
      name: 'nor for a namespace in another',
      service: { namespace: 'pay', queues: { 'pay.queue.q': {} } },
      want: [],
    },
    {
      name: 'but for a literal grant there',
      service: { grants: [{ read: '^pay\\.queue', vhost: 'payments', reason: 'r' }] },
      want: [
        refused('grants/0/read: s is granted read on queue pay.queue.q'),
        '  owner/queues/pay.queue.q/allow: owner says here who may use it',
      ],
    },
    {
      name: 'a vhost that the environment does not have',
      service: { vhost: 'payment', consumes: ['a', { queue: 'q', vhost: 'x' }] },
      want: [
        's/vhost: environment production has no vhost "payment"',
        's/consumes/1/vhost: environment production has no vhost "x"',
      ],
    },
  ];
  test.each(cases)('$name', ({ service, want }) => {
    expect(problems({ owner, s: service }, vhosts)).toEqual(want);
  });
});

describe('the section of an environment', () => {
  const issues = (over: object) =>
    environmentSchema
      .safeParse({ ...environment().section, ...over })
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  it.each([
    [{ vhosts: { a: 'production' } }, ['vhosts.a: is the same vhost as "vhost"']],
    [{ vhosts: { a: 'v', b: { name: 'v' } } }, ['vhosts.b: is the same vhost as "a"']],
    [{ vhosts: { default: 'v' } }, ['vhosts.default: must not be called "default"']],
    [vhosts, undefined],
  ])('%j', (over, want) => {
    expect(issues(over)).toEqual(want);
  });
});
