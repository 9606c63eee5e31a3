import { expect, it } from 'vitest';
import { type Models, meantBy, nearOnes } from '../../../src/core/access/resource.ts';
import { UsageError } from '../../../src/core/errors.ts';
import { nearest } from '../../../src/topology/issues.ts';
import { kafkaModel, rabbitModel } from './setting.ts';

const models: Models = new Map([
  [
    'rabbitmq',
    rabbitModel(
      {
        orders: { exchanges: { events: {} }, queues: { work: {}, both: {}, 'a/b %': {} } },
        payments: { vhost: 'payments', queues: { work: {}, paid: {} } },
      },
      { vhosts: { payments: 'shop/payments' } },
    ),
  ],
  [
    'kafka',
    kafkaModel({ orders: { topics: { both: { partitions: 1, replicationFactor: 1 } }, produces: ['both'] } }),
  ],
]);

it.each([
  ['rabbitmq:queue:production/work', 'rabbitmq:queue:production/work'],
  ['rabbitmq:queue:production/a%2Fb%20%25', 'rabbitmq:queue:production/a%2Fb%20%25'],
  ['rabbitmq:queue:production/a%2Fb %25', 'rabbitmq:queue:production/a%2Fb%20%25'],
  ['rabbitmq:exchange:production/amq.default', 'rabbitmq:exchange:production/'],
  ['exchange:amq.topic', undefined],
  ['events', 'rabbitmq:exchange:production/events'],
  ['a/b %', 'rabbitmq:queue:production/a%2Fb%20%25'],
  ['queue:paid', 'rabbitmq:queue:shop%2Fpayments/paid'],
  ['queue:both', 'rabbitmq:queue:production/both'],
  ['topic:both', 'kafka:topic:both'],
  ['topic:new', 'kafka:topic:new'],
  ['vhost:shop/payments', 'rabbitmq:vhost:shop%2Fpayments'],
  ['kafka-cluster', 'kafka:cluster:kafka-cluster'],
])('%s is %s', (text, want) => {
  if (want === undefined) expect(() => meantBy(text, models, nearest)).toThrow('several things');
  else expect(meantBy(text, models, nearest).at).toBe(want);
});

it('is known if anything tells of it', () => {
  expect(meantBy('kafka:topic:both', models, nearest).known).toBe(true);
  expect(meantBy('kafka:topic:new', models, nearest).known).toBe(false);
});

it.each([
  ['', 'RESOURCE is empty', 'the default exchange is exchange:amq.default'],
  [' \n', 'RESOURCE is empty', 'name a thing, such as queue:NAME'],
  ['queue:', 'queue: has no name', 'name a thing'],
  ['topic:', 'topic: has no name', 'name a thing'],
  ['kafka:topic:', 'kafka:topic: is no topic', 'write kafka:topic:NAME'],
  ['pai', 'nothing is called pai', 'did you mean rabbitmq:queue:shop%2Fpayments/paid?'],
  [
    'queue:pai',
    'several things, of which none is known',
    'did you mean rabbitmq:queue:shop%2Fpayments/paid? one that',
  ],
  [
    'queue:zzz',
    'several things, of which none is known',
    'rabbitmq:queue:production/zzz, rabbitmq:queue:shop%2F',
  ],
  ['both', 'several things', 'rabbitmq:queue:production/both, kafka:topic:both'],
  ['queue:work', 'several things', 'rabbitmq:queue:production/work, rabbitmq:queue:shop%2Fpayments/work'],
  ['rabbitmq:queue:nowhere/work', 'vhost "nowhere"', 'production, shop/payments'],
  ['rabbitmq:queue:production', 'no exchange, queue or vhost', 'rabbitmq:queue:VHOST/NAME'],
  ['rabbitmq:user:x', 'no exchange, queue or vhost', 'rabbitmq:queue:VHOST/NAME'],
  ['kafka:quota:x', 'no topic, group or transactional id', 'kafka:topic:NAME'],
  ['rabbitmq:queue:production/%zz', 'is not an address', 'percent-encoded'],
  ['nats:subject:x', 'not of a broker', 'rabbitmq and kafka'],
])('%s is refused, with a way on', (text, says, hint) => {
  const refuse = (): unknown => meantBy(text, models, nearest);
  expect(refuse).toThrow(UsageError);
  expect(refuse).toThrow(new RegExp(says));
  try {
    refuse();
  } catch (error) {
    expect((error as UsageError).hint).toContain(hint);
  }
});

it('suggests things of the same kind', () => {
  expect(nearOnes('bot', 'kafka:topic', models, nearest)).toEqual(['kafka:topic:both']);
  expect(nearOnes('zzzzzz', 'kafka:topic', models, nearest)).toEqual([]);
});
