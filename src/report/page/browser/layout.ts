import { Graph, layout } from '@dagrejs/dagre';
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

export function placed(view: View, widthOf: (key: string) => number, height: number): Placed {
  const graph = new Graph<object, Box, { readonly points: readonly Point[] }>({ directed: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 8, edgesep: 4, ranksep: 38, marginx: margin, marginy: margin });
  for (const { key } of view.nodes) graph.setNode(key, { width: widthOf(key), height } as Box);
  for (const { from, to } of view.edges) graph.setEdge(from, to, { points: [] });
  layout(graph);
  const nodes = new Map(view.nodes.map(({ key }) => [key, graph.node(key)]));
  const boxes = [...nodes.values()];
  return {
    width: Math.max(0, ...boxes.map(({ x, width }) => x + width / 2)) + margin,
    height: Math.max(0, ...boxes.map(({ y }) => y + height / 2)) + margin,
    nodes,
    edges: view.edges.map(({ from, to }) => graph.edge(from, to).points),
  };
}
