import type { PageModel } from './page/model.ts';
import { accessOf, blastOf, mostListed } from './map/access.ts';
import { edgesOf } from './map/edges.ts';
import { narrowed } from './map/narrowed.ts';
import { nodesOf } from './map/nodes.ts';
import { type MapSide, mostDrawn, type Person, serviceId, surveyed, type Surveyed } from './map/side.ts';

export type { MapSide } from './map/side.ts';

type Mapped = Pick<PageModel, 'of' | 'brokers' | 'nodes' | 'edges' | 'access' | 'blast' | 'notes'>;

/** The map, the matrix and the blast radius of every service, or of some. Pure. */
export function mapOf(seen: readonly MapSide[], of: Mapped['of'], services: readonly string[]): Mapped {
  const sides = seen.map(surveyed);
  const edges = sides.flatMap(edgesOf);
  const whole = { nodes: nodesOf(sides, edges), edges };
  const whose = new Set(services.map(serviceId));
  const isMeant = (who: string) => whose.size === 0 || whose.has(who);
  const ways = { cut: false };
  const blast = blastOf(sides, isMeant, () => (ways.cut = true));
  return {
    of,
    brokers: sides.map(({ broker: { name, title } }) => ({ name, title })),
    ...(whose.size === 0 ? whole : narrowed(whole, whose)),
    access: accessOf(sides, isMeant),
    blast: { is: 'told', value: blast },
    notes: [
      ...sides.flatMap(notDrawn),
      ...(ways.cut ? ['there are so many ways that the longest were left out: more may be reached'] : []),
      ...sides.flatMap(({ model }) => model.notes),
    ],
  };
}

function notDrawn({ broker: { title }, people }: Surveyed): string[] {
  const named = (reaches: Person['reaches']) =>
    people.filter((one) => one.reaches === reaches && one.held.length > 0).map(({ principal }) => principal);
  const [all, most] = [named('all'), named('many')];
  return [
    ...all.map(
      (one) =>
        `${one}, the administrator on ${title}, may do anything: it is neither drawn nor in the table of access, nor counted as hit`,
    ),
    ...(most.length === 0
      ? []
      : [
          `on ${title} more than ${mostDrawn} things are open to each of ${most.join(', ')}: none of it is drawn, ${mostListed} things and as many hits are listed as examples, and nobody is said to reach them, since everybody does`,
        ]),
  ];
}
