import { longestName } from '../names.ts';

/**
 * Reads patterns of the simple forms that mqwarden writes back to the finite set of names that they match. Anything else is
 * undecidable here. Pure.
 */

/** Past so many names a pattern counts as undecidable: it is not one of ours. */
const mostNames = 20_000;
const deepest = 200;

interface Cursor {
  readonly text: string;
  at: number;
  depth: number;
}

class Undecidable extends Error {}

/** The names that `pattern` matches, or undefined if that is not a finite set that can be read off. */
export function namesOf(pattern: string): ReadonlySet<string> | undefined {
  if (pattern === '') return new Set(['']);
  if (!pattern.startsWith('^') || !pattern.endsWith('$')) return undefined;
  const cursor = { text: pattern.slice(1, -1), at: 0, depth: 0 };
  try {
    const names = sequence(cursor);
    return cursor.at < cursor.text.length ? undefined : new Set(names);
  } catch (error) {
    if (error instanceof Undecidable) return undefined;
    throw error;
  }
}

/** Alternatives up to the end of the group. */
function alternation(cursor: Cursor): string[] {
  const found = sequence(cursor);
  while (cursor.text[cursor.at] === '|') {
    cursor.at += 1;
    found.push(...sequence(cursor));
    if (found.length > mostNames) throw new Undecidable();
  }
  return found;
}

/** Characters and groups, one after another. At top level a `|` ends it: `^a|b$` is not anchored at both ends. */
function sequence(cursor: Cursor): string[] {
  let found = [''];
  for (;;) {
    const character = cursor.text[cursor.at];
    if (character === undefined || character === '|' || character === ')') return found;
    const parts = character === '(' ? group(cursor) : [literal(cursor, character)];
    if (found.length * parts.length > mostNames) throw new Undecidable();
    found = found.flatMap((start) => parts.map((part) => start + part));
    // No name is so long: that pattern is no list of names.
    if (found.length > 1 && found.some(({ length }) => length > longestName)) throw new Undecidable();
  }
}

function group(cursor: Cursor): string[] {
  cursor.at += cursor.text.startsWith('(?:', cursor.at) ? '(?:'.length : 1;
  // What else begins so is an option, an assertion, a verb.
  if (['?', '*'].includes(cursor.text[cursor.at] ?? '')) throw new Undecidable();
  cursor.depth += 1;
  if (cursor.depth > deepest) throw new Undecidable();
  const inner = alternation(cursor);
  cursor.depth -= 1;
  if (cursor.text[cursor.at] !== ')') throw new Undecidable();
  cursor.at += 1;
  return inner;
}

/** A quantifier is no literal: it is refused where the next character would be. */
function literal(cursor: Cursor, character: string): string {
  if (character === '\\') return escaped(cursor);
  if ('.^$[]{}*+?'.includes(character)) throw new Undecidable();
  cursor.at += 1;
  return character;
}

function escaped(cursor: Cursor): string {
  const sign = cursor.text[cursor.at + 1];
  // A backslash before a letter or digit is a class or a reference, not that character.
  if (sign === undefined || /[A-Za-z0-9]/.test(sign)) throw new Undecidable();
  cursor.at += 2;
  return sign;
}
