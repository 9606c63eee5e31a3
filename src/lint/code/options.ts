import type { Code } from './rule.ts';
import { is, type Node, type Of } from './tree.ts';
import { choicesOf, constantText, followed, keyOf } from './values.ts';

/** What objects of options say. Pure. */

export type Options = Of<'ObjectExpression'>;

export function keysOf({ properties }: Options, { bindings }: Code): readonly string[] {
  return properties.flatMap((one) => (is(one, 'Property') ? (keyOf(one, bindings) ?? []) : []));
}

/** The value of a key; `unknown` where something that is spread may have it. */
export function valueAt(
  options: Options,
  key: string,
  code: Code,
  seen: ReadonlySet<Node> = new Set(),
): Node | 'unknown' | undefined {
  for (const one of options.properties.toReversed()) {
    if (is(one, 'Property')) {
      if (keyOf(one, code.bindings) === key) return one.value;
      continue;
    }
    const spread = is(one, 'SpreadElement') ? followed(one.argument, code.bindings) : one;
    const isNew = is(spread, 'ObjectExpression') && !seen.has(spread) && seen.size < 8;
    const found = isNew ? valueAt(spread, key, code, new Set([...seen, options])) : 'unknown';
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The value of a key, where it is known. */
export function valueOf(options: Options, key: string, code: Code): Node | undefined {
  const value = valueAt(options, key, code);
  return value === 'unknown' ? undefined : value;
}

/** All that a key may say, as far as it is known. */
export function textsAt(options: Options, key: string, code: Code): readonly string[] {
  const value = valueOf(options, key, code);
  if (value === undefined) return [];
  return choicesOf(value, code.bindings).flatMap((one) => constantText(one, code.bindings) ?? []);
}

/** Where an option stands: its key, where it is written here. */
export function placeOf(options: Options, key: string, code: Code): Node {
  const own = options.properties.findLast((one) => is(one, 'Property') && keyOf(one, code.bindings) === key);
  return is(own, 'Property') ? own.key : options;
}
