import { kindOf, type Kinds } from '../diff.ts';
import { principalOf } from '../generations.ts';
import { generationOf, withoutGeneration } from '../naming.ts';
import type { Resource } from '../resource.ts';

/**
 * What is live, as if no credential had ever been rotated: what the newest generation of a name has is told of the name itself, and
 * those before it are left out. A topology names no generation. Pure.
 */
export function withoutGenerations<R extends Resource>(kinds: Kinds<R>, live: readonly R[]): readonly R[] {
  const newest = newestOf(live.flatMap((one) => kindOf(kinds, one).principal?.(one) ?? []));
  if (newest.size === 0) return live;
  return live.flatMap((one) => {
    const principal = principalOf(kinds, one);
    const base = principal === undefined ? '' : withoutGeneration(principal);
    const name = newest.get(base);
    if (name === undefined) return [one];
    return principal === name ? [kindOf(kinds, one).as?.(one, base) ?? one] : [];
  });
}

/** By the plain name, the highest generation that lives; only of those that were rotated. */
function newestOf(names: readonly string[]): Map<string, string> {
  const newest = new Map<string, string>();
  for (const name of names) {
    const base = withoutGeneration(name);
    const generation = generationOf(base, name) ?? 1;
    if (generation === 1) continue;
    const known = newest.get(base);
    if (known === undefined || generation > (generationOf(base, known) ?? 1)) newest.set(base, name);
  }
  return newest;
}
