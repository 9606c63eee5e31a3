import type { Generations } from '../core/landscape.ts';
import { liveGenerations, sameGenerations, stopped } from '../core/generations.ts';
import { kindOf } from '../core/diff.ts';
import { inPool, lanes } from '../core/pool.ts';
import type { Resource } from '../core/resource.ts';
import type { Site } from './session.ts';
import type { Known, Source } from './source.ts';

/** By service: what the secret store says of its credential. */
export type Knowledge = ReadonlyMap<string, Known>;

/**
 * Of all services of a broker, or of some: also of those that are suspended, whose every generation is to be refused. A few at a
 * time: each is an open file, or a connection.
 */
export async function knowledgeOf(
  source: Pick<Source, 'known'>,
  { broker, bases, landscape }: Pick<Site, 'broker' | 'bases' | 'landscape'>,
  some?: ReadonlySet<string>,
): Promise<Knowledge> {
  const asked = landscape.services.filter(({ name }) => some === undefined || some.has(name));
  const known = new Map<string, Known>();
  await inPool(asked, lanes, async ({ name }) => {
    known.set(name, await source.known(broker.name, name, bases.get(name) ?? name));
  });
  return known;
}

/** The site with the principals that its services have now; `users` are those that live, for whom no store speaks. */
export function withKnown(site: Site, knowledge: Knowledge, users: readonly string[] = []): Site {
  const found = new Map<string, Generations>();
  for (const { name, suspended } of site.landscape.services) {
    const known = knowledge.get(name);
    const base = site.bases.get(name) ?? name;
    const living = known?.open === false ? known.generations : liveGenerations(base, users);
    // The emergency stop is for whatever has the name, also what no record knows of.
    const all = suspended === true ? stopped(base, living, users) : living;
    if (all !== undefined) found.set(name, all);
  }
  return withGenerations(site, found);
}

/** The same site, if nothing is different. */
export function withGenerations(site: Site, found: ReadonlyMap<string, Generations>): Site {
  const { broker, landscape, ground } = site;
  const changed = landscape.services.some(
    ({ name, generations }) => !sameGenerations(generations, found.get(name)),
  );
  if (!changed) return site;
  const services = landscape.services.map((one) => ({ ...one, generations: found.get(one.name) }));
  const moved = { ...landscape, services };
  const compiled = broker.compile(moved);
  return { ...site, landscape: moved, compiled, ground: { ...ground, ...broker.ground(moved, compiled) } };
}

/** Whether both have their services, which are the same ones, in the same generations. */
export function inSameGenerations(one: Site, other: Site): boolean {
  return one.landscape.services.every(({ generations }, at) =>
    sameGenerations(generations, other.landscape.services[at]?.generations),
  );
}

/** Who can log in there by a password, or could. */
export function usersIn({ broker }: Site, resources: readonly Resource[]): string[] {
  return resources.flatMap((one) => {
    const kind = kindOf(broker.kinds, one);
    return kind.credential === undefined ? [] : (kind.principal?.(one) ?? []);
  });
}
