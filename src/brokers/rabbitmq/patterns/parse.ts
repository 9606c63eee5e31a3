/**
 * Reads a pattern of the simple form that mqwarden writes (literals, groups, alternation, anchored at both ends) back to
 * the finite set of names that it matches. Anything else is undecidable here. Pure.
 */

/** Past so many names a pattern counts as undecidable: it is not one of ours. */
const mostNames = 20_000;

interface Cursor {
  readonly text: string;
  at: number;
}

class Undecidable extends Error {}

/** The names that `pattern` matches, or undefined if that is not a finite set that can be read off. */
export function namesOf(pattern: string): ReadonlySet<string> | undefined {
  if (pattern === '') return new Set(['']);
  if (!pattern.startsWith('^') || !pattern.endsWith('$')) return undefined;
  const cursor = { text: pattern.slice(1, -1), at: 0 };
  try {
    const names = sequence(cursor);
    return cursor.at === cursor.text.length ? new Set(names) : undefined;
  } catch (error) {
    if (error instanceof Undecidable) return undefined;
    throw error;
  }
}

/** Alternatives up to the end of the group or text. */
function alternation(cursor: Cursor): string[] {
  const names = sequence(cursor);
  while (cursor.text[cursor.at] === '|') {
    cursor.at += 1;
    names.push(...sequence(cursor));
    if (names.length > mostNames) throw new Undecidable();
  }
  return names;
}

/** Literals and groups, one after another. At top level a `|` ends it: `^a|b$` is not anchored at both ends. */
function sequence(cursor: Cursor): string[] {
  let names = [''];
  for (;;) {
    const character = cursor.text[cursor.at];
    if (character === undefined || character === '|' || character === ')') return names;
    const parts = character === '(' ? group(cursor) : [literal(cursor, character)];
    if (names.length * parts.length > mostNames) throw new Undecidable();
    names = names.flatMap((name) => parts.map((part) => name + part));
  }
}

function group(cursor: Cursor): string[] {
  cursor.at += 1;
  const names = alternation(cursor);
  if (cursor.text[cursor.at] !== ')') throw new Undecidable();
  cursor.at += 1;
  return names;
}

function literal(cursor: Cursor, character: string): string {
  cursor.at += 1;
  if (character !== '\\') {
    if ('.^$[]{}*+?'.includes(character)) throw new Undecidable();
    return character;
  }
  const escaped = cursor.text[cursor.at];
  // A backslash before a letter or digit is a class or a reference, not that character.
  if (escaped === undefined || /[A-Za-z0-9]/.test(escaped)) throw new Undecidable();
  cursor.at += 1;
  return escaped;
}

/**
 * True if everything that `narrow` matches is matched by `wide`. False also where that cannot be told, so it errs
 * towards "a right is lost".
 */
export function covers(wide: string, narrow: string): boolean {
  if (wide === narrow || wide === '.*' || wide === '^.*$' || wide === '.*$' || wide === '^.*') return true;
  const wideParts = alternatives(wide);
  if (wideParts.includes('.*')) return true;
  const known = new Set(wideParts.flatMap((part) => [...(namesOf(part) ?? [])]));
  return alternatives(narrow).every((part) => {
    if (wideParts.includes(part)) return true;
    const names = namesOf(part);
    return names !== undefined && [...names].every((name) => name === '' || known.has(name));
  });
}

/** The alternatives at the top level of a pattern: `^a$|^b\..*` is two. */
function alternatives(pattern: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at];
    if (character === '\\') at += 1;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === '[') return [pattern];
    else if (character === '|' && depth === 0) {
      parts.push(pattern.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, pattern.slice(from)];
}
