import { type Document, isAlias, isMap, isScalar, isSeq, type Pair, parseDocument, Scalar } from 'yaml';
import type { Problem } from '../core/errors.ts';
import { type Place, positionAt, type Source, sourceOf } from './places.ts';
import { syntaxProblems } from './syntax.ts';

/** What a YAML file may hold. Integers past 2^53 stay bigint so that none is rounded. */
export type Data = string | number | bigint | boolean | null | readonly Data[] | DataObject;
export interface DataObject {
  readonly [key: string]: Data;
}

/** One file as plain data, with the places of everything in it. */
export interface ParsedFile {
  readonly source: Source;
  /** Undefined where the file could not be read as data: then there are problems. */
  readonly data: Data | undefined;
  readonly root: Place;
  readonly problems: readonly Problem[];
}

/** Deeper than any topology, and far from the end of the stack. */
const maxDepth = 64;
/** Values that aliases may add to a file: a few lines of aliases of aliases could otherwise fill the memory. */
const maxAliased = 100_000;
/** A broken file has one mistake and a hundred consequences of it. */
const maxSyntaxProblems = 10;

/** An escape such as "\\ud800" alone: no address, no request and no broker could carry it. */
const notText = 'is not well-formed unicode';
const notTextHint = 'an escape from \\ud800 to \\udfff stands for half a character: write the character itself';

const top: Place = { at: 0, key: 0 };

/** Parses one YAML document. Pure; never throws for what the text holds: what is wrong is in `problems`. */
export function parseFile(file: string, text: string): ParsedFile {
  const source = sourceOf(file, text);
  const failed = (...problems: Problem[]): ParsedFile => ({ source, data: undefined, root: top, problems });
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    const hint = 'a topology is YAML in UTF-8; was another file given a .yaml name?';
    return failed({ message: 'the file is not text', position: positionAt(source, nul), hint });
  }
  const document = parseDocument(text, {
    intAsBigInt: true,
    prettyErrors: false,
    // The library compares each key with all others; the walk below does it in one pass, and knows both places.
    uniqueKeys: false,
    resolveKnownTags: false,
    // Not 'silent': that would let the second document of a file go unmentioned.
    logLevel: 'error',
  });
  if (document.errors.length > 0) {
    return failed(...syntaxProblems(document.errors, source).slice(0, maxSyntaxProblems));
  }
  return walkDocument(document, source);
}

function walkDocument(document: Document.Parsed, source: Source): ParsedFile {
  const walk: Walk = { source, problems: [], anchors: new Map(), open: new Set(), aliased: 0, inAlias: 0 };
  if (isEmpty(document.contents)) {
    const hint = 'delete the file, or write at least: version: 1';
    const problem = { message: 'the file is empty', position: positionAt(source, 0), hint };
    return { source, data: undefined, root: top, problems: [problem] };
  }
  const [data, root] = visit(walk, document.contents, top.key, 0);
  return { source, data, root: { ...root, at: 0 }, problems: walk.problems };
}

function isEmpty(node: unknown): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

interface Walk {
  readonly source: Source;
  readonly problems: Problem[];
  readonly anchors: Map<string, unknown>;
  /** The anchored nodes that the walk is inside of: an alias of one of them would never end. */
  readonly open: Set<unknown>;
  /** How many values came from aliases so far. */
  aliased: number;
  /** How many aliases the walk is inside of: its positions are then that of the outermost one. */
  inAlias: number;
}

type Visited = readonly [Data, Place];

function report(walk: Walk, offset: number, message: string, hint?: string): void {
  tell(walk, { message, position: positionAt(walk.source, offset), hint });
}

/** More than that nobody reads, and they would fill the memory. */
const maxProblems = 1_000;

function tell({ problems }: Walk, problem: Problem): void {
  if (problems.length < maxProblems) problems.push(problem);
  if (problems.length !== maxProblems - 1) return;
  problems.push({ ...problem, message: 'there is more that is wrong from here on', hint: 'repair what is told before it first' });
}

