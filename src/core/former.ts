import type { Compiled } from './broker.ts';
import type { Ground } from './kind.ts';
import type { Landscape } from './landscape.ts';
import { kindOf, type Sides } from './diff.ts';
import type { Resource } from './resource.ts';

/**
 * The names that services had before. Their grants are kept level while they live, so that a service can move from one name to
 * the other; nothing is made for one that does not live, and nothing is kept of one that is to be pruned.
 */
export function settleFormer<R extends Resource>(sides: Sides<R>, prune: boolean): Sides<R> {
  const { kinds, compiled, reading, ground } = sides;
  const former = compiled.former ?? new Map<string, string>();
  if (former.size === 0) return sides;
  const live = new Set(reading.resources.map((one) => kindOf(kinds, one).principal?.(one)));
  const isLevel = (name: string | undefined) =>
    name === undefined || !former.has(name) || (!prune && live.has(name));
  const left = compiled.resources.filter((one) => !isLevel(kindOf(kinds, one).principal?.(one)));
  const out = new Set(left.map(({ address }) => address));
  const level = [...former].filter(([name]) => isLevel(name));
  return {
    kinds,
    compiled: { ...compiled, resources: compiled.resources.filter((one) => !out.has(one.address)) },
    reading: { ...reading, refusals: reading.refusals.filter(({ address }) => !out.has(address)) },
    ground: { ...ground, principals: new Map([...ground.principals, ...level]) },
  };
}

/** What a broker's ground says beside its own: the parts that no broker sees differently. */
export function commonGround(
  { claims, protected: untouched, services, removed = [] }: Landscape<unknown, unknown>,
  compiled: Compiled<Resource>,
): Omit<Ground, 'admin' | 'containers'> {
  return {
    principals: compiled.principals,
    former: compiled.former ?? new Map(),
    removed: new Map(removed.map(({ principal, service }) => [principal, service])),
    suspended: new Set(services.filter(({ suspended }) => suspended).map(({ name }) => name)),
    claims,
    protected: untouched,
  };
}
