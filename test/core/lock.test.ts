import { describe, expect, it } from 'vitest';
import { holderIn, lease } from '../../src/core/lock.ts';

const at = (steady: number, wall = steady) => ({ steady, wall });

describe('a lease', () => {
  it('is over when the time since the last answered word is', () => {
    const held = lease(8_000, at(1_000));
    expect(held.isOver(at(9_000))).toBe(false);
    expect(held.isOver(at(9_001))).toBe(true);
    held.renewed(at(5_000));
    expect(held.isOver(at(13_000))).toBe(false);
    expect(held.isOver(at(13_001))).toBe(true);
  });

  it('counts the sleep of a machine, whose steady clock stands still', () => {
    expect(lease(8_000, at(0, 0)).isOver(at(10, 60_000))).toBe(true);
  });

  it('does not believe a wall clock that goes back', () => {
    expect(lease(8_000, at(0, 60_000)).isOver(at(8_001, 0))).toBe(true);
  });

  it('is not shortened by an answer that was overtaken', () => {
    const held = lease(8_000, at(0));
    held.renewed(at(5_000));
    held.renewed(at(2_000));
    expect(held.isOver(at(12_000))).toBe(false);
  });
});

it('takes of what others wrote only texts, and only those that it knows', () => {
  expect(holderIn({ who: 'ops@a', since: 7, correlationId: 'c', more: 'x' })).toEqual({
    who: 'ops@a',
    correlationId: 'c',
  });
  for (const other of [undefined, null, 'text', []]) expect(holderIn(other)).toEqual({});
});
