import { once } from './once.ts';
import type { Code } from './rule.ts';
import { bare, is, type Node, type Of } from './tree.ts';
import { isUsed } from './usage.ts';
import { type Text, textOf } from './values.ts';

/** Texts that are used as addresses, and not only compared, told or described. Pure. */

export interface Address {
  readonly node: Node;
  /** What is known of it, with `\0` for each part that is not. */
  readonly known: string;
}

/** Everything that begins with a scheme: literals, templates and sums, the whole of it once. */
export const addressesIn = once((code): readonly Address[] => [
  ...code
    .nodesOf('Literal')
    .filter((node) => typeof node.value === 'string' && node.value.includes('://') && !isPart(node, code))
    .flatMap((node) => addressOf(node, code)),
  ...code
    .nodesOf('TemplateLiteral', 'BinaryExpression')
    .filter((node) => !isPart(node, code) && mayBeAddress(node))
    .flatMap((node) => addressOf(node, code)),
]);

const scheme = /^\s*[a-z][a-z0-9+.-]{0,30}:\/\//i;
/** The same as far as a text goes that something is added to. */
const schemeSoFar = /^\s*(?:[a-z][a-z0-9+.-]{0,30}(?::(?:\/(?:\/.*)?)?)?)?$/is;

/** By its first part alone, since most templates and sums are something else. */
function mayBeAddress(node: Of<'TemplateLiteral' | 'BinaryExpression'>): boolean {
  if (is(node, 'BinaryExpression') && node.operator !== '+') return false;
  const start = startOf(node);
  const [first] = is(start, 'TemplateLiteral') ? start.quasis : [start];
  if (is(first, 'TemplateElement')) return schemeSoFar.test(first.value.cooked ?? first.value.raw);
  return is(first, 'Literal') ? schemeSoFar.test(String(first.value)) : true;
}

function knownOf(text: Text): string {
  return text.map((part) => part ?? '\0').join('');
}

function addressOf(node: Node, code: Code): Address[] {
  const text = textOf(node, code.bindings);
  if (text === undefined) return [];
  const known = knownOf(text);
  if (!isAddress(known) || !isUsed(node, code)) return [];
  const start = startOf(node);
  // What goes on from a name is told where the name gets its value.
  const before = start === node ? undefined : textOf(start, code.bindings);
  const isTold =
    is(start, 'Identifier', 'MemberExpression') && before !== undefined && isAddress(knownOf(before));
  return isTold ? [] : [{ node, known }];
}

/** Inside of a longer text, which is looked at as a whole. */
function isPart(node: Node, code: Code): boolean {
  const parent = code.parentOf(node);
  return is(parent, 'TemplateLiteral') || (is(parent, 'BinaryExpression') && parent.operator === '+');
}

/** What it begins with. */
function startOf(node: Node): Node {
  let start = bare(node);
  while (is(start, 'BinaryExpression')) start = bare(start.left);
  const [first, hole] = is(start, 'TemplateLiteral') ? [start.quasis[0], start.expressions[0]] : [];
  const isEmpty = is(first, 'TemplateElement') && first.value.raw === '';
  return isEmpty && hole !== undefined ? hole : start;
}

function isAddress(known: string): boolean {
  // A scheme alone is a word to compare with.
  return scheme.test(known) && known.replace(scheme, '') !== '';
}
