import { reachedBy } from '../../core/access/answers.ts';
import { blastRadius, fieldOf, type Hit } from '../../core/access/blast.ts';
import type { Holder } from '../../core/access/documents.ts';
import type { Cut } from '../../core/access/ways.ts';
import { compareText } from '../../core/json.ts';
import type { PageAccess, PageBlast } from '../page/model.ts';
import { wideText } from './nodes.ts';
import type { Person, Surveyed } from './side.ts';

/** The matrix, and whom somebody with a stolen credential reaches. Pure. */

/** Of somebody who reaches very many things, so many things, and so many hits, are examples enough. */
export const mostListed = 50;

/** `isMeant` says of whom. */
export function accessOf(sides: readonly Surveyed[], isMeant: (who: string) => boolean): PageAccess[] {
  return sides
    .flatMap((side) =>
      side.people
        .filter(({ id, reaches }) => isMeant(id) && reaches !== 'all')
        .flatMap((person) => rowsOf(side, person)),
    )
    .sort((a, b) => compareText(a.who, b.who));
}

function rowsOf({ model }: Surveyed, { principal, holder, id, reaches }: Person): PageAccess[] {
  const all = reachedBy(model, principal);
  const some = reaches === 'some' ? all : all.slice(0, mostListed);
  return some.map(({ at, rights }) => ({
    who: id,
    holder,
    at,
    rights: rights.map(({ right, may, keys }) => ({ right, may, ...(keys === undefined ? {} : { keys }) })),
  }));
}

/** Of each service, and of whoever else there is; not of who could give themselves any right, since that is everybody. */
export function blastOf(
  sides: readonly Surveyed[],
  isMeant: (who: string) => boolean,
  cut: Cut,
): PageBlast[] {
  const people = sides.flatMap((side) => {
    const counted = side.people.filter(({ reaches }) => reaches === 'some').map(({ principal }) => principal);
    const field = fieldOf(side.model, counted, cut);
    return side.people
      .filter(
        ({ id, reaches, principal }) => isMeant(id) && reaches !== 'all' && !side.model.powers.has(principal),
      )
      .map((person) => ({ side, field, person }));
  });
  return [...Map.groupBy(people, ({ person }) => person.id)]
    .map(([who, some]): PageBlast => {
      const own = new Set(some.map(({ person }) => person.principal));
      const hits = some.flatMap(({ side, field, person: { principal: from, reaches } }) => {
        const all = surestOf(blastRadius(field, { from, own, hops: 1 }));
        const few = reaches === 'some' ? all : all.slice(0, mostListed);
        return few.map((hit) => ({ ...hit, holder: side.holder(hit.principal) }));
      });
      const wide = some.flatMap(({ side, person }) => side.model.wide(person.principal).map(wideText));
      return { who, service: labelOf(some.map(({ person }) => person.holder)), hits, wide };
    })
    .sort((a, b) => compareText(a.service, b.service));
}

/** Of the ways to hit somebody alike, one; the others are counted. */
function surestOf(hits: readonly Hit[]): (Hit & { readonly ways?: number })[] {
  const byEffect = Map.groupBy(hits, ({ principal, effect }) => `${effect} ${principal}`);
  return [...byEffect.values()].flatMap((some) => {
    const surest = some.find(({ may }) => may === 'yes') ?? some[0];
    if (surest === undefined) return [];
    return [some.length === 1 ? surest : { ...surest, ways: some.length }];
  });
}

function labelOf([first]: readonly Holder[]): string {
  return first?.service ?? (first?.principal === '*' ? 'everyone' : (first?.principal ?? ''));
}
