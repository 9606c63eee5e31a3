import type { CodeSpot } from './rule.ts';
import type { Node } from './tree.ts';

/** Each place once: of what is found in several ways, the first tells it. */
export function* eachOnce(spots: Iterable<CodeSpot>): Iterable<CodeSpot> {
  const told = new Set<Node>();
  for (const spot of spots) {
    if (told.has(spot.node)) continue;
    told.add(spot.node);
    yield spot;
  }
}
