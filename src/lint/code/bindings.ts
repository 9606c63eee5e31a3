import { bare, is, isThere, type Node, type Walked } from './tree.ts';

/** What a name stands for, within a file. Pure. */

/** A name that is given its value once: where that comes from. */
interface Binding {
  /** The expression that gives it its value; undefined where that is not known. */
  readonly init?: Node | undefined;
  /** From the value of `init` to its own: `['Kafka']` in `const { Kafka } = require('kafkajs')`. */
  readonly path: readonly string[];
  /** The module, where it is imported. */
  readonly module?: string | undefined;
  /** Where it is imported. */
  readonly at: Node;
}

interface Scope {
  readonly names: Map<string, Binding>;
}

const functions = ['ArrowFunctionExpression', 'FunctionDeclaration', 'FunctionExpression'] as const;
const opensScope = new Set<string>([
  ...functions,
  'BlockStatement',
  'CatchClause',
  'ClassBody',
  'ForInStatement',
  'ForOfStatement',
  'ForStatement',
  'Program',
  'StaticBlock',
  'SwitchStatement',
  'TSModuleBlock',
]);
const holdsVar = new Set<string>([...functions, 'Program', 'StaticBlock', 'TSModuleBlock']);

export interface Bindings {
  /** Undefined where the name is of no binding of the file: a global. */
  of(name: string, at: Node): Binding | undefined;
  readonly imports: readonly Binding[];
}

export function bindingsOf(walked: Walked): Bindings {
  const { nodes, parents } = walked;
  const scopes = new Map<Node, Scope>();
  const imports: Binding[] = [];
  const scopeAt = (node: Node, wanted: ReadonlySet<string>): Scope => {
    let at: Node = node;
    for (let up = parents.get(at); !wanted.has(at.type) && up !== undefined; up = parents.get(at)) at = up;
    const scope = scopes.get(at) ?? { names: new Map<string, Binding>() };
    scopes.set(at, scope);
    return scope;
  };
  const declare = (scope: Scope, name: string, binding: Binding) => {
    // A second declaration is a second value.
    scope.names.set(name, scope.names.has(name) ? { path: [], at: binding.at } : binding);
  };
  for (const node of nodes) {
    for (const { name, binding, scope } of declarationsIn(node, parents)) {
      declare(
        scopeAt(scope, binding.module === undefined && isVar(node) ? holdsVar : opensScope),
        name,
        binding,
      );
      if (binding.module !== undefined) imports.push(binding);
    }
  }
  const owner = (name: string, at: Node): Scope | undefined => {
    for (let node: Node | undefined = at; node !== undefined; node = parents.get(node)) {
      const scope = scopes.get(node);
      if (scope?.names.has(name) === true) return scope;
    }
    return undefined;
  };
  for (const { name, at } of nodes.flatMap(writesIn)) {
    const scope = owner(name, at);
    if (scope !== undefined) scope.names.set(name, { path: [], at });
  }
  return { of: (name, at) => owner(name, at)?.names.get(name), imports };
}

interface Declaration {
  readonly name: string;
  readonly binding: Binding;
  /** Declared in the scope around this. */
  readonly scope: Node;
}

function isVar(node: Node): boolean {
  return is(node, 'VariableDeclaration') && node.kind === 'var';
}

function declarationsIn(node: Node, parents: Walked['parents']): Declaration[] {
  const around = parents.get(node) ?? node;
  if (is(node, 'VariableDeclaration')) {
    return node.declarations.flatMap((one) =>
      is(one, 'VariableDeclarator') ? namesIn(one.id, one.init ?? undefined, []).map(in_(node)) : [],
    );
  }
  if (is(node, ...functions)) {
    const own = node.params.flatMap((param) => namesIn(param, undefined, [])).map(in_(node));
    return [...own, ...(is(node, 'FunctionDeclaration') ? unknown(node.id, around) : [])];
  }
  if (is(node, 'ClassDeclaration')) return unknown(node.id, around);
  if (is(node, 'CatchClause'))
    return isThere(node.param) ? namesIn(node.param, undefined, []).map(in_(node)) : [];
  if (is(node, 'ImportDeclaration'))
    return node.specifiers.flatMap((one) => imported(one, node.source, node));
  if (is(node, 'TSImportEqualsDeclaration') && is(node.moduleReference, 'TSExternalModuleReference'))
    return fromModule(node.id, node.moduleReference.expression, [], node);
  return [];
}

function in_(scope: Node): (named: Omit<Declaration, 'scope'>) => Declaration {
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
