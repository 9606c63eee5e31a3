import { type Bindings, nameOf } from './bindings.ts';
import { bare, is, type Node } from './tree.ts';

/** What an expression is known to be, from the file alone. Pure. */

/** How many names and operators are followed for one value: code that needs more is not read by people either, and names may go in circles. */
export interface Steps {
  left: number;
}

export function someSteps(): Steps {
  return { left: 300 };
}

/** False where there is no more. */
export function step(steps: Steps): boolean {
  steps.left -= 1;
  return steps.left >= 0;
}

/** The expression that a name stands for, or itself. */
export function followed(node: Node, bindings: Bindings, steps = someSteps()): Node {
  const here = bare(node);
  if (!step(steps)) return here;
  if (is(here, 'Identifier')) {
    const binding = bindings.of(here.name, here);
    if (binding?.init === undefined) return here;
    const init = followed(binding.init, bindings, steps);
    if (binding.path.length === 0) return init;
    return memberAt(init, binding.path, bindings, steps) ?? here;
  }
  if (is(here, 'MemberExpression')) {
    const key = keyOf(here, bindings, steps);
    const object = followed(here.object, bindings, steps);
    return (key === undefined ? undefined : memberAt(object, [key], bindings, steps)) ?? here;
  }
  return here;
}

function memberAt(object: Node, path: readonly string[], bindings: Bindings, steps: Steps): Node | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return object;
  if (!is(object, 'ObjectExpression')) return undefined;
  // What is spread may give it another value.
  if (object.properties.some((one) => !is(one, 'Property'))) return undefined;
  const found = object.properties.findLast(
    (one) => is(one, 'Property') && keyOf(one, bindings, steps) === key,
  );
  return is(found, 'Property')
    ? memberAt(followed(found.value, bindings, steps), rest, bindings, steps)
    : undefined;
}

/** The name of a property: `a.b`, `a['b']`, `{ b: … }`, `{ ['b']: … }`. */
export function keyOf(
  node: Node & { readonly computed: boolean; readonly key?: Node; readonly property?: Node },
  bindings: Bindings,
  steps = someSteps(),
): string | undefined {
  const key = node.key ?? node.property;
  if (key === undefined) return undefined;
  return node.computed ? constantText(key, bindings, steps) : nameOf(key);
}

/** A text in its parts; undefined where one is not known. */
export type Text = readonly (string | undefined)[];

/** Longer ones are no addresses, and no options. */
const longest = 10_000;

/** Undefined for what is no text, or not known to be one. */
export function textOf(node: Node, bindings: Bindings, steps = someSteps()): Text | undefined {
  const text = textAnew(node, bindings, steps);
  const length = text?.reduce((sum, part) => sum + 1 + (part?.length ?? 0), 0) ?? 0;
  return length > longest ? undefined : text;
}

function textAnew(node: Node, bindings: Bindings, steps: Steps): Text | undefined {
  if (!step(steps)) return undefined;
  const here = followed(node, bindings, steps);
  if (is(here, 'Literal')) return typeof here.value === 'string' ? [here.value] : undefined;
  if (is(here, 'TemplateLiteral')) {
    return here.quasis.flatMap((quasi, at) => {
      const hole = here.expressions[at];
      const inner = hole === undefined ? [] : (textOf(hole, bindings, steps) ?? [undefined]);
      return [is(quasi, 'TemplateElement') ? (quasi.value.cooked ?? quasi.value.raw) : '', ...inner];
    });
  }
  if (is(here, 'BinaryExpression') && here.operator === '+') return sumOf(here, bindings, steps);
  return undefined;
}

/** Only a sum with a text in it is a text. The left side may be as long as the file: from there on, since it may begin with a scheme. */
function sumOf(node: Node, bindings: Bindings, steps: Steps): Text | undefined {
  const terms: Node[] = [];
  let here = node;
  while (is(here, 'BinaryExpression') && here.operator === '+') {
    terms.push(here.right);
    here = bare(here.left);
  }
  const texts = [here, ...terms.reverse()].map((one) => textOf(one, bindings, steps));
  return texts.every((one) => one === undefined) ? undefined : texts.flatMap((one) => one ?? [undefined]);
}

/** A text that is known as a whole. */
export function constantText(node: Node, bindings: Bindings, steps = someSteps()): string | undefined {
  const text = textOf(node, bindings, steps);
  return text === undefined || text.includes(undefined) ? undefined : text.join('');
}

/** All that an expression may be, as far as it is a choice between things that stand there. */
export function choicesOf(node: Node, bindings: Bindings, steps = someSteps()): readonly Node[] {
  const here = followed(node, bindings, steps);
  const choices = (...some: readonly Node[]) => [
    ...new Set(some.flatMap((one) => choicesOf(one, bindings, steps))),
  ];
  if (!step(steps)) return [here];
  if (is(here, 'ConditionalExpression')) return choices(here.consequent, here.alternate);
  return is(here, 'LogicalExpression') ? choices(here.left, here.right) : [here];
}
