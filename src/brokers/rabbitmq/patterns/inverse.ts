import { namePattern } from './names.ts';
import { namesOf } from './parse.ts';
import { topicPattern } from './topic.ts';

/** From the patterns that mqwarden writes back to what they were made of. Whatever is of another making is undefined. Pure. */

/** The names whose pattern this is, written exactly so. */
export function namesOfPattern(pattern: string): readonly string[] | undefined {
  const names = namesOf(pattern);
  if (names === undefined || names.has('')) return undefined;
  // With no room at all, shared beginnings are factored out.
  return [namePattern(names), namePattern(names, 0)].includes(pattern) ? [...names] : undefined;
}

/** The routing keys whose pattern this is, written exactly so. */
export function routingKeysOf(pattern: string): readonly string[] | undefined {
  if (!pattern.startsWith('^') || !pattern.endsWith('$')) return undefined;
  const body = pattern.slice(1, -1);
  return [[body], alternativesIn(body)]
    .map((bodies) => bodies.map(keyOf))
    .find((keys) => topicPattern(keys) === pattern);
}

/** `(a|b)` as its alternatives; anything else as it is. */
function alternativesIn(body: string): readonly string[] {
  return body.startsWith('(') && body.endsWith(')') ? topLevel(body.slice(1, -1)) : [body];
}

/** The alternatives of a pattern, split at each `|` that stands in no group or class. */
export function topLevel(pattern: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const token of pattern.match(/\\.|\[\^?\]?[^\]]*\]|[^]/gsu) ?? []) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (token === '|' && depth === 0) parts.push('');
    else parts.push((parts.pop() ?? '') + token);
  }
  return parts;
}

/** Keys with one word that may be empty are written out (see topic.ts). */
const writtenOut: ReadonlyMap<string, string> = new Map([
  ['[^.]+', '*'],
  ['.+', '*.#'],
  ['.*\\.', '#.'],
  ['\\..*', '.#'],
  ['((.*\\.)?\\..*|.*\\.)', '#..#'],
]);

/** A guess: the caller compiles it again to see. */
function keyOf(body: string): string {
  return (
    writtenOut.get(body) ??
    body
      .replace(/^\(\.\*\\\.\)\?/, '#.')
      .replace(/\(\\\.\.\*\)\?$/, '.#')
      .replaceAll('\\.(.*\\.)?', '.#.')
      .replaceAll('[^.]*', '*')
      .replace(/\\([\\.^$|()[\]{}*+?])/g, '$1')
  );
}
