import { describe, expect, it } from 'vitest';
import { diff } from '../../src/core/diff.ts';
import { box, brief, compiled, grant, ground, kinds, lid, reading, type Thing } from './fakes.ts';

interface Case {
  readonly name: string;
  readonly desired: Thing[];
  readonly live: Thing[];
  readonly want: { changes?: string[]; blocked?: string[]; unmanaged?: string[] };
}

const cases: Case[] = [
  { name: 'equal sides give nothing', desired: [box('a')], live: [box('a')], want: {} },
  { name: 'absent is created', desired: [box('a')], live: [], want: { changes: ['create fake:box:a'] } },
  {
    name: 'a difference is judged by its kind',
    desired: [box('a', 2)],
    live: [box('a', 1)],
    want: { changes: ['update fake:box:a'] },
  },
  {
    name: 'what cannot change is replaced',
    desired: [box('a', 1)],
    live: [box('a', 2)],
    want: { changes: ['replace fake:box:a'] },
  },
  {
    name: 'what must not change is blocked',
    desired: [box('a', 99)],
    live: [box('a', 2)],
    want: { blocked: ['update fake:box:a'] },
  },
  {
    name: 'a grant of a declared principal is drift',
    desired: [],
    live: [grant('order', 'all')],
    want: { changes: ['delete fake:grant:order'] },
  },
  {
    name: 'a claimed principal is only reported',
    desired: [],
    live: [grant('x-claimed', 'all')],
    want: { unmanaged: ['claimed fake:grant:x-claimed'] },
  },
  {
    name: 'a claim is a whole name, not a part of one',
    desired: [],
    live: [grant('x-claimed-too', 'all')],
    want: { unmanaged: ['foreign fake:grant:x-claimed-too'] },
  },
  {
    name: 'somebody else is only reported',
    desired: [],
    live: [grant('stranger', 'all')],
    want: { unmanaged: ['foreign fake:grant:stranger'] },
  },
  {
    name: 'protected and admin are not even listed',
    desired: [],
    live: [grant('monitoring', 'all'), grant('root', 'all')],
    want: {},
  },
  { name: 'internal is not listed', desired: [], live: [box('internal')], want: {} },
  {
    name: 'undeclared in scope can be pruned',
    desired: [],
    live: [box('left')],
    want: { unmanaged: ['prunable fake:box:left'] },
  },
  {
    name: 'what a declared one stands on is never prunable',
    desired: [lid('a')],
    live: [box('a'), lid('a')],
    want: { unmanaged: ['foreign fake:box:a'] },
  },
];

describe('diff', () => {
  it.each(cases)('$name', ({ desired, live, want }) => {
    const found = diff({ kinds, compiled: compiled(...desired), reading: reading(...live), ground });
    expect({
      changes: brief(found.changes),
      blocked: found.blocked.map((one) => `${one.action} ${one.address}`),
      unmanaged: found.unmanaged.map(
        (one) => `${one.claimed ? 'claimed' : one.prunable ? 'prunable' : 'foreign'} ${one.resource.address}`,
      ),
    }).toEqual({ changes: [], blocked: [], unmanaged: [], ...want });
  });

  it('charges drift to the service whose principal it is', () => {
    const found = diff({ kinds, compiled: compiled(), reading: reading(grant('order', 'all')), ground });
    expect(found.changes[0]).toMatchObject({ service: 'order-service', before: { may: 'all' }, after: null });
  });

  it('blocks what the broker would refuse, and leaves what lives under that address alone', () => {
    const refusals = [
      {
        address: grant('order', 'x').address,
        action: 'create' as const,
        reason: 'too long',
        hint: 'shorten',
      },
    ];
    const differs = diff({
      kinds,
      compiled: compiled(grant('order', 'new')),
      reading: { ...reading(grant('order', 'old')), refusals },
      ground,
    });
    expect(differs.changes).toEqual([]);
    expect(differs.blocked).toMatchObject([{ action: 'update', reason: 'too long' }]);
    const same = diff({
      kinds,
      compiled: compiled(grant('order', 'old')),
      reading: { ...reading(grant('order', 'old')), refusals },
      ground,
    });
    expect(same.blocked).toEqual([]);
  });

  it('counts what is declared, managed or claimed as owned, and nothing else', () => {
    const live = [
      box('a'),
      grant('order', 'x'),
      grant('x-claimed', 'x'),
      grant('stranger', 'x'),
      box('left'),
    ];
    const found = diff({ kinds, compiled: compiled(box('a')), reading: reading(...live), ground });
    expect(found.owned.map((one) => one.address)).toEqual([
      'fake:box:a',
      'fake:grant:order',
      'fake:grant:x-claimed',
    ]);
  });
});

it('what could not be compiled is blocked as it stands, and what lives there is left alone', () => {
  const refusal = {
    address: grant('order', '').address,
    action: 'update',
    reason: 'too long',
    hint: 'split it',
  } as const;
  const live = reading(grant('order', 'all'));
  const difference = diff({ kinds, compiled: { ...compiled(), blocked: [refusal] }, reading: live, ground });
  expect([difference.changes, difference.blocked, difference.unmanaged]).toEqual([[], [refusal], []]);
});
