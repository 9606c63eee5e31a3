import { expect, it } from 'vitest';
import { rabbitmq } from '../../../src/brokers/rabbitmq/index.ts';
import { accessChanges, resourcesAfter } from '../../../src/core/access/gains.ts';
import type { Address } from '../../../src/core/address.ts';
import type { Resource } from '../../../src/core/resource.ts';
import { compiled } from '../../rabbitmq/support.ts';
import { kafkaModel } from './setting.ts';

const holder = (principal: string) => ({ broker: 'x', principal, is: 'other' as const });

/** `orders + exchange/events write keys ^a$`, sorted. */
function changes(
  before: Parameters<typeof accessChanges>[0],
  after: Parameters<typeof accessChanges>[1],
  gone: readonly string[] = [],
): string[] {
  const found = accessChanges(before, after, new Set(gone as readonly Address[]), holder);
  return found
    .flatMap(({ principal, at, gains, loses }) => [
      ...gains.map((one) => ({ sign: '+', one, principal, at })),
      ...loses.map((one) => ({ sign: '-', one, principal, at })),
    ])
    .map(({ sign, one: { right, keys, may }, principal, at }) =>
      [
        principal,
        sign,
        at,
        right,
        ...(keys === undefined ? [] : [keys]),
        ...(may === undefined ? [] : [may]),
      ].join(' '),
    )
    .sort();
}

const model = (services: Readonly<Record<string, object>>) => rabbitmq.access(compiled(services).resources);
const exchanges = { events: { type: 'topic' } };
const publishing = (...routingKeys: string[]) => ({
  exchanges,
  publishes: [{ exchange: 'events', routingKeys }],
});
const events = 'rabbitmq:exchange:production/events';

it('nobody, by no change', () => {
  expect(changes(model({ a: publishing('x') }), model({ a: publishing('x') }))).toEqual([]);
});

it('rights that come and go, and whose keys become others', () => {
  expect(changes(model({ a: publishing('x') }), model({ a: publishing('x.#') }))).toEqual([
    `a + ${events} write ^x(\\..*)?$`,
  ]);
  expect(changes(model({ a: publishing('x.#') }), model({ a: publishing('x') }))).toEqual([
    `a - ${events} write ^x(\\..*)?$`,
  ]);
  expect(changes(model({ a: publishing('x') }), model({ a: publishing('y') }))).toEqual([
    `a + ${events} write ^y$`,
    `a - ${events} write ^x$`,
  ]);
  expect(changes(model({ a: {} }), model({ a: { queues: { q: {} }, consumes: ['q'] }, b: {} }))).toEqual([
    'a + rabbitmq:queue:production/q read',
    'b + rabbitmq:vhost:production enter',
  ]);
});

it('who has a right by a pattern to what is made', () => {
  const wide = {
    grants: [
      { read: '^order\\.', reason: 'old' },
      { read: '(?i)x', reason: 'old' },
    ],
  };
  const owner = (queues: object) => ({ wide, owner: { queues } });
  expect(changes(model(owner({})), model(owner({ 'order.new': {}, other: {} })))).toEqual([
    'wide + rabbitmq:queue:production/order.new read perhaps',
    'wide + rabbitmq:queue:production/other read perhaps',
  ]);
});

it('not what goes with the thing itself', () => {
  const [before, after] = [model({ a: { queues: { q: {} }, consumes: ['q'] } }), model({ a: {} })];
  expect(changes(before, after)).toEqual(['a - rabbitmq:queue:production/q read']);
  expect(changes(before, after, ['rabbitmq:queue:production/q'])).toEqual([]);
});

it('on Kafka, by operation', () => {
  const topics = { orders: { partitions: 1, replicationFactor: 1 } };
  expect(
    changes(
      kafkaModel({ a: { topics, produces: ['orders'] } }),
      kafkaModel({ a: { topics }, b: { produces: ['orders'] } }),
    ),
  ).toEqual([
    'a - kafka:topic:orders describe',
    'a - kafka:topic:orders write',
    'b + kafka:topic:orders describe',
    'b + kafka:topic:orders write',
  ]);
});

it('what is live afterwards', () => {
  const one = (address: string, size: number): Resource => ({
    kind: 'x:box',
    address: address as Address,
    spec: { size },
  });
  const change = (action: 'create' | 'update' | 'delete', address: string, size: number | undefined) => ({
    ...{ action, address: address as Address, kind: 'x:box', reason: '' },
    before: null,
    after: size === undefined ? null : { size },
  });
  const after = resourcesAfter(
    [one('a', 1), one('b', 1), one('c', 1)],
    [change('update', 'a', 2), change('delete', 'b', undefined), change('create', 'd', 4)],
  );
  expect(after.map(({ address, spec }) => [address, spec['size']])).toEqual([
    ['a', 2],
    ['c', 1],
    ['d', 4],
  ]);
});
