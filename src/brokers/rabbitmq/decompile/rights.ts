import { namespacePattern } from '../compile/grants.ts';
import { namesOfPattern, topLevel } from '../patterns/inverse.ts';
import { nothing } from '../patterns/names.ts';
import { namesOf } from '../patterns/parse.ts';
import type { PermissionSpec } from '../resources.ts';

/** A live permission taken apart into what intent says and what only a literal pattern does. */

export type Right = 'configure' | 'write' | 'read';
export const rights: readonly Right[] = ['configure', 'write', 'read'];

export interface Part {
  /** Names that stand in it one by one. */
  readonly names: readonly string[];
  /** Whatever else it matches; `^$` if there is nothing else. */
  readonly rest: string;
  /** Both. */
  readonly whole: string;
}

/** The namespace whose triple this permission begins with. */
export function namespaceIn(permission: PermissionSpec): string | undefined {
  const [, escaped] = /^\^(.+?)\\\.\(queue\|exchange\)\\\.\.\*/.exec(permission.configure) ?? [];
  const [namespace] = escaped === undefined ? [] : (namesOf(`^${escaped}$`) ?? []);
  if (namespace === undefined || namespace === '') return undefined;
  return rights.every((right) => withoutNamespace(permission[right], namespace, right) !== undefined)
    ? namespace
    : undefined;
}

/** `literally`: without looking for names in it. */
export function partOfRight(
  pattern: string,
  right: Right,
  namespace: string | undefined,
  literally: boolean,
): Part {
  const whole =
    (namespace === undefined ? undefined : withoutNamespace(pattern, namespace, right)) ?? pattern;
  if (literally || whole === nothing) return { names: [], rest: whole, whole };
  const all = namesOfPattern(whole);
  if (all !== undefined) return { names: all, rest: nothing, whole };
  const [first = '', ...more] = topLevel(whole);
  const names = more.length === 0 ? undefined : namesOfPattern(first);
  if (names === undefined) return { names: [], rest: whole, whole };
  return { names, rest: whole.slice(first.length + 1), whole };
}

function withoutNamespace(pattern: string, namespace: string, right: Right): string | undefined {
  const [own = ''] = namespacePattern(namespace, right);
  if (pattern === own) return nothing;
  return pattern.startsWith(`${own}|`) ? pattern.slice(own.length + 1) : undefined;
}
