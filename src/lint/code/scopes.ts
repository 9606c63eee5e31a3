import { functions, type Node } from './tree.ts';
import type { Walked } from './walk.ts';

/** Where a name is known. Pure. */

/** A name that is given its value once: where that comes from. */
export interface Binding {
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
  readonly outer: Scope | undefined;
}

export interface Scopes {
  declare(name: string, binding: Binding, around: Node, kind: 'block' | 'var'): void;
  /** The name has another value, which nobody follows. */
  forget(name: string, at: Node): void;
  find(name: string, at: Node): Binding | undefined;
}

const holdsVar = new Set<string>([...functions, 'Program', 'StaticBlock', 'TSModuleBlock']);
const holdsBlock = new Set<string>([
  ...holdsVar,
  'BlockStatement',
  'CatchClause',
  'ForInStatement',
  'ForOfStatement',
  'ForStatement',
  'SwitchStatement',
]);

export function scopesIn({ parents }: Walked): Scopes {
  const around = climbing(parents);
  const owner = (name: string, at: Node): Scope | undefined => {
    let scope = around(at);
    while (scope !== undefined && !scope.names.has(name)) scope = scope.outer;
    return scope;
  };
  return {
    declare(name, binding, node, kind) {
      const scope = around(kind === 'var' ? above(node, holdsVar, parents) : node);
      // A second declaration is a second value.
      scope?.names.set(name, scope.names.has(name) ? { path: [], at: binding.at } : binding);
    },
    forget(name, at) {
      owner(name, at)?.names.set(name, { path: [], at });
    },
    find: (name, at) => owner(name, at)?.names.get(name),
  };
}

function above(node: Node, wanted: ReadonlySet<string>, parents: Walked['parents']): Node {
  let at = node;
  for (let up = parents.get(at); !wanted.has(at.type) && up !== undefined; up = parents.get(at)) at = up;
  return at;
}

/**
 * The scope around a node. It is kept for all nodes on the way: a chain of calls may be as long as the file, and would be climbed
 * anew for each of its arguments.
 */
function climbing(parents: Walked['parents']): (node: Node) => Scope | undefined {
  const known = new Map<Node, Scope | undefined>();
  const outermost: Scope = { names: new Map(), outer: undefined };
  return (node) => {
    const passed: Node[] = [];
    let at: Node | undefined = node;
    while (at !== undefined && !known.has(at)) {
      passed.push(at);
      at = parents.get(at);
    }
    let scope = at === undefined ? outermost : known.get(at);
    // From outside in, each scope is the outer one of the next.
    for (const one of passed.reverse()) {
      if (holdsBlock.has(one.type)) scope = { names: new Map(), outer: scope };
      known.set(one, scope);
    }
    return scope;
  };
}
