import { describe, expect, it } from 'vitest';
import { type Case, judged, type Seen } from './facts.ts';

/** A test for each row: what the check says of such facts, and, of `seen`, that it says what it rests on. */
export function eachIsJudged(cases: readonly Case[], seen: readonly Seen[]): void {
  describe('a verdict', () => {
    it.each(cases)('%s', (_what, check, subject, verdict) => {
      const finding = judged(check, subject);
      // What it says is shown where the verdict is another.
      expect([finding?.verdict, finding?.message, finding?.related]).toEqual([
        verdict,
        finding?.message,
        finding?.related,
      ]);
    });
  });

  describe('a verdict rests on', () => {
    it.each(seen)('%s', (_what, check, subject, verdict, says) => {
      const finding = judged(check, subject);
      expect([finding?.verdict, finding?.evidence]).toEqual([verdict, expect.stringContaining(says)]);
    });
  });
}
