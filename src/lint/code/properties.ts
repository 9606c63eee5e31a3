import type { Code } from './rule.ts';
import { bare, is, isThere, type Node } from './tree.ts';
import { keyOf } from './values.ts';

/** A name that is given a value: in an object, by an assignment, in a class, as a default. */
export interface Given {
  readonly name: string;
  readonly key: Node;
  readonly value: Node;
}

/** All of a file; kept, since most rules ask. */
const known = new WeakMap<Code, readonly Given[]>();

export function givenIn(code: Code): readonly Given[] {
  const before = known.get(code);
  if (before !== undefined) return before;
  const { bindings } = code;
  const given: Given[] = [];
  const add = (name: string | undefined, key: Node, value: Node | null | undefined): void => {
    if (name !== undefined && isThere(value)) given.push({ name, key, value });
  };
  for (const node of code.nodesOf('Property', 'PropertyDefinition', 'MethodDefinition')) {
    // In a pattern, it is what the default gives.
    const isPattern = is(code.parentOf(node), 'ObjectPattern');
    const value = node.value;
    if (!isPattern) add(keyOf(node, bindings), node.key, value);
    else if (is(value, 'AssignmentPattern')) add(keyOf(node, bindings), node.key, value.right);
  }
  for (const node of code.nodesOf('AssignmentExpression')) {
    const left = bare(node.left);
    if (is(left, 'MemberExpression')) add(keyOf(left, bindings), left, node.right);
    else if (is(left, 'Identifier')) add(left.name, left, node.right);
  }
  for (const node of code.nodesOf('AssignmentPattern')) {
    const isInPattern = is(code.parentOf(node), 'Property');
    if (!isInPattern && is(node.left, 'Identifier')) add(node.left.name, node.left, node.right);
  }
  known.set(code, given);
  return given;
}
