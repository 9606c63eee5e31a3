import type { Code } from './rule.ts';
import { bare, is, isWrapper, type Node } from './tree.ts';
import { constantText, keyOf, type Text, textOf } from './values.ts';

/** Texts that are used as addresses, and not only compared, told or described. Pure. */

export interface Address {
  readonly node: Node;
  /** What is known of it, with `\0` for each part that is not. */
  readonly known: string;
}

const kept = new WeakMap<Code, readonly Address[]>();

/** Everything that begins with a scheme: literals, templates and sums, the whole of it once. */
export function addressesIn(code: Code): readonly Address[] {
  const before = kept.get(code);
  if (before !== undefined) return before;
  const found = code
    .nodesOf('Literal', 'TemplateLiteral', 'BinaryExpression')
    .flatMap((node) => addressOf(node, code));
  kept.set(code, found);
  return found;
}

const scheme = /^\s*[a-z][a-z0-9+.-]{0,30}:\/\//i;

function knownOf(text: Text): string {
  return text.map((part) => part ?? '\0').join('');
}

function addressOf(node: Node, code: Code): Address[] {
  if (is(node, 'Literal') && (typeof node.value !== 'string' || !node.value.includes('://'))) return [];
  if (isPart(node, code)) return [];
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

/** Methods whose first argument is looked for in another text. */
const looksFor = new Set([
  'endsWith',
  'equals',
  'includes',
  'indexOf',
  'lastIndexOf',
  'localeCompare',
  'match',
  'replace',
  'replaceAll',
  'search',
  'split',
  'startsWith',
  'test',
]);
const tells = new Set([
  'debug',
  'describe',
  'error',
  'example',
  'fatal',
  'info',
  'log',
  'trace',
  'verbose',
  'warn',
  'write',
]);
const aside = new Set([
  'description',
  'errorMessage',
  'example',
  'examples',
  'help',
  'hint',
  'message',
  'placeholder',
  'title',
]);

/** What stands around it decides: from inside out, to the first thing that is neither a wrapper nor a choice. */
export function isUsed(node: Node, code: Code): boolean {
  let inner = node;
  for (let outer = code.parentOf(inner); outer !== undefined; outer = code.parentOf(inner)) {
    const verdict = verdictOf(inner, outer, code);
    if (verdict !== undefined) return verdict;
    inner = outer;
  }
  return true;
}

function verdictOf(inner: Node, outer: Node, code: Code): boolean | undefined {
  if (isWrapper(outer) || is(outer, 'ConditionalExpression', 'LogicalExpression', 'ArrayExpression'))
    return undefined;
  if (is(outer, 'BinaryExpression')) return outer.operator === '+' ? undefined : false;
  if (is(outer, 'CallExpression', 'NewExpression')) return isUsedBy(inner, outer, code);
  if (is(outer, 'Property', 'PropertyDefinition')) {
    if (outer.key === inner) return false;
    return aside.has(keyOf(outer, code.bindings) ?? '') ? false : true;
  }
  if (is(outer, 'MemberExpression')) return outer.object === inner ? undefined : false;
  const { type } = outer;
  return !(
    type === 'SwitchCase' ||
    type === 'ExpressionStatement' ||
    type.startsWith('JSX') ||
    /^(?:Import|Export)/.test(type)
  );
}

function isUsedBy(
  inner: Node,
  call: Node & { readonly callee: Node; readonly arguments: readonly Node[] },
  { bindings }: Code,
): boolean {
  const callee = bare(call.callee);
  const first = call.arguments[0] === inner;
  if (is(callee, 'MemberExpression')) {
    const method = keyOf(callee, bindings) ?? '';
    if (callee === inner) return false;
    return !(tells.has(method) || (first && looksFor.has(method)));
  }
  return (
    !(is(callee, 'Identifier') && /Error$|^RegExp$/.test(callee.name)) &&
    constantText(callee, bindings) === undefined
  );
}

/** A template for a part of it: parsers differ in where that begins. */
export function wholeOf(node: Node, code: Code): Node {
  return is(node, 'TemplateElement') ? (code.parentOf(node) ?? node) : node;
}
