import { describe, expect, it } from 'vitest';
import type { Kind } from '../../src/core/kind.ts';
import { decide, overBudget } from '../../src/core/decide.ts';
import { cautious, type Decisions } from '../../src/core/decisions.ts';
import { deletion, diff } from '../../src/core/diff.ts';
import type { Change } from '../../src/core/resource.ts';
import { box, brief, compiled, grant, ground, kinds, lid, reading, type Thing } from './fakes.ts';

interface Case {
  readonly name: string;
  readonly desired?: Thing[];
  readonly live?: Thing[];
  readonly decisions?: Partial<Decisions>;
  readonly changes?: string[];
  readonly blocked?: string[];
}

const cases: Case[] = [
  { name: 'nothing is pruned unasked', live: [box('a'), grant('x-claimed', 'all')] },
  {
    name: 'prune deletes what is claimed',
    live: [grant('x-claimed', 'all')],
    decisions: { prune: true },
    changes: ['delete fake:grant:x-claimed'],
  },
  { name: 'prune never touches somebody else', live: [grant('stranger', 'all')], decisions: { prune: true } },
  {
    name: 'prune holds data back without its name',
    live: [box('a')],
    decisions: { prune: true },
    blocked: ['delete fake:box:a'],
  },
  {
    name: 'another name does not help',
    live: [box('a')],
    decisions: { prune: true, allowDataLoss: ['fake:box:b', 'fake:box:*'] },
    blocked: ['delete fake:box:a'],
  },
  {
    name: 'data named may go',
    live: [box('a')],
    decisions: { prune: true, allowDataLoss: ['fake:box:a'] },
    changes: ['delete fake:box:a'],
  },
  {
    name: 'widening allowed is not data loss allowed',
    live: [box('a')],
    decisions: { prune: true, allowWidening: ['fake:box:a'] },
    blocked: ['delete fake:box:a'],
  },
  {
    name: 'a replacement needs its name too',
    desired: [box('a', 1)],
    live: [box('a', 2)],
    blocked: ['replace fake:box:a'],
  },
  {
    name: 'a part stays when its whole is held back',
    live: [box('a'), lid('a')],
    decisions: { prune: true },
    blocked: ['delete fake:box:a', 'delete fake:lid:a'],
  },
  {
    name: 'a part goes with its whole',
    live: [box('a'), lid('a')],
    decisions: { prune: true, allowDataLoss: ['fake:box:a'] },
    changes: ['delete fake:lid:a', 'delete fake:box:a'],
  },
  { name: 'what stands on nothing is blocked', desired: [lid('a')], blocked: ['create fake:lid:a'] },
  {
    name: 'what stands on something new is not',
    desired: [lid('a'), box('a')],
    changes: ['create fake:box:a', 'create fake:lid:a'],
  },
  {
    name: 'a scope keeps to its service',
    desired: [box('a', 1, 'order-service'), box('b', 1, 'payment-service'), box('shared')],
    live: [grant('pay', 'all'), grant('order', 'all')],
    decisions: { services: ['order-service'] },
    changes: ['create fake:box:a', 'create fake:box:shared', 'delete fake:grant:order'],
  },
  {
    name: 'prune within a scope deletes nothing outside',
    live: [grant('x-claimed', 'all'), box('a')],
    decisions: { prune: true, services: ['order-service'], allowDataLoss: ['fake:box:a'] },
  },
  {
    name: 'what a scope leaves out cannot be stood on',
    desired: [box('a', 1, 'payment-service'), lid('a', 'order-service')],
    decisions: { services: ['order-service'] },
    blocked: ['create fake:lid:a'],
  },
];

