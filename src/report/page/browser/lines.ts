import type { PageEdge } from '../model.ts';
import { drawing } from './dom.ts';
import type { Box, Placed, Point } from './layout.ts';
import type { DrawnEdge } from './view.ts';

/** Lines between nodes, and what they say. */

export interface Line {
  readonly edge: DrawnEdge;
  readonly group: SVGGElement;
}

/** As a button: the line itself is too thin to be hit, so a wide one lies over it that nobody sees. */
export function lineOf(
  labelOf: (id: string) => string,
  edge: DrawnEdge,
  where: Placed,
  index: number,
): SVGGElement {
  const { from, to, edges } = edge;
  const [first] = edges;
  const isUnsure = edges.every(({ doubt }) => doubt !== undefined);
  const says = edges.map((one) => sentence(labelOf, one)).join('\n');
  const d = curve(where.nodes.get(from) as Box, where.nodes.get(to) as Box, where.edges[index] ?? []);
  return drawing(
    'g',
    { class: 'edge', role: 'button', tabindex: -1, 'data-edge': index },
    drawing('title', {}, says),
    drawing('path', {
      class: `line is-${first?.is ?? 'flows'}${isUnsure ? ' unsure' : ''}`,
      d,
      'marker-end': 'url(#arrow)',
    }),
    drawing('path', { class: 'hit', d }),
  );
}

/** `order-service writes to order.events: keys order.#` */
function sentence(labelOf: (id: string) => string, { from, to, is, says, doubt }: PageEdge): string {
  return `${labelOf(from)} ${verbs[is]} ${labelOf(to)}${says === '' ? '' : `: ${says}`}${doubt === undefined ? '' : ` (perhaps: ${doubt})`}`;
}

export const verbs = { writes: 'writes to', reads: 'is read by', flows: 'hands messages on to' } as const;

/** From the right side of a box to the left side of the other; what goes back takes the way that the layout found. */
function curve(from: Box, to: Box, points: readonly Point[]): string {
  const isForward = to.x - to.width / 2 > from.x + from.width / 2;
  const ends = [
    { x: from.x + from.width / 2, y: from.y },
    { x: to.x - to.width / 2, y: to.y },
  ] as const;
  // To the next column there is nothing to go round: three points are its ends and the middle.
  const between = points.length > 3 ? points.slice(1, -1).filter(isBetween(...ends)) : [];
  const all = isForward ? [ends[0], ...between, ends[1]] : points;
  const [first, ...rest] = all;
  if (first === undefined) return '';
  const parts = rest.map((point, index) => {
    const before = all[index] ?? first;
    const middle = (before.x + point.x) / 2;
    return `C${round(middle)} ${round(before.y)} ${round(middle)} ${round(point.y)} ${round(point.x)} ${round(point.y)}`;
  });
  return [`M${round(first.x)} ${round(first.y)}`, ...parts].join(' ');
}

function isBetween(from: Point, to: Point): (point: Point) => boolean {
  return ({ x }) => x > from.x + 8 && x < to.x - 8;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
