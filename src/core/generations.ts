import { creation, type Kinds, kindOf, type Sides } from './diff.ts';
import type { Generations, Keep, Landscape } from './landscape.ts';
import { generationName, generationOf } from './naming.ts';
import { sameJson } from './json.ts';
import type { Resource } from './resource.ts';

/** The principals that live beside those in use, and how each is kept. */
export function keptBeside({ services }: Landscape<unknown, unknown>): ReadonlyMap<string, Keep> {
  return new Map(services.flatMap(({ generations }) => [...(generations?.others ?? [])]));
}

/**
 * A rotation makes and unmakes what a plan must neither make nor unmake. A generation beside the one in use is kept level with it
 * while it lives, so that a topology may change meanwhile; while its grants are still coming or already going, what it lacks is
 * left to the rotation. No plan ever makes such a user: its password may be nowhere but in the record.
 */
export function settleGenerations<R extends Resource>(
  sides: Sides<R>,
  beside: ReadonlyMap<string, Keep>,
): Sides<R> {
  if (beside.size === 0) return sides;
  const { kinds, compiled, reading } = sides;
  const live = new Map(reading.resources.map((one) => [one.address, one]));
  const alive = new Set(reading.resources.map((one) => kindOf(kinds, one).principal?.(one)));
  const stays = (one: R): boolean => {
    const principal = principalOf(kinds, one);
    const keep = principal === undefined ? undefined : beside.get(principal);
    if (principal === undefined || keep === undefined || keep === 'made') return true;
    const have = live.get(one.address);
    if (needsPassword(kinds, one, have)) return false;
    return have !== undefined || (keep === 'level' && alive.has(principal));
  };
  const settled = compiled.resources.filter(stays).map((one): R => {
    const have = live.get(one.address);
    return have !== undefined && beside.get(principalOf(kinds, one) ?? '') === 'found'
      ? { ...one, spec: have.spec }
      : one;
  });
  const kept = new Set(settled.map(({ address }) => address));
  const out = new Set(compiled.resources.flatMap(({ address }) => (kept.has(address) ? [] : [address])));
  return {
    ...sides,
    compiled: { ...compiled, resources: settled },
    reading: { ...reading, refusals: reading.refusals.filter(({ address }) => !out.has(address)) },
  };
}

/** Whose it is: an identity, a grant, or what goes with one. */
export function principalOf<R extends Resource>(kinds: Kinds<R>, one: R): string | undefined {
  const kind = kindOf(kinds, one);
  return kind.principal?.(one) ?? kind.about?.(one);
}

function needsPassword<R extends Resource>(kinds: Kinds<R>, want: R, have: R | undefined): boolean {
  const kind = kindOf(kinds, want);
  if (have === undefined) return kind.credential?.(creation(want)) === true;
  const { spec } = kind.settle?.(have, want) ?? want;
  if (sameJson(have.spec, spec)) return false;
  return kind.credential?.({ ...creation(want), action: 'update', before: have.spec, after: spec }) === true;
}

/**
 * Where no store says which generation is in use, those that live are: the newest one counts as it, and none of them is made or
 * unmade. Undefined where none but the first lives, or none at all.
 */
export function liveGenerations(base: string, users: Iterable<string>): Generations | undefined {
  const living = [...users]
    .flatMap((user) => generationOf(base, user) ?? [])
    .sort((a, b) => b - a)
    .map((generation) => generationName(base, generation));
  const [inUse, ...others] = living;
  if (inUse === undefined || inUse === base) return undefined;
  return { inUse, others: new Map(others.map((name) => [name, 'level'])) };
}

export function sameGenerations(a: Generations | undefined, b: Generations | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const [ours, theirs] = [[...a.others], [...b.others]];
  return (
    a.inUse === b.inUse &&
    ours.length === theirs.length &&
    ours.every(([name, keep]) => b.others.get(name) === keep)
  );
}

/** Of a service that is suspended: those that live count, too, and none is left as it is found. */
export function stopped(
  base: string,
  known: Generations | undefined,
  users: Iterable<string>,
): Generations | undefined {
  const { inUse, others } = known ?? { inUse: base, others: new Map<string, Keep>() };
  const living = [...users].filter((user) => generationOf(base, user) !== undefined);
  const all = [...new Set([...others.keys(), ...living])].filter((user) => user !== inUse);
  if (all.length === 0) return known;
  return { inUse, others: new Map(all.map((user) => [user, 'level'])) };
}
