import { describe, expect, it } from 'vitest';
import { diff, kindOf } from '../../src/core/diff.ts';
import { liveGenerations, settleGenerations, stopped } from '../../src/core/generations.ts';
import type { Keep } from '../../src/core/landscape.ts';
import { generationName, generationOf } from '../../src/core/naming.ts';
import { compile } from '../../src/brokers/kafka/compile.ts';
import { ground } from '../../src/brokers/kafka/ground.ts';
import { kinds } from '../../src/brokers/kafka/kinds.ts';
import type { KafkaResource } from '../../src/brokers/kafka/resources.ts';
import { landscape } from '../kafka/landscape.ts';
import * as fakes from './fakes.ts';

describe('the name of a generation', () => {
  it.each([
    ['order', 1, 'order'],
    ['order', 2, 'order.g2'],
    ['a/b%@ ü', 10, 'a/b%@ ü.g10'],
    ['order.g2', 3, 'order.g2.g3'],
  ])('%s, %i: %s', (base, generation, name) => {
    expect(generationName(base, generation)).toBe(name);
    expect(generationOf(base, name)).toBe(generation);
  });
  it.each(['order.g1', 'order.g0', 'order.g02', 'order.g2.g3', 'orders', 'order.gx', 'ord', 'Order.g2'])(
    '%s is none of order',
    (name) => {
      expect(generationOf('order', name)).toBeUndefined();
    },
  );
  it('where no store speaks, the newest that lives is the one in use', () => {
    expect(liveGenerations('order', ['order', 'other', 'other.g9'])).toBeUndefined();
    expect(liveGenerations('order', ['order', 'order.g10', 'order.g2'])).toEqual({
      inUse: 'order.g10',
      others: new Map([
        ['order.g2', 'level'],
        ['order', 'level'],
      ]),
    });
  });
  it('with what lives beside, for the emergency stop', () => {
    expect(stopped('order', undefined, ['order', 'other'])).toBeUndefined();
    expect(
      stopped('order', { inUse: 'order.g2', others: new Map() }, ['order', 'order.g2', 'order.g3'])?.others,
    ).toEqual(
      new Map([
        ['order', 'level'],
        ['order.g3', 'level'],
      ]),
    );
  });
});

/** What a plan does with one service of two generations, of which so much lives. */
function planned(keep: Keep, lives: (one: KafkaResource) => boolean): string[] {
  const before = landscape({ order: { produces: ['orders'], quota: { producerByteRate: 10 } } });
  const service = {
    inUse: 'order',
    others: new Map([['order.g2', keep]]),
  };
  const place = { ...before, services: before.services.map((one) => ({ ...one, generations: service })) };
  const compiled = compile(place);
  const reading = { resources: compiled.resources.filter(lives), refusals: [], warnings: [] };
  const sides = { kinds, compiled, reading, ground: ground(place, compiled) };
  const { changes, unmanaged } = diff(settleGenerations(sides, service.others));
  return [
    ...changes.map(({ action, address }) => `${action} ${address}`),
    ...unmanaged.map(({ resource }) => resource.address),
  ];
}

describe('a plan while a rotation is under way', () => {
  const isNext = ({ address }: KafkaResource) => decodeURIComponent(address).includes('order.g2');
  const isAcl = ({ kind }: KafkaResource) => kind === 'kafka:acl';

  it('makes none of the next one before it lives', () => {
    for (const keep of ['level', 'found'] as const) expect(planned(keep, (one) => !isNext(one))).toEqual([]);
    expect(planned('made', (one) => !isNext(one)).length).toBe(4);
  });
  it('leaves half of its grants to the rotation, and keeps them level when they are all there', () => {
    const half = (one: KafkaResource) => !isNext(one) || !isAcl(one);
    expect(planned('found', half)).toEqual([]);
    expect(planned('level', half)).toEqual([
      'create kafka:acl:topic/literal/orders/User%3Aorder.g2/*/describe/allow',
      'create kafka:acl:topic/literal/orders/User%3Aorder.g2/*/write/allow',
    ]);
  });
  it('never makes the user of one that is not in use', () => {
    expect(planned('level', (one) => !isNext(one) || isAcl(one))).toEqual([
      'create kafka:quota:user=order.g2',
    ]);
  });
  it('leaves what is found as it is', () => {
    const sides = {
      kinds: {
        ...fakes.kinds,
        'fake:box': { ...kindOf(fakes.kinds, fakes.box('b')), about: () => 'order.g2' },
      },
      compiled: fakes.compiled(fakes.box('b', 2, 'order')),
      reading: fakes.reading(fakes.box('b', 1)),
      ground: fakes.ground,
    };
    const updates = (keep: Keep) =>
      diff(settleGenerations(sides, new Map([['order.g2', keep]]))).changes.length;
    expect([updates('found'), updates('level')]).toEqual([0, 1]);
  });
  it('is empty when both live', () => {
    for (const keep of ['level', 'found', 'made'] as const) expect(planned(keep, () => true)).toEqual([]);
  });
});
