import { expect } from 'vitest';

/** Vitest types its asymmetric matchers as `any`; inside an expected object they are only looked at. */
export function containing(text: string): unknown {
  return expect.stringContaining(text);
}

export function matching(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
