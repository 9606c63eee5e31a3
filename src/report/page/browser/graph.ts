import type { PageEdge, PageNode } from '../model.ts';

/** What is drawn of the map, and what of it is put together. Pure. */

export interface Graph {
  readonly nodes: ReadonlyMap<string, PageNode>;
  readonly edges: readonly PageEdge[];
  readonly from: ReadonlyMap<string, readonly PageEdge[]>;
  readonly to: ReadonlyMap<string, readonly PageEdge[]>;
}

export function graphOf(nodes: readonly PageNode[], edges: readonly PageEdge[]): Graph {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const known = edges.filter(({ from, to }) => byId.has(from) && byId.has(to));
  return {
    nodes: byId,
    edges: known,
    from: Map.groupBy(known, ({ from }) => from),
    to: Map.groupBy(known, ({ to }) => to),
  };
}

/** Who acts: a service, or another principal. Messages do not go through one by themselves. */
export function isActor({ kind }: Pick<PageNode, 'kind'>): boolean {
  return kind === 'service' || kind === 'principal' || kind === 'team';
}

export interface Filter {
  /** Of things; those of others are left out. Empty is all. */
  readonly broker: string;
  readonly owner: string;
  /** Kinds of things that messages pass without being drawn. */
  readonly folded: ReadonlySet<string>;
  /** Kinds of edges that are left out. */
  readonly hidden: ReadonlySet<PageEdge['is']>;
}

/** The part of the map that a filter leaves, with what is folded put into edges. */
export function filtered(graph: Graph, { broker, owner, folded, hidden }: Filter): Graph {
  const nodes = [...graph.nodes.values()].filter(
    (node) => broker === '' || node.broker === undefined || node.broker === broker,
  );
  const kept = graphOf(
    nodes,
    graph.edges.filter(({ is }) => !hidden.has(is)),
  );
  const near = owner === '' ? kept : around(kept, owner);
  return folded.size === 0 ? near : fold(near, (node) => folded.has(node.kind));
}

/** The services and things of one owner, and everything up to the next services. */
function around(graph: Graph, owner: string): Graph {
  const own = [...graph.nodes.values()]
    .filter((node) => isActor(node) && teamOf(node) === owner)
    .map(({ id }) => id);
  const edges = new Set([
    ...own.flatMap((id) => walk(graph, id, 1, 'from').edges),
    ...own.flatMap((id) => walk(graph, id, 1, 'to').edges),
  ]);
  const ids = new Set([...own, ...[...edges].flatMap(({ from, to }) => [from, to])]);
  return graphOf(
    [...graph.nodes.values()].filter(({ id }) => ids.has(id)),
    [...edges],
  );
}

export interface Walked {
  readonly edges: readonly PageEdge[];
  /** How many were left out, since there are too many. */
  readonly isCut: boolean;
}

/** Every edge on the way of messages from a node (or to it), past so many services. */
export function walk(graph: Graph, id: string, hops: number, way: 'from' | 'to', most = Infinity): Walked {
  const [next, end] = way === 'from' ? [graph.from, 'to' as const] : [graph.to, 'from' as const];
  const found = new Set<PageEdge>();
  const seen = new Set([id]);
  let wave: readonly { readonly id: string; readonly hop: number }[] = [{ id, hop: 0 }];
  while (wave.length > 0) {
    const after: { readonly id: string; readonly hop: number }[] = [];
    for (const one of wave) {
      for (const edge of next.get(one.id) ?? []) {
        if (found.size >= most) return { edges: [...found], isCut: true };
        found.add(edge);
        const there = edge[end];
        if (seen.has(there)) continue;
        seen.add(there);
        const node = graph.nodes.get(there);
        const hop = node !== undefined && isActor(node) ? one.hop + 1 : one.hop;
        if (hop < hops) after.push({ id: there, hop });
      }
    }
    wave = after;
  }
  return { edges: [...found], isCut: false };
}

/** Takes nodes out, and joins what is before and after each. */
export function fold(graph: Graph, isFolded: (node: PageNode) => boolean): Graph {
  const nodes = [...graph.nodes.values()].filter((node) => !isFolded(node));
  const stay = new Set(nodes.map(({ id }) => id));
  const joined = new Map<string, PageEdge>();
  for (const { id } of nodes) {
    for (const edge of graph.from.get(id) ?? []) {
      for (const end of ends(graph, edge, stay)) {
        const key = JSON.stringify([id, end.to, end.is]);
        const one = joined.get(key);
        joined.set(key, one === undefined ? end : together(one, end));
      }
    }
  }
  return graphOf(nodes, [...joined.values()]);
}

/** An edge, drawn out to the next nodes that stay. */
function ends(graph: Graph, edge: PageEdge, stay: ReadonlySet<string>): PageEdge[] {
  if (stay.has(edge.to)) return [edge];
  const found: PageEdge[] = [];
  const seen = new Set<string>();
  const walkOn = (at: string, via: string, doubt: string | undefined): void => {
    if (seen.has(at)) return;
    seen.add(at);
    const by = via === '' ? labelOf(graph, at) : via;
    for (const next of graph.from.get(at) ?? []) {
      const unsure = doubt ?? next.doubt;
      if (stay.has(next.to)) {
        found.push({
          from: edge.from,
          to: next.to,
          is: 'flows',
          says: by,
          ...(unsure === undefined ? {} : { doubt: unsure }),
        });
      } else walkOn(next.to, by, unsure);
    }
  };
  walkOn(edge.to, '', edge.doubt);
  return found;
}

function labelOf(graph: Graph, id: string): string {
  return graph.nodes.get(id)?.label ?? id;
}

/** Sure where one of them is. */
function together(one: PageEdge, other: PageEdge): PageEdge {
  const says = one.says.split(', ').includes(other.says) ? one.says : `${one.says}, ${other.says}`;
  const { doubt, ...rest } = { ...one, says };
  return doubt === undefined || other.doubt === undefined ? rest : { ...rest, doubt };
}

/** Who answers for a service, in the words of the list to choose from. */
export function teamOf({ owner, kind }: PageNode): string {
  return kind === 'principal' ? '(no service)' : (owner ?? '(nobody)');
}

/** Services by who answers for them. */
export function byOwner(graph: Graph): Graph {
  const services = fold(graph, (node) => !isActor(node));
  const teams = Map.groupBy(services.nodes.values(), teamOf);
  const nodes = [...teams].map(([team, some]): PageNode => ({
    id: `team:${team}`,
    kind: 'team',
    label: team,
    place: some.length === 1 ? '1 service' : `${some.length} services`,
    owner: team,
  }));
  const joined = new Map<string, { readonly from: string; readonly to: string; lines: number }>();
  for (const { from, to } of services.edges) {
    const [one, other] = [from, to].map((id) => `team:${teamOf(services.nodes.get(id) as PageNode)}`) as [
      string,
      string,
    ];
    if (one === other) continue;
    const key = JSON.stringify([one, other]);
    joined.set(key, { from: one, to: other, lines: (joined.get(key)?.lines ?? 0) + 1 });
  }
  const edges = [...joined.values()].map(({ from, to, lines }): PageEdge => ({
    from,
    to,
    is: 'flows',
    says: lines === 1 ? 'from one service to another' : `${lines} times from a service to another`,
  }));
  return graphOf(nodes, edges);
}
