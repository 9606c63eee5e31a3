import { isSecretKey } from '../secrets.ts';
import { once } from './once.ts';
import type { Code } from './rule.ts';
import { bare, is, isThere, type Node, type Of } from './tree.ts';
import { keyOf } from './values.ts';

/** What names are given, in a whole file. Pure. */

/** A name that is given a value: in an object, by an assignment, in a class, as a default. */
export interface Given {
  readonly name: string;
  readonly key: Node;
  readonly value: Node;
  /** The object that it is a property of, if it is. */
  readonly object?: Of<'ObjectExpression'> | undefined;
}

/** By name, since a rule asks for few of a file's thousands. */
const given = once((code): ReadonlyMap<string, readonly Given[]> =>
  Map.groupBy(
    [
      ...code.nodesOf('Property', 'PropertyDefinition', 'MethodDefinition').flatMap(byProperty(code)),
      ...code.nodesOf('AssignmentExpression').flatMap(byAssignment(code)),
      ...code.nodesOf('AssignmentPattern').flatMap(byDefault(code)),
    ],
    ({ name }) => name,
  ),
);

/** All that is given to these names. */
export function givenTo(names: Iterable<string>, code: Code): readonly Given[] {
  return [...names].flatMap((name) => given(code).get(name) ?? []);
}

/** All that is given to a name of a secret, also where that is declared. */
export const secretsGivenIn = once((code): readonly Given[] => {
  const names = [...given(code).keys()].filter(isSecretKey);
  const declared = code
    .nodesOf('VariableDeclarator')
    .flatMap(({ id, init }) =>
      is(id, 'Identifier') && isSecretKey(id.name) ? valued(id.name, id, init) : [],
    );
  return [...givenTo(names, code), ...declared];
});

function valued(name: string | undefined, key: Node, value: Node | null | undefined): Given[] {
  return name === undefined || !isThere(value) ? [] : [{ name, key, value }];
}

function byProperty(code: Code) {
  return (node: Of<'Property' | 'PropertyDefinition' | 'MethodDefinition'>): Given[] => {
    const { key, value } = node;
    const around = is(node, 'Property') ? code.parentOf(node) : undefined;
    // In a pattern, it is what the default gives.
    const init = !is(around, 'ObjectPattern')
      ? value
      : is(value, 'AssignmentPattern')
        ? value.right
        : undefined;
    if (!isThere(init)) return [];
    const object = is(around, 'ObjectExpression') ? around : undefined;
    return valued(keyOf(node, code.bindings), key, init).map((one) => ({ ...one, object }));
  };
}

function byAssignment({ bindings }: Code) {
  return (node: Of<'AssignmentExpression'>): Given[] => {
    const left = bare(node.left);
    if (is(left, 'MemberExpression')) return valued(keyOf(left, bindings), left, node.right);
    return is(left, 'Identifier') ? valued(left.name, left, node.right) : [];
  };
}

function byDefault(code: Code) {
  return (node: Of<'AssignmentPattern'>): Given[] => {
    const isInPattern = is(code.parentOf(node), 'Property');
    return !isInPattern && is(node.left, 'Identifier') ? valued(node.left.name, node.left, node.right) : [];
  };
}
