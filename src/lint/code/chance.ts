import type { Bindings } from './bindings.ts';
import { bare, is, type Node } from './tree.ts';
import { followed, someSteps, step, type Steps } from './values.ts';

export type Chance = 'always' | 'sometimes' | 'never' | 'unknown';

/**
 * Whether an expression is `false`: from what it is computed by, where that always gives a boolean. What comes from elsewhere as it is, an
 * option of a caller, is unknown.
 */
export function isFalse(node: Node, bindings: Bindings, steps = someSteps()): Chance {
  if (!step(steps)) return 'unknown';
  const here = followed(node, bindings, steps);
  const chance = (one: Node) => isFalse(one, bindings, steps);
  if (is(here, 'Literal')) return here.value === false ? 'always' : 'never';
  if (is(here, 'UnaryExpression') && here.operator === '!') return isNot(here.argument, bindings, steps);
  if (is(here, 'BinaryExpression')) return isComparison(here.operator) ? comparison(here, chance) : 'unknown';
  if (is(here, 'ConditionalExpression')) return either(chance(here.consequent), chance(here.alternate));
  if (is(here, 'LogicalExpression')) {
    const [first, second] = [chance(here.left), chance(here.right)];
    if (here.operator !== '&&') return second === 'always' ? 'sometimes' : either(first, second);
    return first === 'always' ? 'always' : either(first, second);
  }
  return is(here, 'CallExpression') && is(here.callee, 'Identifier') && here.callee.name === 'Boolean'
    ? 'sometimes'
    : 'unknown';
}

function isNot(argument: Node, bindings: Bindings, steps: Steps): Chance {
  const inner = followed(argument, bindings, steps);
  if (is(inner, 'Literal')) return inner.value ? 'always' : 'never';
  // `!!x` is x, as far as can be seen.
  return is(inner, 'ObjectExpression', 'ArrayExpression') ? 'always' : 'sometimes';
}

function isComparison(operator: string): boolean {
  return /^(?:[=!]==?|[<>]=?|in|instanceof)$/.test(operator);
}

/** `given !== false` passes on what was given. */
function comparison(
  { left, right }: { readonly left: Node; readonly right: Node },
  chance: (node: Node) => Chance,
): Chance {
  const [a, b] = [bare(left), bare(right)];
  if (is(b, 'Literal') && typeof b.value === 'boolean') return chance(a);
  if (is(a, 'Literal') && typeof a.value === 'boolean') return chance(b);
  return 'sometimes';
}

function either(a: Chance, b: Chance): Chance {
  if (a === b) return a;
  const some = [a, b];
  return some.includes('always') || some.includes('sometimes') ? 'sometimes' : 'unknown';
}