describe('decide', () => {
  it.each(cases)('$name', ({ desired = [], live = [], decisions = {}, changes = [], blocked = [] }) => {
    const difference = diff({ kinds, compiled: compiled(...desired), reading: reading(...live), ground });
    const decided = decide(kinds, difference, { ...cautious, ...decisions });
    expect(brief(decided.changes)).toEqual(changes);
    expect(decided.blocked.map((one) => `${one.action} ${one.address}`).sort()).toEqual(blocked);
  });

  it('holds back what is only safe together with a blocked change', () => {
    const live = reading(box('gate', 1), grant('order', 'all'));
    const difference = diff({ kinds, compiled: compiled(box('gate', 99)), reading: live, ground });
    const decided = decide(kinds, difference, cautious);
    expect(brief(decided.changes)).toEqual([]);
    expect(decided.blocked.map((one) => one.address)).toEqual(['fake:box:gate', 'fake:grant:order']);
    expect(decided.blocked[1]?.reason).toContain('fake:box:gate, which is blocked');
  });

  it('lets nothing go that the broker keeps, whatever is allowed', () => {
    const kept = { address: box('a').address, action: 'update' as const, reason: 'shared', hint: 'ask' };
    const live = { ...reading(box('a'), box('b')), kept: [kept] };
    const difference = diff({ kinds, compiled: compiled(), reading: live, ground });
    expect(decide(kinds, difference, cautious).blocked).toEqual([]);
    const allowDataLoss = ['fake:box:a', 'fake:box:b'];
    const decided = decide(kinds, difference, { ...cautious, prune: true, allowDataLoss });
    expect(brief(decided.changes)).toEqual(['delete fake:box:b']);
    expect(decided.blocked).toEqual([{ ...kept, action: 'delete' }]);

    // To replace it would take it away, too.
    const smaller = diff({
      ...{ kinds, ground, compiled: compiled(box('a', 1)) },
      reading: { ...live, resources: [box('a', 2)] },
    });
    const replaced = decide(kinds, smaller, { ...cautious, allowDataLoss });
    expect([replaced.changes, replaced.blocked]).toEqual([[], [{ ...kept, action: 'replace' }]]);
  });

  it('holds back what is tied to what is tied, however long the chain', () => {
    const chain = ['c', 'b', 'a'];
    const tied: Kind<Thing> = {
      ...(kinds['fake:grant'] as Kind<Thing>),
      // Each is held by the next in the alphabet's beginning, `a` by the box.
      tiedTo: ({ address }, blocked) => {
        const before = chain[chain.findIndex((name) => address === grant(name, '').address) + 1];
        const holder = before === undefined ? box('gate').address : grant(before, '').address;
        return blocked.has(holder) ? holder : undefined;
      },
    };
    const all = { ...kinds, 'fake:grant': tied };
    const live = reading(box('gate', 1));
    const wanted = compiled(box('gate', 99), ...chain.map((name) => grant(name, 'all')));
    const decided = decide(all, diff({ kinds: all, compiled: wanted, reading: live, ground }), cautious);
    expect(brief(decided.changes)).toEqual([]);
    expect(decided.blocked.map(({ address }) => address)).toEqual([
      'fake:box:gate',
      'fake:grant:a',
      'fake:grant:b',
      'fake:grant:c',
    ]);
    expect(decided.blocked[3]?.reason).toContain('fake:grant:b, which is blocked');
  });

  it('tells which flag lets a held change go, with its own address', () => {
    const difference = diff({ kinds, compiled: compiled(), reading: reading(box('a b')), ground });
    const decided = decide(kinds, difference, { ...cautious, prune: true });
    expect(decided.blocked[0]?.hint).toContain("--allow-data-loss 'fake:box:a%20b'");
    expect(decided.held).toHaveLength(1);
  });
});

describe('overBudget', () => {
  const deletes = (count: number) => Array.from({ length: count }, (_, at) => deletion(box(`b${at}`), 'x'));
  it.each([
    { owned: 9, deletes: 9, max: 30, over: false },
    { owned: 10, deletes: 3, max: 30, over: false },
    { owned: 10, deletes: 4, max: 30, over: true },
    { owned: 100, deletes: 30, max: 30, over: false },
    { owned: 100, deletes: 31, max: 30, over: true },
    { owned: 100, deletes: 100, max: 100, over: false },
    { owned: 100, deletes: 1, max: 0, over: true },
    { owned: 0, deletes: 12, max: 30, over: true },
  ])('$deletes of $owned with $max % is over: $over', ({ owned, deletes: count, max, over }) => {
    expect(overBudget(deletes(count), owned, max) !== undefined).toBe(over);
  });

  it('counts what is replaced, and nothing that is made or changed', () => {
    const all = (action: Change['action']) => deletes(20).map((change) => ({ ...change, action }));
    expect(overBudget(all('replace'), 20, 30)).toContain('20 of 20 objects');
    expect(overBudget([...all('create'), ...all('update')], 20, 30)).toBeUndefined();
  });
});
