import type { Address } from '../address.ts';
import type { AccessModel, Flow } from './model.ts';

/** Which ways messages take from one thing to another. Pure. */

/** One thing on the way, and how messages come to it from the one before. */
export interface Step {
  readonly at: Address;
  readonly by: string;
  readonly doubt?: string | undefined;
}

export interface Way {
  /** Where messages come from. */
  readonly from: Address;
  /** Every thing after that one; none where it is the thing itself. */
  readonly steps: readonly Step[];
  /** Patterns that the key of a message has to match, all of them, to go this way. */
  readonly keys: readonly string[];
}

export interface Ways {
  /** To everything that messages from here come to, the shortest way to each; only those whose keys match all these patterns. */
  down(from: Address, keys?: readonly string[]): readonly Way[];
  /** From everything whose messages come here; by different keys, there are several from the same. */
  up(to: Address): readonly Way[];
}

/** Past so many, the longer ways are left out. */
const mostWays = 5000;

export function waysIn(model: Pick<AccessModel, 'flows' | 'meet'>): Ways {
  const after = Map.groupBy(model.flows, ({ from }) => from);
  const before = Map.groupBy(model.flows, ({ to }) => to);
  return {
    down: (from, keys = []) => {
      const begin: Way = { from, steps: [], keys };
      const walked = walk(begin, endOf, (way) => (after.get(endOf(way)) ?? []).flatMap(forward(model, way)));
      return [...Map.groupBy(walked, endOf).values()].flatMap(([shortest]) => shortest ?? []);
    },
    up: (to) => {
      const begin: Way = { from: to, steps: [], keys: [] };
      return walk(
        begin,
        ({ from }) => from,
        (way) => (before.get(way.from) ?? []).flatMap(backward(model, way)),
      );
    },
  };
}

export function endOf({ from, steps }: Way): Address {
  return steps.at(-1)?.at ?? from;
}

/** Shortest first; the same place with the same keys is looked at once. */
function walk(begin: Way, placeOf: (way: Way) => Address, onwards: (way: Way) => readonly Way[]): Way[] {
  const seen = new Set<string>();
  const found: Way[] = [];
  const waiting = [begin];
  for (const way of waiting) {
    const state = JSON.stringify([placeOf(way), [...new Set(way.keys)].sort()]);
    if (seen.has(state)) continue;
    seen.add(state);
    found.push(way);
    if (found.length + waiting.length < mostWays) waiting.push(...onwards(way));
  }
  return found;
}

const forward =
  ({ meet }: Pick<AccessModel, 'meet'>, { from, steps, keys }: Way) =>
  (flow: Flow): Way[] => {
    const passing = flow.passes === undefined ? keys : [...keys, flow.passes];
    if (meet(passing) === 'no') return [];
    return [
      { from, steps: [...steps, stepOf(flow)], keys: flow.rekeys === undefined ? passing : [flow.rekeys] },
    ];
  };

const backward =
  ({ meet }: Pick<AccessModel, 'meet'>, { steps, keys }: Way) =>
  (flow: Flow): Way[] => {
    if (flow.rekeys !== undefined && meet([...keys, flow.rekeys]) === 'no') return [];
    const asked = flow.rekeys === undefined ? keys : [];
    const passing = flow.passes === undefined ? asked : [...asked, flow.passes];
    if (meet(passing) === 'no') return [];
    return [{ from: flow.from, steps: [stepOf(flow), ...steps], keys: passing }];
  };

function stepOf({ to, by, doubt }: Flow): Step {
  return { at: to, by, ...(doubt === undefined ? {} : { doubt }) };
}
