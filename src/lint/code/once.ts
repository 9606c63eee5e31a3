import type { Code } from './rule.ts';

/** What several rules ask of a file is found once, and forgotten with the file. */
export function once<Found>(find: (code: Code) => Found): (code: Code) => Found {
  const kept = new WeakMap<Code, { readonly found: Found }>();
  return (code) => {
    const before = kept.get(code);
    if (before !== undefined) return before.found;
    const found = find(code);
    kept.set(code, { found });
    return found;
  };
}
