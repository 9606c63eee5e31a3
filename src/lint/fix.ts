import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  type Node,
  parseDocument,
  Scalar,
  stringify,
  visit,
} from 'yaml';
import type { Position } from '../core/errors.ts';
import type { Edit } from '../core/rule.ts';
import type { TextFile } from '../topology/files.ts';
import { commentsIn } from './comments.ts';

/** Edits of the text itself, by offsets: comments and the form of everything else stay as they are. Pure. */

interface Cut {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The text after the edits that can be made; those that overlap another, or find something else in their place, are left out. */
export function edited({ text }: TextFile, edits: readonly Edit[]): string {
  const document = parseDocument(text, { intAsBigInt: true, uniqueKeys: false, prettyErrors: false });
  if (document.errors.length > 0) return text;
  const cuts = edits
    .flatMap((edit) => cutOf(text, document, edit))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  let done = '';
  let at = 0;
  for (const cut of cuts) {
    if (cut.from < at) continue;
    done += text.slice(at, cut.from) + cut.text;
    at = cut.to;
  }
  return done + text.slice(at);
}

function cutOf(text: string, document: Document, edit: Edit): Cut[] {
  const at = offsetOf(text, edit.at);
  switch (edit.is) {
    case 'replace':
      return replacement(document, at, edit.from, edit.to);
    case 'remove':
      return removal(text, document, at);
    case 'uncomment':
      return withoutComment(text, at, edit.to);
  }
}

function offsetOf(text: string, { line, column }: Position): number {
  let start = 0;
  for (let left = line; left > 1; left -= 1) {
    const end = text.indexOf('\n', start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  return start + column - 1;
}

/** Quotes stay what they are; a plain value gets some where it needs them. */
function replacement(document: Document, at: number, from: string, to: string): Cut[] {
  let found: Scalar | undefined;
  visit(document, {
    Scalar(_, node) {
      if (node.range?.[0] === at && String(node.value) === from) found = node;
    },
  });
  const range = found?.range;
  if (found === undefined || !range || found.anchor !== undefined) return [];
  if (found.type === Scalar.BLOCK_FOLDED || found.type === Scalar.BLOCK_LITERAL) return [];
  const scalar = new Scalar(to);
  if (found.type !== undefined) scalar.type = found.type;
  return [{ from: range[0], to: range[1], text: stringify(scalar, { lineWidth: 0 }).trimEnd() }];
}

interface Item {
  readonly from: number;
  readonly to: number;
  readonly flow: boolean;
  readonly index: number;
  readonly siblings: readonly unknown[];
}

/**
 * The entry of a mapping or a list that begins there. The last one of its mapping or list stays: nothing would be left to hold it. So
 * does one with a comment in it, which is for people to judge, and one with an anchor, which others may mean.
 */
function removal(text: string, document: Document, at: number): Cut[] {
  const item = itemAt(document, at);
  if (item === undefined || item.siblings.length < 2) return [];
  const isKept = ({ from, to }: Cut) =>
    /(?:^|[\s[{,])&\S/.test(text.slice(from, to)) ||
    commentsIn(text).some((comment) => comment.at >= from && comment.at < to);
  return cutsFor(text, item).filter((cut) => !isKept(cut));
}

function cutsFor(text: string, item: Item): Cut[] {
  if (!item.flow) return wholeLines(text, item);
  const next = rangeOf(item.siblings[item.index + 1]);
  if (next !== undefined) return [{ from: item.from, to: next[0], text: '' }];
  const before = rangeOf(item.siblings[item.index - 1]);
  return before === undefined ? [] : [{ from: before[1], to: item.to, text: '' }];
}

function itemAt(document: Document, at: number): Item | undefined {
  let found: Item | undefined;
  visit(document, {
    Collection(_, node) {
      for (const [index, item] of node.items.entries()) {
        const range = rangeOf(item);
        if (range?.[0] === at && found === undefined)
          found = { from: range[0], to: range[1], flow: node.flow === true, index, siblings: node.items };
      }
    },
  });
  return found;
}

function rangeOf(item: unknown): readonly [number, number] | undefined {
  if (isPair(item)) {
    const [key, value] = [item.key as Node | null, item.value as Node | null];
    if (!key?.range) return undefined;
    const end = value?.range ? value.range[1] : key.range[1];
    return [key.range[0], Math.max(end, key.range[1])];
  }
  if ((isScalar(item) || isCollection(item) || isAlias(item)) && item.range) {
    // Of a mapping within a list, its first key.
    const first = isMap(item) ? (item.items[0]?.key as Node | undefined)?.range?.[0] : undefined;
    return [
      isCollection(item) && item.flow === true ? item.range[0] : (first ?? item.range[0]),
      item.range[1],
    ];
  }
  return undefined;
}

/** An entry of a block goes with its lines, if they hold nothing else. */
function wholeLines(text: string, { from, to }: Item): Cut[] {
  const start = text.lastIndexOf('\n', from - 1) + 1;
  if (!/^\s*(?:-\s+)?$/.test(text.slice(start, from))) return [];
  const lineEnd = text.indexOf('\n', Math.max(from, to - 1));
  const end = lineEnd < 0 ? text.length : lineEnd + 1;
  if (!/^\s*(?:#.*)?$/.test(text.slice(to, end).trim())) return [];
  return [{ from: start, to: end, text: '' }];
}

/** A comment alone on its line goes with the line. */
function withoutComment(text: string, at: number, to: string | undefined): Cut[] {
  if (text[at] !== '#') return [];
  const lineEnd = text.indexOf('\n', at);
  const end = lineEnd < 0 ? text.length : lineEnd;
  const returned = text[end - 1] === '\r' ? end - 1 : end;
  if (to !== undefined) return [{ from: at, to: returned, text: to }];
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const before = text.slice(start, at);
  if (before.trim() === '') return [{ from: start, to: Math.min(text.length, end + 1), text: '' }];
  return [{ from: start + before.trimEnd().length, to: returned, text: '' }];
}
