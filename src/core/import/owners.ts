import { compareText } from '../json.ts';

/** Whose things are, which no broker tells: hints are weighed, the strongest first. */

export interface Owned {
  readonly principal: string;
  /** The others of whom the same can be said: a person must look. */
  readonly rivals: readonly string[];
}

/** Those who have something to do with a thing, in one way. */
export type Hint = (thing: string) => readonly string[];

/** The first hint that points at somebody decides; where it points at several, the later ones tell them apart. */
function ownerOf(thing: string, hints: readonly Hint[]): Owned | undefined {
  let left: readonly string[] = [];
  for (const hint of hints) {
    const found = hint(thing);
    const both = left.length === 0 ? found : left.filter((principal) => found.includes(principal));
    if (both.length > 0) left = both;
    if (left.length === 1) break;
  }
  const [principal, ...rivals] = [...new Set(left)].sort(compareText);
  return principal === undefined ? undefined : { principal, rivals };
}

export function ownersOf(things: Iterable<string>, hints: readonly Hint[]): Map<string, Owned> {
  return new Map(
    [...things].flatMap((thing): [string, Owned][] => {
      const owner = ownerOf(thing, hints);
      return owner === undefined ? [] : [[thing, owner]];
    }),
  );
}

/** Those who name it. */
export function byNames(
  principals: readonly string[],
  namesFor: (principal: string) => Iterable<string>,
): Hint {
  const holders = new Map<string, string[]>();
  for (const principal of principals) {
    for (const name of namesFor(principal)) holders.set(name, [...(holders.get(name) ?? []), principal]);
  }
  return (thing) => holders.get(thing) ?? [];
}

/** Those whose prefix it begins with; only the longest one counts. */
export function byPrefixes(
  principals: readonly string[],
  prefixesFor: (principal: string) => Iterable<string>,
): Hint {
  const holders = byNames(principals, prefixesFor);
  return (thing) => {
    for (let end = thing.length; end > 0; end -= 1) {
      const found = holders(thing.slice(0, end));
      if (found.length > 0) return found;
    }
    return [];
  };
}

/** Those whose stem is its first words: `order-archive.queue.x` is not order's where there is an order-archive. */
export function byStems(principals: readonly string[], stem: (principal: string) => string): Hint {
  const holders = byNames(principals, (principal) => [stem(principal)]);
  return (thing) => {
    const ends = [...thing.matchAll(/[^\p{L}\p{N}]|$/gu)].map(({ index }) => index).reverse();
    const end = ends.find((at) => at > 0 && holders(thing.slice(0, at)).length > 0);
    return end === undefined ? [] : holders(thing.slice(0, end));
  };
}