/** The data of a node; `key` is where it would be looked for: the offset of its key, or for aliases of the alias. */
function visit(walk: Walk, node: unknown, key: number, depth: number): Visited {
  const own = walk.inAlias > 0 ? key : (offsetOf(node) ?? key);
  if (walk.inAlias > 0 && ++walk.aliased > maxAliased) {
    if (walk.aliased === maxAliased + 1) report(walk, own, `aliases repeat more than ${maxAliased} values`);
    return [null, { at: own, key }];
  }
  if (depth > maxDepth) {
    report(walk, own, `nested more than ${maxDepth} levels deep`);
    return [null, { at: own, key }];
  }
  if (isAlias(node)) return visitAlias(walk, node.source, own, key, depth);
  if (!isScalar(node) && !isMap(node) && !isSeq(node)) return [null, { at: key, key }];
  if (node.tag !== undefined) {
    report(walk, own, 'tags are not supported', 'remove the word that begins with "!", or put quotes around the text');
  }
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, node);
  if (isScalar(node)) return visitScalar(walk, node, own, key);
  walk.open.add(node);
  const visited = isMap(node)
    ? visitMap(walk, node.items, key, depth)
    : visitSeq(walk, node.items, key, depth);
  walk.open.delete(node);
  return visited;
}

function offsetOf(node: unknown): number | undefined {
  if (!isScalar(node) && !isMap(node) && !isSeq(node) && !isAlias(node)) return undefined;
  return node.range?.[0];
}

function visitAlias(walk: Walk, anchor: string, own: number, key: number, depth: number): Visited {
  const target = walk.anchors.get(anchor);
  if (target === undefined || walk.open.has(target)) {
    // Without its name, which may be a password that begins with "*".
    const why = target === undefined ? 'has no anchor before it' : 'stands inside what it repeats';
    report(walk, own, `an alias ${why}`, 'text that begins with "*" needs quotes');
    return [null, { at: own, key }];
  }
  walk.inAlias += 1;
  const [data, place] = visit(walk, target, own, depth + 1);
  walk.inAlias -= 1;
  return [data, { ...place, key }];
}

function visitScalar(walk: Walk, node: Scalar, own: number, key: number): Visited {
  const { value } = node;
  if (value === null || value === undefined) return [null, { at: key, key }];
  const place = { at: own, key };
  if (typeof value === 'bigint') return [Number.isSafeInteger(Number(value)) ? Number(value) : value, place];
  if (typeof value === 'number' && !Number.isFinite(value)) {
    report(walk, own, 'not a finite number');
    return [null, place];
  }
  if (typeof value === 'string' && !value.isWellFormed()) {
    report(walk, own, notText, notTextHint);
    return ['', place];
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [value, place];
  report(walk, own, 'must be text, a number, true or false');
  return [null, place];
}

function visitSeq(walk: Walk, items: readonly unknown[], key: number, depth: number): Visited {
  const children = new Map<number, Place>();
  const data = items.map((item, index) => {
    const at = walk.inAlias > 0 ? key : (offsetOf(item) ?? key);
    const [value, place] = visit(walk, item, at, depth + 1);
    children.set(index, place);
    return value;
  });
  return [data, { at: key, key, children }];
}

function visitMap(walk: Walk, pairs: readonly Pair[], key: number, depth: number): Visited {
  const children = new Map<string, Place>();
  const data: Record<string, Data> = {};
  for (const pair of pairs) {
    const at = walk.inAlias > 0 ? key : (offsetOf(pair.key) ?? key);
    const name = keyOf(walk, pair.key, at);
    if (name === undefined) continue;
    const first = children.get(name);
    if (first !== undefined) {
      const related = [{ message: 'first here', position: positionAt(walk.source, first.key) }];
      const position = positionAt(walk.source, at);
      tell(walk, { message: `the key ${JSON.stringify(name)} stands here twice`, position, related });
      continue;
    }
    const [value, place] = visit(walk, pair.value, at, depth + 1);
    data[name] = value;
    children.set(name, place);
  }
  return [data, { at: key, key, children }];
}

/** The text of a key, or undefined if it is none that a topology may have. */
function keyOf(walk: Walk, node: unknown, at: number): string | undefined {
  if (!isScalar(node) || typeof node.value !== 'string') {
    report(walk, at, 'a key must be text', 'put quotes around it: "404", "true", "null"');
    return undefined;
  }
  if (!node.value.isWellFormed()) {
    report(walk, at, notText, notTextHint);
    return undefined;
  }
  if (node.tag !== undefined) {
    report(walk, at, 'tags are not supported', 'remove the word that begins with "!"');
    return undefined;
  }
  if (node.anchor !== undefined) walk.anchors.set(node.anchor, node);
  if (node.value === '<<' && node.type === Scalar.PLAIN) {
    report(walk, at, 'merge keys (<<) are not supported', 'write the settings out, or alias a whole value (*name)');
    return undefined;
  }
  if (node.value === '__proto__') {
    report(walk, at, 'the key "__proto__" is not allowed');
    return undefined;
  }
  return node.value;
}
