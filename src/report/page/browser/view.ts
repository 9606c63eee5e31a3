import type { PageEdge, PageNode } from '../model.ts';
import { byOwner, fold, type Graph, isActor, walk } from './graph.ts';

/** What is drawn: nodes that may stand there twice, once where messages come from, once where they go to. Pure. */

export interface Drawn {
  readonly key: string;
  readonly node: PageNode;
  /** Where it has to stand, where that is not left to the layout. */
  readonly column?: 'first' | 'last';
}

export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  /** All that the line stands for. */
  readonly edges: readonly PageEdge[];
}

export type Detail = 'things' | 'services' | 'teams';

export interface View {
  readonly nodes: readonly Drawn[];
  readonly edges: readonly DrawnEdge[];
  readonly detail: Detail;
  readonly isCut: boolean;
  /** Things that so much goes through that their lines would hide all others. */
  readonly hubs: readonly PageNode[];
  /** Of the nodes that were to be drawn, those that nothing leads to or from. */
  readonly alone: number;
}

/** By how their keys begin. */
const columns = [
  ['writer ', 'first'],
  ['reader ', 'last'],
] as const;

/** More than this nobody reads. */
const most = { nodes: 260, edges: 420 };
const busy = 24;

/** With the node in the middle: what its messages reach to its right, whose messages it gets to its left. */
export function focused(graph: Graph, id: string, hops: number): View | undefined {
  const middle = graph.nodes.get(id);
  if (middle === undefined) return undefined;
  const down = walk(graph, id, hops, 'from', most.edges);
  const up = walk(graph, id, hops, 'to', most.edges);
  // A way back to the middle is drawn to a copy of it, so that all lines go to the right.
  const edges = [
    ...down.edges.map((edge) => ({
      from: edge.from === id ? 'here' : `after ${edge.from}`,
      to: `after ${edge.to}`,
      edge,
    })),
    ...up.edges.map((edge) => ({
      from: `before ${edge.from}`,
      to: edge.to === id ? 'here' : `before ${edge.to}`,
      edge,
    })),
  ];
  const idOf = (key: string) => (key === 'here' ? id : key.slice(key.indexOf(' ') + 1));
  return viewOf(graph, edges, idOf, {
    detail: 'things',
    isCut: down.isCut || up.isCut,
    first: 'here',
    hubs: [],
    wanted: [],
  });
}

/** Services that write stand to the left, those that read to the right. */
export function overview(graph: Graph, detail: Detail): View {
  const hubs = detail === 'things' ? hubsOf(graph) : [];
  const crowded = new Set(hubs.map(({ id }) => id));
  const seen =
    detail === 'things'
      ? graph
      : detail === 'services'
        ? fold(graph, (node) => !isActor(node))
        : byOwner(graph);
  const keyOf = (id: string, side: string) => {
    const node = seen.nodes.get(id);
    return node !== undefined && isActor(node) ? `${side} ${id}` : `thing ${id}`;
  };
  const edges = seen.edges
    .filter(({ from, to }) => !crowded.has(from) && !crowded.has(to))
    .map((edge) => ({ from: keyOf(edge.from, 'writer'), to: keyOf(edge.to, 'reader'), edge }));
  const wanted = [...seen.nodes.keys()].filter((id) => !crowded.has(id));
  return viewOf(seen, edges, (key) => key.slice(key.indexOf(' ') + 1), {
    detail,
    isCut: false,
    hubs,
    wanted,
  });
}

function hubsOf(graph: Graph): PageNode[] {
  const many = (id: string) => Math.max(graph.from.get(id)?.length ?? 0, graph.to.get(id)?.length ?? 0);
  return [...graph.nodes.values()].filter((node) => !isActor(node) && many(node.id) > busy);
}

/** As much detail as can be read. */
export function readable(graph: Graph): View | undefined {
  const details = ['things', 'services', 'teams'] as const;
  for (const detail of details) {
    const view = overview(graph, detail);
    if (view.nodes.length <= most.nodes && view.edges.length <= most.edges) return view;
  }
  return undefined;
}

function viewOf(
  graph: Graph,
  found: readonly { readonly from: string; readonly to: string; readonly edge: PageEdge }[],
  idOf: (key: string) => string,
  {
    detail,
    isCut,
    hubs,
    first,
    wanted,
  }: Pick<View, 'detail' | 'isCut' | 'hubs'> & {
    readonly first?: string;
    readonly wanted: readonly string[];
  },
): View {
  const keys = new Set([
    ...(first === undefined ? [] : [first]),
    ...found.flatMap(({ from, to }) => [from, to]),
  ]);
  const nodes = [...keys].flatMap((key) => {
    const node = graph.nodes.get(idOf(key));
    const column = columns.find(([begins]) => key.startsWith(begins))?.[1];
    return node === undefined ? [] : [{ key, node, ...(column === undefined ? {} : { column }) }];
  });
  const lines = Map.groupBy(found, ({ from, to }) => JSON.stringify([from, to]));
  const edges = [...lines.values()].flatMap((some) => {
    const [one] = some;
    return one === undefined ? [] : [{ from: one.from, to: one.to, edges: some.map(({ edge }) => edge) }];
  });
  const drawn = new Set(nodes.map(({ node }) => node.id));
  return { nodes, edges, detail, isCut, hubs, alone: wanted.filter((id) => !drawn.has(id)).length };
}
