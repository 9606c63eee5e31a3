import { reachedBy } from '../../core/access/answers.ts';
import { blastRadius, fieldOf } from '../../core/access/blast.ts';
import type { Holder } from '../../core/access/documents.ts';
import type { Cut } from '../../core/access/ways.ts';
import { compareText } from '../../core/json.ts';
import type { PageAccess, PageBlast } from '../page/model.ts';
import { wideText } from './nodes.ts';
import { idOf, isAlmighty, type MapSide } from './side.ts';

/** The matrix, and whom somebody with a stolen credential reaches. Pure. */

/** Of somebody, on one broker. */
const mostListed = 500;
/** Of somebody. */
const mostHits = 300;

export interface Listed<Row> {
  readonly rows: readonly Row[];
  /** What was cut off, as sentences. */
  readonly notes: readonly string[];
}

/** `isMeant` says of whom. */
export function accessOf(sides: readonly MapSide[], isMeant: (who: string) => boolean): Listed<PageAccess> {
  const lists = sides.flatMap((side) =>
    side.principals.map((principal): Listed<PageAccess> => {
      const holder = side.holder(principal);
      const who = idOf(holder);
      if (!isMeant(who) || isAlmighty(holder)) return { rows: [], notes: [] };
      const reached = reachedBy(side.model, principal);
      const rows = reached.slice(0, mostListed).map(({ at, rights }) => ({
        who,
        holder,
        at,
        rights: rights.map(({ right, may, keys }) => ({
          right,
          may,
          ...(keys === undefined ? {} : { keys }),
        })),
      }));
      return { rows, notes: cutNote(`${principal} on ${side.broker.title} reaches`, reached, mostListed) };
    }),
  );
  return {
    rows: lists.flatMap(({ rows }) => rows).sort((a, b) => compareText(a.who, b.who)),
    notes: lists.flatMap(({ notes }) => notes),
  };
}

function cutNote(who: string, all: readonly unknown[], most: number): string[] {
  return all.length <= most ? [] : [`${who} ${all.length} things, of which ${most} are listed`];
}

/** Of each service, and of whoever else there is; not of who could give themselves any right, since that is everybody. */
export function blastOf(
  sides: readonly MapSide[],
  isMeant: (who: string) => boolean,
  cut: Cut,
): Listed<PageBlast> {
  const fields = new Map(sides.map((side) => [side, fieldOf(side.model, side.principals, cut)]));
  const holders = sides.flatMap((side) =>
    side.principals.map((principal) => ({ side, holder: side.holder(principal) })),
  );
  const meant = holders.filter(
    ({ side, holder }) =>
      isMeant(idOf(holder)) && !isAlmighty(holder) && !side.model.powers.has(holder.principal),
  );
  const lists = [...Map.groupBy(meant, ({ holder }) => idOf(holder))].map(([who, some]) => {
    const own = new Set(some.map(({ holder }) => holder.principal));
    const hits = some.flatMap(({ side, holder: { principal: from } }) => {
      const field = fields.get(side);
      return (field === undefined ? [] : blastRadius(field, { from, own, hops: 1 }))
        .map((hit) => ({ ...hit, holder: side.holder(hit.principal) }))
        .filter(({ holder }) => !isAlmighty(holder));
    });
    const wide = some.flatMap(({ side, holder }) => side.model.wide(holder.principal).map(wideText));
    const service = labelOf(some.map(({ holder }) => holder));
    const row = { who, service, hits: hits.slice(0, mostHits), wide };
    return { row, notes: cutNote(`a stolen credential of ${service} hits others by`, hits, mostHits) };
  });
  return {
    rows: lists.map(({ row }) => row).sort((a, b) => compareText(a.service, b.service)),
    notes: lists.flatMap(({ notes }) => notes),
  };
}

function labelOf([first]: readonly Holder[]): string {
  return first?.service ?? (first?.principal === '*' ? 'everyone' : (first?.principal ?? ''));
}
