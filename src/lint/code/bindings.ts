import { type Binding, type Scopes, scopesIn } from './scopes.ts';
import { bare, functions, is, isThere, type Kind, type Node } from './tree.ts';
import type { Walked } from './walk.ts';

/** What a name stands for, within a file. Pure. */

export interface Bindings {
  /** Undefined where the name is of no binding of the file: a global. */
  of(name: string, at: Node): Binding | undefined;
}

/** Found when the first name is asked for: of most files none is. */
export function bindingsOf(walked: Walked): Bindings {
  let scopes: Scopes | undefined;
  return { of: (name, at) => (scopes ??= declaredIn(walked)).find(name, at) };
}

const declaring: readonly Kind[] = [
  ...functions,
  'CatchClause',
  'ClassDeclaration',
  'ImportDeclaration',
  'TSImportEqualsDeclaration',
  'VariableDeclaration',
];
const writing: readonly Kind[] = [
  'AssignmentExpression',
  'ForInStatement',
  'ForOfStatement',
  'UpdateExpression',
];

function declaredIn(walked: Walked): Scopes {
  const scopes = scopesIn(walked);
  const nodesOf = (kind: Kind) => walked.byKind.get(kind) ?? [];
  for (const node of declaring.flatMap(nodesOf)) {
    const kind = is(node, 'VariableDeclaration') && node.kind === 'var' ? 'var' : 'block';
    for (const { name, binding, scope } of declarationsIn(node, walked.parents))
      scopes.declare(name, binding, scope, kind);
  }
  for (const { name, at } of writing.flatMap(nodesOf).flatMap(writesIn)) scopes.forget(name, at);
  return scopes;
}

interface Declaration {
  readonly name: string;
  readonly binding: Binding;
  /** Declared in the scope around this. */
  readonly scope: Node;
}

function declarationsIn(node: Node, parents: Walked['parents']): Declaration[] {
  const around = parents.get(node) ?? node;
  if (is(node, 'VariableDeclaration')) {
    return node.declarations.flatMap((one) =>
      is(one, 'VariableDeclarator') ? namesIn(one.id, one.init ?? undefined, []).map(within(node)) : [],
    );
  }
  if (is(node, ...functions)) {
    const own = node.params.flatMap((param) => namesIn(param, undefined, [])).map(within(node));
    return [...own, ...(is(node, 'FunctionDeclaration') ? unknown(node.id, around) : [])];
  }
  if (is(node, 'ClassDeclaration')) return unknown(node.id, around);
  if (is(node, 'CatchClause'))
    return isThere(node.param) ? namesIn(node.param, undefined, []).map(within(node)) : [];
  if (is(node, 'ImportDeclaration'))
    return node.specifiers.flatMap((one) => imported(one, node.source, node));
  if (is(node, 'TSImportEqualsDeclaration') && is(node.moduleReference, 'TSExternalModuleReference'))
    return fromModule(node.id, node.moduleReference.expression, [], node);
  return [];
}

function within(scope: Node): (named: Omit<Declaration, 'scope'>) => Declaration {
  return (named) => ({ ...named, scope });
}

function unknown(id: Node | null | undefined, scope: Node): Declaration[] {
  return is(id, 'Identifier') ? [{ name: id.name, binding: { path: [], at: id }, scope }] : [];
}

function imported(specifier: Node, source: Node, at: Node): Declaration[] {
  if (is(specifier, 'ImportSpecifier')) {
    const name = nameOf(specifier.imported);
    return name === undefined ? [] : fromModule(specifier.local, source, [name], at);
  }
  return is(specifier, 'ImportDefaultSpecifier', 'ImportNamespaceSpecifier')
    ? fromModule(specifier.local, source, [], at)
    : [];
}

function fromModule(local: Node, source: Node, path: readonly string[], at: Node): Declaration[] {
  if (!is(local, 'Identifier') || !is(source, 'Literal') || typeof source.value !== 'string') return [];
  return [{ name: local.name, binding: { module: source.value, path, at }, scope: at }];
}

/** The names of a pattern, with the way to each. Bounded by the depth of the parser's own recursion. */
function namesIn(
  pattern: Node,
  init: Node | undefined,
  path: readonly string[],
): Omit<Declaration, 'scope'>[] {
  if (is(pattern, 'Identifier')) return [{ name: pattern.name, binding: { init, path, at: pattern } }];
  // With a default it may be one or the other.
  if (is(pattern, 'AssignmentPattern')) return namesIn(pattern.left, undefined, []);
  if (is(pattern, 'ObjectPattern')) {
    return pattern.properties.flatMap((one) => {
      if (!is(one, 'Property')) return restIn(one);
      const key = one.computed ? undefined : nameOf(one.key);
      return key === undefined ? namesIn(one.value, undefined, []) : namesIn(one.value, init, [...path, key]);
    });
  }
  return restIn(pattern);
}

/** Lists and rests: names without a known value. */
function restIn(pattern: Node): Omit<Declaration, 'scope'>[] {
  const { argument, elements, parameter } = pattern as Node & {
    readonly argument?: Node;
    readonly elements?: readonly (Node | null)[];
    readonly parameter?: Node;
  };
  return [argument, parameter, ...(elements ?? [])].flatMap((one) =>
    isThere(one) ? namesIn(one, undefined, []) : [],
  );
}

/** Of a key or a specifier that is written out. */
export function nameOf(key: Node): string | undefined {
  const { type, name, value } = key as Node & { readonly name?: unknown; readonly value?: unknown };
  if (type === 'Identifier') return typeof name === 'string' ? name : undefined;
  return type === 'Literal' && typeof value === 'string' ? value : undefined;
}

/** The names that are given another value later. */
function writesIn(node: Node): { name: string; at: Node }[] {
  const targets = (target: Node) =>
    namesIn(bare(target), undefined, []).map(({ name }) => ({ name, at: node }));
  if (is(node, 'AssignmentExpression')) return targets(node.left);
  if (is(node, 'UpdateExpression')) return targets(node.argument);
  return is(node, 'ForInStatement', 'ForOfStatement') && !is(node.left, 'VariableDeclaration')
    ? targets(node.left)
    : [];
}
