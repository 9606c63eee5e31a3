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
  /** To everything that messages from here come to, the shortest way to each that is sure, if any is; only those whose keys match all these patterns. */
  down(from: Address, keys?: readonly string[]): readonly Way[];
  /** From everything whose messages come here; by different keys, there are several from the same. */
  up(to: Address): readonly Way[];
}

/** Past so many, the longer ways are left out, which is told. */
const mostWays = 20_000;

/** Called where ways were left out. */
export type Cut = () => void;

export function waysIn(model: Pick<AccessModel, 'flows' | 'meet'>, cut: Cut): Ways {
  const after = Map.groupBy(model.flows, ({ from }) => from);
  const before = Map.groupBy(model.flows, ({ to }) => to);
  return {
    down: (from, keys = []) => {
      const begin: Way = { from, steps: [], keys };
      const walked = walk(begin, cut, endOf, (way) =>
        (after.get(endOf(way)) ?? []).flatMap(forward(model, way)),
      );
      return [...Map.groupBy(walked, endOf).values()].flatMap((some) => surest(some) ?? []);
    },
    up: (to) => {
      const begin: Way = { from: to, steps: [], keys: [] };
      return walk(
        begin,
        cut,
        ({ from }) => from,
        (way) => (before.get(way.from) ?? []).flatMap(backward(model, way)),
      );
    },
  };
}

export function endOf({ from, steps }: Way): Address {
  return steps.at(-1)?.at ?? from;
}

/** Shortest first; a place is looked at again only for keys that no way before it let through, or to be surer. */
function walk(
  begin: Way,
  cut: Cut,
  placeOf: (way: Way) => Address,
  onwards: (way: Way) => readonly Way[],
): Way[] {
  const seen = new Map<Address, Way[]>();
  const found: Way[] = [];
  const waiting = [begin];
  for (const way of waiting) {
    const before = seen.get(placeOf(way)) ?? [];
    if (before.some((one) => holds(one, way))) continue;
    seen.set(placeOf(way), [...before, way]);
    found.push(way);
    if (waiting.length < mostWays) waiting.push(...onwards(way));
    else cut();
  }
  return found;
}

/** Whether whatever takes the other way could take this one, as surely. */
function holds(one: Way, other: Way): boolean {
  return (isSure(one) || !isSure(other)) && one.keys.every((key) => other.keys.includes(key));
}

function isSure({ steps }: Way): boolean {
  return steps.every(({ doubt }) => doubt === undefined);
}

/** The first of those that are sure; where none is, the first. */
export function surest(ways: readonly Way[]): Way | undefined {
  return ways.find(isSure) ?? ways[0];
}

type Meeting = Pick<AccessModel, 'meet'>;

const forward =
  ({ meet }: Meeting, { from, steps, keys }: Way) =>
  (flow: Flow): Way[] => {
    const passing = flow.passes === undefined ? keys : [...keys, flow.passes];
    const meets = meet(passing);
    if (meets === 'no') return [];
    const after = flow.rekeys === undefined ? passing : [flow.rekeys];
    return [{ from, steps: [...steps, stepOf(flow, meets)], keys: after }];
  };

const backward =
  ({ meet }: Meeting, { steps, keys }: Way) =>
  (flow: Flow): Way[] => {
    const rekeyed = flow.rekeys === undefined ? 'yes' : meet([...keys, flow.rekeys]);
    const asked = flow.rekeys === undefined ? keys : [];
    const passing = flow.passes === undefined ? asked : [...asked, flow.passes];
    const meets = meet(passing);
    if (rekeyed === 'no' || meets === 'no') return [];
    const sure = rekeyed === 'yes' ? meets : 'perhaps';
    return [{ from: flow.from, steps: [stepOf(flow, sure), ...steps], keys: passing }];
  };

export const keyDoubt = 'undecidable: whether a routing key passes all of it';

function stepOf({ to, by, doubt }: Flow, meets: 'yes' | 'perhaps'): Step {
  const why = doubt ?? (meets === 'yes' ? undefined : keyDoubt);
  return { at: to, by, ...(why === undefined ? {} : { doubt: why }) };
}
