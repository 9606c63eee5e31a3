/** The checks of RabbitMQ on facts: a verdict each, without a broker. */
import { describe, expect, it } from 'vitest';
import { judged } from '../facts.ts';
import { cases, seen } from './cases.ts';

describe('a verdict', () => {
  it.each(cases)('%s', (_what, check, subject, verdict) => {
    const finding = judged(check, subject);
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
