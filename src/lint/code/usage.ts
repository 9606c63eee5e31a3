import type { Code } from './rule.ts';
import { bare, is, isWrapper, type Node } from './tree.ts';
import { constantText, keyOf } from './values.ts';

/** Whether a text is used as what it is, and not only compared, told or described. Pure. */

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
