import { expect, it } from 'vitest';
import { meet } from '../../../src/brokers/rabbitmq/patterns/pattern.ts';
import type { Flow } from '../../../src/core/access/model.ts';
import { endOf, waysIn } from '../../../src/core/access/ways.ts';
import { type Address, address } from '../../../src/core/address.ts';

const at = (name: string) => address('x:y', name);
const flow = (from: string, to: string, over: Partial<Flow> = {}): Flow => ({
  ...{ from: at(from), to: at(to), by: `${from}-${to}` },
  ...over,
});

function walked(flows: readonly Flow[], keys: readonly string[] = [], from = 'a') {
  let cuts = 0;
  const ways = waysIn({ flows, meet }, () => (cuts += 1)).down(at(from), keys);
  const told = ways.map(
    (way) => `${endOf(way)} ${way.steps.map(({ by, doubt }) => by + (doubt ? '?' : '')).join(' ')}`,
  );
  return { told, cuts };
}

const name = (one: Address | string) => String(one).replace('x:y:', '');

it('goes round a circle once', () => {
  const { told } = walked([flow('a', 'b'), flow('b', 'c'), flow('c', 'a'), flow('c', 'd')]);
  expect(told.map(name)).toEqual(['a ', 'b a-b', 'c a-b b-c', 'd a-b b-c c-d']);
});

it('takes a longer way where the shorter one is not sure, or lets other keys through', () => {
  const doubted = [flow('a', 'd', { doubt: 'perhaps' }), flow('a', 'b'), flow('b', 'd'), flow('d', 'e')];
  expect(walked(doubted).told.map(name)).toEqual(['a ', 'd a-b b-d', 'b a-b', 'e a-b b-d d-e']);
  const keyed = [
    flow('a', 'd', { passes: '^x$' }),
    flow('a', 'b', { passes: '^y$' }),
    flow('b', 'd'),
    flow('d', 'e', { passes: '^y$' }),
  ];
  expect(walked(keyed).told.map(name)).toContain('e a-b b-d d-e');
  expect(walked(keyed, ['^x$']).told.map(name)).toEqual(['a ', 'd a-d']);
});

it('takes the key that messages get on the way', () => {
  const flows = [
    flow('a', 'b', { passes: '^x$', rekeys: '^z$' }),
    flow('b', 'c', { passes: '^z$' }),
    flow('b', 'd', { passes: '^x$' }),
  ];
  expect(walked(flows).told.map(name)).toEqual(['a ', 'b a-b', 'c a-b b-c']);
  const up = (to: string) =>
    waysIn({ flows, meet }, () => undefined)
      .up(at(to))
      .map(({ from, keys }) => [name(from), keys]);
  expect(up('c')).toEqual([
    ['c', []],
    ['b', ['^z$']],
    ['a', ['^x$']],
  ]);
  expect(up('d')).toEqual([
    ['d', []],
    ['b', ['^x$']],
  ]);
});

it('says of keys that cannot be judged that the way is not sure', () => {
  const flows = [flow('a', 'b', { passes: '(?i)x' }), flow('b', 'c', { passes: '^x$' })];
  expect(walked(flows).told.map(name)).toEqual(['a ', 'b a-b', 'c a-b b-c?']);
});

it('ends soon where everything leads to everything, by different keys', () => {
  const all = Array.from({ length: 12 }, (_, one) => `e${one}`);
  const flows = all.flatMap((from) =>
    all.map((to, key) => flow(from, to, { passes: `^(.*\\.)?k${key}(\\..*)?$` })),
  );
  const { told, cuts } = walked(flows, [], 'e0');
  expect(new Set(told.map((one) => one.split(' ')[0])).size).toBe(12);
  expect(cuts).toBeLessThan(20_000);
});

it('reaches each of ten thousand queues', () => {
  const flows = Array.from({ length: 10_000 }, (_, one) => flow('a', `q${one}`, { passes: `^q${one}$` }));
  const { told, cuts } = walked(flows);
  expect([told.length, cuts]).toEqual([10_001, 0]);
});
