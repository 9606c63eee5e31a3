import { namesOf } from './parse.ts';

/** Whether a pattern that a person wrote, in the broker's dialect and unanchored, matches a name. Pure. */
type Reach = 'yes' | 'no' | 'perhaps';

/**
 * The dialect is PCRE, on bytes: what JavaScript cannot read, or might read in another way (`\A`, `\Q`, `[[:alpha:]]`, `(?i)`, `(*…)`,
 * a dot over characters of several bytes), is not judged.
 */
export function reach(pattern: string, name: string): Reach {
  // An empty pattern matches every name.
  const names = pattern === '' ? undefined : namesOf(pattern);
  if (names !== undefined) return names.has(name) ? 'yes' : 'no';
  if (foreign.test(pattern) || !ascii.test(name) || !ascii.test(pattern)) return 'perhaps';
  try {
    return new RegExp(pattern, 'u').test(name) ? 'yes' : 'no';
  } catch {
    return 'perhaps';
  }
}

/** Nothing is overlooked: what cannot be told counts as reached. */
export function mayReach(pattern: string, name: string): boolean {
  return reach(pattern, name) !== 'no';
}

/** `[]a]` and `[^]a]` begin with a bracket as a character there; `[:alpha:]` may stand anywhere in a class. */
const foreign = /\\[A-Za-z0-9]|\[:|\[\^?\]|\(\?|\(\*/;
const ascii = /^[\x20-\x7e]*$/;
