import type { PageEdge, PageNode } from '../page/model.ts';

interface Graph {
  readonly nodes: readonly PageNode[];
  readonly edges: readonly PageEdge[];
}

/** These nodes, what they use or own, the ways from and to there, and who else is at them. Pure. */
export function narrowed({ nodes, edges }: Graph, whose: ReadonlySet<string>): Graph {
  const owned = nodes.filter(({ kind, owner }) => kind !== 'service' && whose.has(`service:${owner ?? ''}`));
  const things = new Set(owned.map(({ id }) => id));
  for (const { from, to, is } of edges) {
    if (is === 'flows') continue;
    if (whose.has(from)) things.add(to);
    if (whose.has(to)) things.add(from);
  }
  const flows = edges.filter(({ is }) => is === 'flows');
  const reached = new Set([...onwards(things, flows, 'from', 'to'), ...onwards(things, flows, 'to', 'from')]);
  const kept = edges.filter(({ from, to, is }) =>
    is === 'flows' ? reached.has(from) && reached.has(to) : reached.has(is === 'writes' ? to : from),
  );
  const ends = new Set([...whose, ...reached, ...kept.flatMap(({ from, to }) => [from, to])]);
  return { nodes: nodes.filter(({ id }) => ends.has(id)), edges: kept };
}

function onwards(
  begin: ReadonlySet<string>,
  flows: readonly PageEdge[],
  here: 'from' | 'to',
  there: 'from' | 'to',
): ReadonlySet<string> {
  const ways = Map.groupBy(flows, (flow) => flow[here]);
  const seen = new Set(begin);
  // Grows while it is walked.
  for (const at of seen) for (const way of ways.get(at) ?? []) seen.add(way[there]);
  return seen;
}
