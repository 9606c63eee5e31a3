/**
 * Reads a pattern in the part of RabbitMQ's dialect that PCRE (up to Erlang 27) and PCRE2 (from 28) read alike and that any automaton
 * can decide. Both work on bytes here, and so does this. Everything else is refused with a reason. Pure.
 */

/** `true` for each of the 256 bytes that it stands for. */
export type Bytes = readonly boolean[];

export type Node =
  | { readonly is: 'bytes'; readonly bytes: Bytes }
  | { readonly is: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly is: 'choice'; readonly nodes: readonly Node[] }
  | {
      readonly is: 'repeat';
      readonly node: Node;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    }
  | { readonly is: 'start' | 'end' };

export interface Syntax {
  readonly node: Node;
  /** The character tables of the broker's engine say what a word is beyond ASCII: not judged here. */
  readonly asciiOnly: boolean;
}

/** Why a pattern is not judged, as a noun: `a look-around`. */
export class Undecidable extends Error {}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
  depth: number;
  asciiOnly: boolean;
}

/** PCRE stops at 250. */
const deepest = 200;

export function parse(pattern: string): Syntax {
  const cursor: Cursor = { bytes: Buffer.from(pattern, 'utf8'), at: 0, depth: 0, asciiOnly: false };
  const node = choice(cursor);
  if (cursor.at < cursor.bytes.length) throw new Undecidable('a closing parenthesis too many');
  return { node, asciiOnly: cursor.asciiOnly };
}

function choice(cursor: Cursor): Node {
  const nodes = [sequence(cursor)];
  while (peek(cursor) === '|') {
    cursor.at += 1;
    nodes.push(sequence(cursor));
  }
  const [only] = nodes;
  return nodes.length === 1 && only !== undefined ? only : { is: 'choice', nodes };
}

function sequence(cursor: Cursor): Node {
  const nodes: Node[] = [];
  for (;;) {
    const sign = peek(cursor);
    if (sign === '' || sign === '|' || sign === ')') return { is: 'sequence', nodes };
    nodes.push(repeated(cursor, atom(cursor, sign)));
  }
}

function atom(cursor: Cursor, sign: string): Node {
  switch (sign) {
    case '(':
      return group(cursor);
    case '[':
      return bytesNode(characterClass(cursor));
    case '\\':
      return bytesNode(escaped(cursor));
    case '^':
    case '$':
      cursor.at += 1;
      if (isQuantifier(cursor)) throw new Undecidable('a repeated anchor');
      return { is: sign === '^' ? 'start' : 'end' };
    case '*':
    case '+':
    case '?':
      throw new Undecidable('a quantifier with nothing to repeat');
    case '{':
      throw new Undecidable('a brace, which the engines read differently');
    case '\0':
      throw new Undecidable('a NUL character');
    default:
      return literal(cursor);
  }
}

/** A character of several bytes is as many atoms: a quantifier would be for its last byte. */
function literal(cursor: Cursor): Node {
  const byte = next(cursor);
  if (byte >= 0x80 && isQuantifier(cursor)) throw new Undecidable('a repeated character beyond ASCII');
  return byte === dot ? bytesNode(allBut(single(newline))) : bytesNode(single(byte));
}

function group(cursor: Cursor): Node {
  cursor.at += 1;
  const opening = peek(cursor);
  if (opening === '*') throw new Undecidable('a verb of the engine: (*…)');
  if (opening === '?') {
    if (String.fromCharCode(cursor.bytes[cursor.at + 1] ?? 0) !== ':')
      throw new Undecidable('an option, look-around, or other group that begins with (?');
    cursor.at += 2;
  }
  cursor.depth += 1;
  if (cursor.depth > deepest) throw new Undecidable('groups nested too deep');
  const inner = choice(cursor);
  cursor.depth -= 1;
  if (peek(cursor) !== ')') throw new Undecidable('a group that is not closed');
  cursor.at += 1;
  return inner;
}

function repeated(cursor: Cursor, node: Node): Node {
  if (!isQuantifier(cursor)) return node;
  const [least, most] = quantifier(cursor);
  const lazy = peek(cursor) === '?';
  if (lazy) cursor.at += 1;
  if (peek(cursor) === '+') throw new Undecidable('a possessive quantifier');
  if (isQuantifier(cursor)) throw new Undecidable('a quantifier of a quantifier');
  return { is: 'repeat', node, least, most, lazy };
}

function isQuantifier(cursor: Cursor): boolean {
  return ['*', '+', '?', '{'].includes(peek(cursor));
}

