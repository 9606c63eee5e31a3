import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../src/core/connect-events.ts';

describe('the pause before another attempt', () => {
  it.each([
    [1, 100, 200],
    [2, 200, 400],
    [3, 400, 800],
    [8, 12_800, 25_600],
    [9, 15_000, 30_000],
    [1000, 15_000, 30_000],
  ])('number %i is between %i and %i ms', (attempt, least, most) => {
    expect(backoffMs(attempt, 0)).toBe(least);
    expect(backoffMs(attempt, 1)).toBe(most);
  });

  it('is spread over all of that, so that a fleet does not come at once', () => {
    const pauses = Array.from({ length: 11 }, (_, part) => backoffMs(5, part / 10));
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(new Set(pauses).size).toBe(11);
  });
});
