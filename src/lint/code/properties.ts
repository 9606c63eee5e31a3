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
      ...code.nodesOf('ObjectExpression').flatMap(byObject(code)),
      ...code.nodesOf('ObjectPattern').flatMap(byPattern(code)),
      ...code.nodesOf('PropertyDefinition', 'MethodDefinition').flatMap(byProperty(code)),
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

function byObject({ bindings }: Code) {
  return (object: Of<'ObjectExpression'>): Given[] => {
    const found: Given[] = [];
    for (const one of object.properties) {
      const name = is(one, 'Property') ? keyOf(one, bindings) : undefined;
      if (is(one, 'Property') && name !== undefined)
        found.push({ name, key: one.key, value: one.value, object });
    }
    return found;
  };
}

/** In a pattern, it is what the default gives. */
function byPattern({ bindings }: Code) {
  return ({ properties }: Of<'ObjectPattern'>): Given[] =>
    properties.flatMap((one) =>
      is(one, 'Property') && is(one.value, 'AssignmentPattern')
        ? valued(keyOf(one, bindings), one.key, one.value.right)
        : [],
    );
}

function byProperty({ bindings }: Code) {
  return (node: Of<'PropertyDefinition' | 'MethodDefinition'>): Given[] =>
    valued(keyOf(node, bindings), node.key, node.value);
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
