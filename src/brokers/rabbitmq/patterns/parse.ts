/**
 * Reads patterns of the simple forms that mqwarden writes: back to the finite set of names that they match, or side by side to see
 * which one matches more. Anything else is undecidable here. Pure.
 */

/** Past so many names a pattern counts as undecidable: it is not one of ours. */
const mostNames = 20_000;

interface Cursor {
  readonly text: string;
  at: number;
}

class Undecidable extends Error {}

/** How single characters are read, and what may follow a group. */
interface Dialect {
  /** One character, class or escape at the cursor, as it stands in the result. */
  single(cursor: Cursor, character: string): string;
  /** The quantifier at the cursor, or ''. */
  quantifier(cursor: Cursor): string;
}

/** The names that `pattern` matches, or undefined if that is not a finite set that can be read off. */
export function namesOf(pattern: string): ReadonlySet<string> | undefined {
  if (pattern === '') return new Set(['']);
  if (!pattern.startsWith('^') || !pattern.endsWith('$')) return undefined;
  const cursor = { text: pattern.slice(1, -1), at: 0 };
  const names = orUndecided(() => sequence(cursor, literals));
  return names === undefined || cursor.at < cursor.text.length ? undefined : new Set(names);
}

/** `^(a|b\..*)$|^c$` as `^a$`, `^b\..*$` and `^c$`: patterns that together match the same. Undefined where that cannot be told. */
function spread(pattern: string): readonly string[] | undefined {
  const cursor = { text: pattern, at: 0 };
  const texts = orUndecided(() => alternation(cursor, patterns));
  return cursor.at < pattern.length ? undefined : texts;
}

function orUndecided<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Undecidable) return undefined;
    throw error;
  }
}

/** Alternatives up to the end of the group or text. */
function alternation(cursor: Cursor, dialect: Dialect): string[] {
  const found = sequence(cursor, dialect);
  while (cursor.text[cursor.at] === '|') {
    cursor.at += 1;
    found.push(...sequence(cursor, dialect));
    if (found.length > mostNames) throw new Undecidable();
  }
  return found;
}

/** Characters and groups, one after another. At top level a `|` ends it: `^a|b$` is not anchored at both ends. */
function sequence(cursor: Cursor, dialect: Dialect): string[] {
  let found = [''];
  for (;;) {
    const character = cursor.text[cursor.at];
    if (character === undefined || character === '|' || character === ')') return found;
    const parts = character === '(' ? group(cursor, dialect) : [dialect.single(cursor, character)];
    if (found.length * parts.length > mostNames) throw new Undecidable();
    found = found.flatMap((start) => parts.map((part) => start + part));
  }
}

function group(cursor: Cursor, dialect: Dialect): string[] {
  const from = cursor.at;
  cursor.at += cursor.text.startsWith('(?:', from) ? '(?:'.length : 1;
  // What else begins so is an option, an assertion, a verb.
  if (['?', '*'].includes(cursor.text[cursor.at] ?? '')) throw new Undecidable();
  const inner = alternation(cursor, dialect);
  if (cursor.text[cursor.at] !== ')') throw new Undecidable();
  cursor.at += 1;
  return dialect.quantifier(cursor) === '' ? inner : [cursor.text.slice(from, cursor.at)];
}

const literals: Dialect = {
  single(cursor, character) {
    if (character === '\\') return escaped(cursor);
    if ('.^$[]{}*+?'.includes(character)) throw new Undecidable();
    cursor.at += 1;
    return character;
  },
  // A quantifier is no literal: the next character is refused.
  quantifier: () => '',
};

const patterns: Dialect = {
  single(cursor, character) {
    const from = cursor.at;
    if ('{}]*+?'.includes(character)) throw new Undecidable();
    if (character === '\\') escaped(cursor);
    else if (character === '[') matched(cursor, /\[\^?[^\\[\]^]+\]/y);
    else cursor.at += 1;
    if (character !== '^' && character !== '$') patterns.quantifier(cursor);
    return cursor.text.slice(from, cursor.at);
  },
  quantifier(cursor) {
    // In braces it could be literal text: which one PCRE takes it for is not judged here.
    if (cursor.text[cursor.at] === '{') throw new Undecidable();
    return matched(cursor, /(?:[*+?]\??)?/y);
  },
};

function matched(cursor: Cursor, expression: RegExp): string {
  expression.lastIndex = cursor.at;
  const found = expression.exec(cursor.text)?.[0];
  if (found === undefined) throw new Undecidable();
  cursor.at += found.length;
  return found;
}

function escaped(cursor: Cursor): string {
  const sign = cursor.text[cursor.at + 1];
  // A backslash before a letter or digit is a class or a reference, not that character.
  if (sign === undefined || /[A-Za-z0-9]/.test(sign)) throw new Undecidable();
  cursor.at += 2;
  return sign;
}

const universal: ReadonlySet<string> = new Set(['.*', '^.*', '.*$', '^.*$']);

/**
 * True if everything that `narrow` matches is matched by `wide`. False also where that cannot be told, so it errs
 * towards "a right is lost".
 */
export function covers(wide: string, narrow: string): boolean {
  if (wide === narrow || universal.has(wide) || isNothing(narrow)) return true;
  if (isNothing(wide)) return false;
  const parts = new Set(spread(wide));
  if ([...parts].some((part) => universal.has(part))) return true;
  const names = new Set([...parts].flatMap((part) => [...(namesOf(part) ?? [])]));
  // What could be spread is written in what PCRE and JavaScript read alike, at least where a name is ASCII.
  const expression = parts.size === 0 ? undefined : compiled(wide);
  return (spread(narrow) ?? [narrow]).every((part) => {
    if (parts.has(part)) return true;
    // Beside others, an empty alternative matches everything.
    const told = part === '' ? undefined : namesOf(part);
    if (told === undefined) return false;
    return [...told].every((name) => names.has(name) || (isAscii(name) && expression?.test(name) === true));
  });
}

/** The broker takes '' for `^$`, and a topic permission says with it that no key is allowed. */
function isNothing(pattern: string): boolean {
  return pattern === '' || pattern === '^$';
}

function compiled(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern);
  } catch {
    return undefined;
  }
}

function isAscii(name: string): boolean {
  return /^[\x20-\x7e]*$/.test(name);
}
