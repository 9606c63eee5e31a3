import { describe, expect, test } from 'vitest';
import { graphOf } from '../../../src/report/page/browser/graph.ts';
import { placed } from '../../../src/report/page/browser/layout.ts';
import { overview } from '../../../src/report/page/browser/view.ts';
import { edge, hostile, service, sized, thing } from './models.ts';

const laidOut = (nodes: Parameters<typeof graphOf>[0], edges: Parameters<typeof graphOf>[1]) => {
  const view = overview(graphOf(nodes, edges), 'things');
  return { view, where: placed(view, () => 80, 26) };
};

describe('where everything stands', () => {
  test('writers in the first column, readers in the last, and everything within the picture', () => {
    const { nodes, edges } = sized(12);
    const { view, where } = laidOut(nodes, edges);
    const xs = (column: string) =>
      view.nodes.flatMap((one) => (one.column === column ? (where.nodes.get(one.key)?.x ?? []) : []));
    const all = [...where.nodes.values()];
    expect(new Set(xs('first'))).toEqual(new Set([Math.min(...all.map(({ x }) => x))]));
    expect(new Set(xs('last'))).toEqual(new Set([Math.max(...all.map(({ x }) => x))]));
    for (const { x, y } of [...all, ...where.edges.flat()]) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(where.width);
      expect(y).toBeLessThanOrEqual(where.height);
    }
  });

  test('a line ends at its own nodes, whatever separators their names have in them', () => {
    const names = ['a', 'b', 'a\u0001thing b', 'b\u0001thing c', 'c', '>', '<', '\u0000', ...hostile];
    const things = names.map((name) => thing('kafka:topic', name));
    const people = names.map((name) => service(name));
    const edges = people.flatMap((one, index) => [
      edge(one, 'writes', things[index] ?? one),
      edge(one, 'writes', things[(index + 3) % things.length] ?? one),
      edge(things[index] ?? one, 'reads', one),
    ]);
    const { view, where } = laidOut([...people, ...things], edges);
    expect(view.edges).toHaveLength(edges.length);
    for (const [index, { from, to }] of view.edges.entries()) {
      const points = where.edges[index] ?? [];
      const near = (key: string, point = points[0]) =>
        Math.hypot(
          (point?.x ?? Infinity) - (where.nodes.get(key)?.x ?? 0),
          (point?.y ?? Infinity) - (where.nodes.get(key)?.y ?? 0),
        );
      expect(near(from)).toBeLessThan(60);
      expect(near(to, points.at(-1))).toBeLessThan(60);
    }
  });

  test('names that differ only by what dagre joins its own keys with', () => {
    const [a, ab, bc, c] = ['a', 'a\u0001reader service:b', 'b\u0001reader service:c', 'c'].map((name) =>
      service(name),
    );
    const nodes = [a, ab, bc, c].flatMap((one) => one ?? []);
    const { view, where } = laidOut(nodes, [
      { from: a?.id ?? '', to: bc?.id ?? '', is: 'flows', says: '' },
      { from: ab?.id ?? '', to: c?.id ?? '', is: 'flows', says: '' },
    ]);
    expect(view.edges).toHaveLength(2);
    expect(where.edges.map(([first]) => first?.y)).toEqual(
      view.edges.map(({ from }) => where.nodes.get(from)?.y),
    );
  });
});
