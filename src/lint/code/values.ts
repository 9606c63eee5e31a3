import { type Bindings, nameOf } from './bindings.ts';
import { bare, is, type Node } from './tree.ts';

/** What an expression is known to be, from the file alone. Pure. */

/** How many names and operators are followed for one value: code that needs more is not read by people either, and names may go in circles. */
interface Steps {
  left: number;
}

function someSteps(): Steps {
  return { left: 300 };
}

/** False where there is no more. */
function step(steps: Steps): boolean {
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

/** Where a value comes from: a module or a global, and the way from there. */
interface Origin {
  /** `kafkajs`, `process`; without `node:`. */
  readonly from: string;
  readonly path: readonly string[];
  readonly isGlobal: boolean;
}

export function originOf(node: Node, bindings: Bindings, steps = someSteps()): Origin | undefined {
  const here = bare(node);
  if (!step(steps)) return undefined;
  if (is(here, 'Identifier')) {
    const binding = bindings.of(here.name, here);
    if (binding === undefined) return global([here.name]);
    if (binding.module !== undefined) return fromModule(binding.module, binding.path);
    const init = binding.init === undefined ? undefined : originOf(binding.init, bindings, steps);
    return init === undefined ? undefined : below(init, binding.path);
  }
  if (is(here, 'MemberExpression')) {
    const key = keyOf(here, bindings, steps);
    const object = key === undefined ? undefined : originOf(here.object, bindings, steps);
    return object === undefined || key === undefined ? undefined : below(object, [key]);
  }
  if (is(here, 'AwaitExpression')) {
    const source = bare(here.argument);
    return is(source, 'ImportExpression') ? required(source.source, bindings, steps) : undefined;
  }
  return is(here, 'CallExpression') && isRequire(here.callee, bindings)
    ? required(here.arguments[0], bindings, steps)
    : undefined;
}

function isRequire(callee: Node, bindings: Bindings): boolean {
  return (
    is(callee, 'Identifier') && callee.name === 'require' && bindings.of('require', callee) === undefined
  );
}

function required(source: Node | undefined, bindings: Bindings, steps: Steps): Origin | undefined {
  const name = source === undefined ? undefined : constantText(source, bindings, steps);
  return name === undefined ? undefined : fromModule(name, []);
}

/** A default export and the module itself are the same to whoever mixes both kinds of modules. */
function fromModule(module: string, path: readonly string[]): Origin {
  return {
    from: module.replace(/^node:/, ''),
    path: path.filter((step) => step !== 'default'),
    isGlobal: false,
  };
}

const globalObjects = ['globalThis', 'global'];

function global(path: readonly string[]): Origin | undefined {
  const [first, ...rest] = globalObjects.includes(path[0] ?? '') ? path.slice(1) : path;
  return first === undefined
    ? { from: 'globalThis', path: [], isGlobal: true }
    : { from: first, path: rest, isGlobal: true };
}

function below(origin: Origin, path: readonly string[]): Origin | undefined {
  if (origin.isGlobal) {
    const from = origin.from === 'globalThis' ? [] : [origin.from];
    return global([...from, ...origin.path, ...path]);
  }
  return { ...origin, path: [...origin.path, ...path].filter((step) => step !== 'default') };
}

/** `process.env.NAME`, however it is reached: the name. */
export function variableOf(node: Node, bindings: Bindings): string | undefined {
  const origin = originOf(node, bindings);
  const isEnvironment = origin?.from === 'process' && origin.path.length === 2 && origin.path[0] === 'env';
  return isEnvironment ? origin.path[1] : undefined;
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
