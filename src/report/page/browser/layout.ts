import { Graph, layout } from '@dagrejs/dagre';
import type { PageEdge } from '../model.ts';
import type { View } from './view.ts';

/** Where everything stands. The same for the same view. */

export interface Placed {
  readonly width: number;
  readonly height: number;
  /** By key. */
  readonly nodes: ReadonlyMap<string, Box>;
  /** In the order of the view's edges. */
  readonly edges: readonly (readonly Point[])[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** By its middle. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

const margin = 16;

interface Line {
  readonly points: readonly Point[];
  readonly weight: number;
}

export function placed(view: View, widthOf: (key: string) => number, height: number): Placed {
  const graph = new Graph<object, Box, Line>({ directed: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 7, edgesep: 3, ranksep: gapOf(view) });
  // By numbers: dagre joins the names of nodes to name edges, and somebody's names could be made to be joined to another's.
  const numbers = new Map(view.nodes.map(({ key }, index) => [key, String(index)]));
  const nameOf = (key: string) => numbers.get(key) ?? '';
  for (const { key } of view.nodes) graph.setNode(nameOf(key), { width: widthOf(key), height } as Box);
  const isInColumns = view.nodes.some(({ column }) => column !== undefined);
  const pullOf = (edges: readonly PageEdge[]) => Math.max(...edges.map(({ is }) => pulls[is]));
  for (const { from, to, edges } of view.edges)
    graph.setEdge(nameOf(from), nameOf(to), { points: [], weight: isInColumns ? pullOf(edges) : 1 });
  if (isInColumns) inColumns(graph, view);
  layout(graph);
  const nodes = new Map(view.nodes.map(({ key }) => [key, graph.node(nameOf(key))]));
  const lines = view.edges.map(({ from, to }) => graph.edge(nameOf(from), nameOf(to)).points);
  return trimmed(nodes, lines);
}

/** Where there are only two columns, lines cross in the gap between them. */
function gapOf({ detail, edges }: View): number {
  return detail === 'things' ? 38 : Math.min(360, 60 + edges.length * 2);
}

/** Between the columns things stand near those who write to them, so that each column has some. */
const pulls = { writes: 3, flows: 2, reads: 1 } as const;

/**
 * All writers in the first column, all readers in the last: each pulled hard to a node of no size that nobody draws.
 */
function inColumns(graph: Graph<object, Box, Line>, { nodes }: View): void {
  const [first, last] = ['>', '<'];
  const line = (weight: number): Line => ({ points: [], weight });
  for (const end of [first, last]) graph.setNode(end, { width: 0, height: 0 } as Box);
  for (const [index, { column }] of nodes.entries()) {
    if (column === 'first') graph.setEdge(first, String(index), line(1000));
    if (column === 'last') graph.setEdge(String(index), last, line(1000));
  }
}

/** What is drawn begins at the margin, whatever was laid out before it. */
function trimmed(nodes: ReadonlyMap<string, Box>, lines: readonly (readonly Point[])[]): Placed {
  const boxes = [...nodes.values()];
  const corners = boxes.flatMap(({ x, y, width, height }) => [
    { x: x - width / 2, y: y - height / 2 },
    { x: x + width / 2, y: y + height / 2 },
  ]);
  const all = [...corners, ...lines.flat()];
  const [xs, ys] = [all.map(({ x }) => x), all.map(({ y }) => y)];
  const [left, top] = [least(xs) - margin, least(ys) - margin];
  const moved = <P extends Point>(point: P): P => ({ ...point, x: point.x - left, y: point.y - top });
  return {
    width: -least(xs.map((x) => -x)) - left + margin,
    height: -least(ys.map((y) => -y)) - top + margin,
    nodes: new Map([...nodes].map(([key, box]) => [key, moved(box)])),
    edges: lines.map((points) => points.map(moved)),
  };
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => Math.min(one, other), Infinity);
}
