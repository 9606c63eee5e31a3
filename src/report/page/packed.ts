import type { PageEdge, PageNode } from './model.ts';

/** The map as it stands in the page: edges name nodes by their number, which halves it. Pure. */
export interface Packed {
  readonly nodes: readonly PageNode[];
  readonly edges: readonly (Omit<PageEdge, 'from' | 'to'> & { readonly from: number; readonly to: number })[];
}

/** An edge whose ends are not there is nothing that could be drawn. */
export function packed(nodes: readonly PageNode[], edges: readonly PageEdge[]): Packed {
  const numbers = new Map(nodes.map(({ id }, index) => [id, index]));
  return {
    nodes,
    edges: edges.flatMap((edge) => {
      const [from, to] = [numbers.get(edge.from), numbers.get(edge.to)];
      return from === undefined || to === undefined ? [] : [{ ...edge, from, to }];
    }),
  };
}

export function unpacked({ nodes, edges }: Packed): PageEdge[] {
  return edges.flatMap((edge) => {
    const [from, to] = [nodes[edge.from]?.id, nodes[edge.to]?.id];
    return from === undefined || to === undefined ? [] : [{ ...edge, from, to }];
  });
}