function quantifier(cursor: Cursor): readonly [least: number, most: number] {
  const sign = peek(cursor);
  if (sign !== '{') {
    cursor.at += 1;
    return sign === '?' ? [0, 1] : [sign === '+' ? 1 : 0, Infinity];
  }
  const ahead = String.fromCharCode(...cursor.bytes.subarray(cursor.at, cursor.at + '{255,255}'.length));
  const found = /^\{(\d{1,3})(,(\d{1,3})?)?\}/.exec(ahead);
  if (found === null) throw new Undecidable('a brace, which the engines read differently');
  const [whole, from = '', open, to] = found;
  cursor.at += whole.length;
  const least = Number(from);
  const most = open === undefined ? least : to === undefined ? Infinity : Number(to);
  if (most < least) throw new Undecidable('a quantifier out of order');
  return [least, most];
}

/** `\` before a letter or digit is a class or a reference; `\d` and `\w` are the ones that are known here. */
function escaped(cursor: Cursor): Bytes {
  cursor.at += 1;
  const byte = next(cursor);
  const sign = String.fromCharCode(byte);
  if (sign === 'd') return digits;
  if (sign === 'D') return allBut(digits);
  if (sign === 'w' || sign === 'W') {
    cursor.asciiOnly = true;
    return sign === 'w' ? word : allBut(word);
  }
  if (byte >= 0x80 || byte === 0 || /[A-Za-z0-9]/.test(sign))
    throw new Undecidable(`an escape or reference that is not known here: \\${sign}`);
  return single(byte);
}

/** `[abc]`, `[^.]`, `[a-z0-9_]`. What stands at a place where engines or readers may differ is refused. */
function characterClass(cursor: Cursor): Bytes {
  cursor.at += 1;
  const negated = peek(cursor) === '^';
  if (negated) cursor.at += 1;
  if (peek(cursor) === ']') throw new Undecidable('a class that begins with a bracket');
  const members: Bytes[] = [];
  for (let first = true; peek(cursor) !== ']'; first = false) members.push(member(cursor, first));
  cursor.at += 1;
  const all = anyOf(members);
  return negated ? allBut(all) : all;
}

function member(cursor: Cursor, first: boolean): Bytes {
  const sign = peek(cursor);
  if (sign === '\\') {
    const found = escaped(cursor);
    if (isRange(cursor)) throw new Undecidable('a range between escapes');
    return found;
  }
  const from = plain(cursor);
  if (sign === '-' && !first && peek(cursor) !== ']') throw new Undecidable('a dash inside of a class');
  if (!isRange(cursor)) return single(from);
  cursor.at += 1;
  const to = plain(cursor);
  if (to < from || sign === '-' || to === dash) throw new Undecidable('a range out of order');
  if (isRange(cursor)) throw new Undecidable('a dash inside of a class');
  return range(from, to);
}

/** A dash that is not the last of the class. */
function isRange(cursor: Cursor): boolean {
  return peek(cursor) === '-' && cursor.bytes[cursor.at + 1] !== closing;
}

function plain(cursor: Cursor): number {
  const sign = peek(cursor);
  if (sign === '[' || sign === '\\') throw new Undecidable('a class within a class');
  const byte = next(cursor);
  if (byte < 0x20 || byte >= 0x7f) throw new Undecidable('a class with characters beyond ASCII');
  return byte;
}

function peek({ bytes, at }: Cursor): string {
  const byte = bytes[at];
  return byte === undefined ? '' : String.fromCharCode(byte);
}

function next(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at];
  if (byte === undefined) throw new Undecidable('an end too early');
  cursor.at += 1;
  return byte;
}

const newline = 0x0a;
const dot = 0x2e;
const dash = 0x2d;
const closing = 0x5d;

function bytesNode(bytes: Bytes): Node {
  return { is: 'bytes', bytes };
}

function bytesWhere(holds: (byte: number) => boolean): Bytes {
  return Array.from({ length: 256 }, (_, byte) => holds(byte));
}

const singles = new Map<number, Bytes>();

/** The same object for the same byte: patterns are mostly of these. */
function single(byte: number): Bytes {
  const made = singles.get(byte) ?? bytesWhere((one) => one === byte);
  singles.set(byte, made);
  return made;
}

function range(from: number, to: number): Bytes {
  return bytesWhere((byte) => byte >= from && byte <= to);
}

function anyOf(all: readonly Bytes[]): Bytes {
  return bytesWhere((byte) => all.some((bytes) => bytes[byte]));
}

function allBut(bytes: Bytes): Bytes {
  return bytes.map((is) => !is);
}

const digits = range(0x30, 0x39);
const word = anyOf([digits, range(0x41, 0x5a), range(0x61, 0x7a), single(0x5f)]);
