import { compareText } from '../../../core/json.ts';

/** Many names, asked about by many ACLs. */
export interface Names {
  has(name: string): boolean;
  /** Whether any of them begins so. */
  hasPrefix(prefix: string): boolean;
}

export function namesOf(all: readonly string[]): Names {
  const known = new Set(all);
  const sorted = [...known].sort(compareText);
  return {
    has: (name) => known.has(name),
    hasPrefix: (prefix) => firstFrom(sorted, prefix)?.startsWith(prefix) === true,
  };
}

/** Whatever begins so comes first of all that is not before it. */
function firstFrom(sorted: readonly string[], least: string): string | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareText(sorted[middle] ?? '', least) < 0) low = middle + 1;
    else high = middle;
  }
  return sorted[low];
}
