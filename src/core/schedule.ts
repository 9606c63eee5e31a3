import type { Address } from './address.ts';
import { type Difference, type Kinds, kindOf } from './diff.ts';
import type { Change, Resource } from './resource.ts';

/** A change with what must have succeeded before it may run. */
export interface Step<R extends Resource = Resource> {
  readonly change: Change<R>;
  readonly after: readonly Address[];
}

/** Steps that may run together. */
export type Phase<R extends Resource = Resource> = readonly Step<R>[];

type Sides<R extends Resource> = Pick<Difference<R>, 'desired' | 'live'>;

/**
 * The order of writes: up (containers before what stands in them), then grants, then down. At every moment a principal
 * holds at most the union of its old and new grants, since grants widen after what they speak of is in place and narrow
 * before anything is taken down.
 */
export function schedule<R extends Resource>(
  kinds: Kinds<R>,
  changes: readonly Change<R>[],
  sides: Sides<R>,
): Phase<R>[] {
  const dependents = dependentsOf(kinds, changes, sides);
  const planned = new Set(changes.map((change) => change.address));
  const steps = changes.map((change) => {
    const kind = kindOf(kinds, change);
    const needed =
      change.action === 'delete' ? (dependents.get(change.address) ?? []) : needsOf(kinds, change, sides);
    const after = [...needed, ...(kind.after?.(change, changes) ?? [])].filter((at) => planned.has(at));
    return { phase: kind.phase(change), step: { change, after } };
  });
  return [...Map.groupBy(steps, ({ phase }) => phase)]
    .sort(([a], [b]) => a - b)
    .map(([, inPhase]) => inPhase.map(({ step }) => step));
}

function needsOf<R extends Resource>(
  kinds: Kinds<R>,
  change: Change<R>,
  sides: Sides<R>,
): readonly Address[] {
  const resource =
    change.action === 'delete' ? sides.live.get(change.address) : sides.desired.get(change.address);
  return resource === undefined ? [] : kindOf(kinds, resource).needs(resource);
}

/** For each thing that goes, the planned deletions of what stands on it. */
function dependentsOf<R extends Resource>(kinds: Kinds<R>, changes: readonly Change<R>[], sides: Sides<R>) {
  const pairs = changes
    .filter((change) => change.action === 'delete')
    .flatMap((change) => needsOf(kinds, change, sides).map((need) => ({ need, by: change.address })));
  return new Map(
    [...Map.groupBy(pairs, ({ need }) => need)].map(([need, by]) => [need, by.map((one) => one.by)]),
  );
}
