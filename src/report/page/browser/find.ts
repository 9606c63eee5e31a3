import type { PageNode } from '../model.ts';
import { isActor } from './graph.ts';

/** Names that have every word of the query in them, the likeliest first. Pure. */
export function found(nodes: readonly PageNode[], query: string): PageNode[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return nodes
    .flatMap((node) => {
      const text = `${node.label} ${node.place} ${node.kind}`.toLowerCase();
      return words.every((word) => text.includes(word)) ? [{ node, rank: rankOf(node, words[0] ?? '') }] : [];
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ node }) => node);
}

/** Services before things, and those that begin so before those that have it somewhere. */
function rankOf(node: PageNode, word: string): number {
  const label = node.label.toLowerCase();
  const place = label === word ? 0 : label.startsWith(word) ? 1 : 2;
  return place * 2 + (isActor(node) ? 0 : 1);
}
