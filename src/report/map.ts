import type { PageModel } from './page/model.ts';
import { accessOf, blastOf } from './map/access.ts';
import { edgesOf } from './map/edges.ts';
import { narrowed } from './map/narrowed.ts';
import { nodesOf } from './map/nodes.ts';
import { isAlmighty, type MapSide, serviceId } from './map/side.ts';

export type { MapSide } from './map/side.ts';

type Mapped = Pick<PageModel, 'of' | 'brokers' | 'nodes' | 'edges' | 'access' | 'blast' | 'notes'>;

/** The map, the matrix and the blast radius of every service, or of some. Pure. */
export function mapOf(sides: readonly MapSide[], of: Mapped['of'], services: readonly string[]): Mapped {
  const drawn = sides.map(edgesOf);
  const edges = drawn.flatMap((one) => one.edges);
  const whole = { nodes: nodesOf(sides, edges), edges };
  const whose = new Set(services.map(serviceId));
  const isMeant = (who: string) => whose.size === 0 || whose.has(who);
  const access = accessOf(sides, isMeant);
  const ways = { cut: false };
  const blast = blastOf(sides, isMeant, () => (ways.cut = true));
  return {
    of,
    brokers: sides.map(({ broker: { name, title } }) => ({ name, title })),
    ...(whose.size === 0 ? whole : narrowed(whole, whose)),
    access: access.rows,
    blast: { is: 'told', value: blast.rows },
    notes: [
      ...almightyNotes(sides),
      ...drawn.flatMap(({ notes }) => notes),
      ...access.notes,
      ...blast.notes,
      ...(ways.cut ? ['there are so many ways that the longest were left out: more may be reached'] : []),
      ...sides.flatMap(({ model }) => model.notes),
    ],
  };
}

function almightyNotes(sides: readonly MapSide[]): string[] {
  return sides.flatMap(({ broker, principals, holder, model }) =>
    principals
      .filter((one) => isAlmighty(holder(one)) && model.held(one).length > 0)
      .map(
        (one) =>
          `${one}, the administrator on ${broker.title}, may do anything: it is neither drawn nor in the matrix, nor counted as hit`,
      ),
  );
}
