import type { Bindings } from './bindings.ts';
import { once } from './once.ts';
import { bare, is, type Node } from './tree.ts';
import { constantText, keyOf, someSteps, step, type Steps } from './values.ts';

/** Modules and globals, as far as they are followed from the file alone. Pure. */

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

/** All modules that a file may import or require, as far as their names are known. */
export const modulesOf = once((code): readonly string[] => {
  const sources = [
    ...code.nodesOf('ImportDeclaration', 'ImportExpression').map(({ source }) => source),
    ...code.nodesOf('TSExternalModuleReference').map(({ expression }) => expression),
    ...code.nodesOf('CallExpression').flatMap(({ callee, arguments: [name] }) => {
      const isRequire = name !== undefined && is(callee, 'Identifier') && callee.name === 'require';
      return isRequire ? [name] : [];
    }),
  ];
  return sources.flatMap((source) => required(source, code.bindings, someSteps())?.from ?? []);
});
