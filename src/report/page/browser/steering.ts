import type { Line } from './lines.ts';
import type { Placed } from './layout.ts';
import type { View } from './view.ts';

/** Mouse and keys in the picture: to nodes along lines, and with Shift to the lines themselves. */

export interface Steered {
  readonly view: View;
  readonly where: Placed;
  readonly nodes: ReadonlyMap<string, SVGGElement>;
  readonly lines: readonly Line[];
  readonly choose: Choices;
}

export interface Choices {
  readonly node: (id: string) => void;
  /** Ids of both ends. */
  readonly line: (from: string, to: string) => void;
}

export function steer(svg: SVGSVGElement, steered: Steered): void {
  const { nodes, lines } = steered;
  const all = [...nodes.values(), ...lines.map(({ group }) => group)];
  const start =
    [...nodes.values()].find((group) => group.classList.contains('here')) ?? [...nodes.values()][0];
  start?.setAttribute('tabindex', '0');
  const go = (group: SVGGElement | undefined) => {
    if (group === undefined) return;
    for (const other of all) other.setAttribute('tabindex', '-1');
    group.setAttribute('tabindex', '0');
    group.focus({ preventScroll: true });
    group.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  svg.addEventListener('keydown', (event) => {
    const at = whereOf(event);
    if (at === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter' || event.key === ' ') chooseAt(steered, at);
    else if (event.key.startsWith('Arrow')) go(nextOf(steered, at, event));
    else return;
    event.preventDefault();
  });
  svg.addEventListener('click', (event) => {
    const at = whereOf(event);
    if (at !== undefined) chooseAt(steered, at);
  });
}

/** A node by its key, or a line by its number. */
type Spot = { readonly is: 'node'; readonly key: string } | { readonly is: 'line'; readonly index: number };

function whereOf({ target }: Event): Spot | undefined {
  if (!(target instanceof Element)) return undefined;
  const key = target.closest<SVGGElement>('.node')?.dataset['key'];
  if (key !== undefined) return { is: 'node', key };
  const index = target.closest<SVGGElement>('.edge')?.dataset['edge'];
  return index === undefined ? undefined : { is: 'line', index: Number(index) };
}

function chooseAt({ view, lines, choose }: Steered, at: Spot): void {
  const idOf = (key: string) => view.nodes.find((one) => one.key === key)?.node.id ?? '';
  if (at.is === 'node') choose.node(idOf(at.key));
  else {
    const line = lines[at.index];
    if (line !== undefined) choose.line(idOf(line.edge.from), idOf(line.edge.to));
  }
}

function nextOf(steered: Steered, at: Spot, { key, shiftKey }: KeyboardEvent): SVGGElement | undefined {
  const { nodes, lines } = steered;
  const line = at.is === 'line' ? lines[at.index] : undefined;
  if (at.is === 'node' && shiftKey && (key === 'ArrowRight' || key === 'ArrowLeft')) {
    const [end, there] = key === 'ArrowRight' ? (['from', 'to'] as const) : (['to', 'from'] as const);
    return byHeight(steered, there, (one) => one.edge[end] === at.key)[0]?.group;
  }
  if (at.is === 'node') return nodes.get(next(steered, at.key, key) ?? '');
  if (line === undefined) return undefined;
  if (key === 'ArrowRight') return nodes.get(line.edge.to);
  if (key === 'ArrowLeft') return nodes.get(line.edge.from);
  const siblings = byHeight(steered, 'to', (one) => one.edge.from === line.edge.from);
  return siblings[siblings.indexOf(line) + (key === 'ArrowDown' ? 1 : -1)]?.group;
}

function byHeight({ lines, where }: Steered, end: 'from' | 'to', which: (line: Line) => boolean): Line[] {
  const y = ({ edge }: Line) => where.nodes.get(edge[end])?.y ?? 0;
  return lines.filter(which).sort((a, b) => y(a) - y(b));
}

/** To the right and left along a line, up and down in the same column. */
function next({ view, where }: Steered, key: string, arrow: string): string | undefined {
  const at = where.nodes.get(key);
  if (at === undefined) return undefined;
  const ends = (here: 'from' | 'to', there: 'from' | 'to') =>
    highest(
      where,
      view.edges.filter((edge) => edge[here] === key).map((edge) => edge[there]),
    );
  if (arrow === 'ArrowRight') return ends('from', 'to');
  if (arrow === 'ArrowLeft') return ends('to', 'from');
  const isBeyond = (y: number) => (arrow === 'ArrowUp' ? y < at.y : y > at.y);
  const column = view.nodes.flatMap((one) => {
    const box = where.nodes.get(one.key);
    return box !== undefined && Math.abs(box.x - at.x) < 40 && isBeyond(box.y)
      ? [{ key: one.key, far: Math.abs(box.y - at.y) }]
      : [];
  });
  return column.sort((a, b) => a.far - b.far)[0]?.key;
}

function highest(where: Placed, keys: readonly string[]): string | undefined {
  return [...keys].sort((a, b) => (where.nodes.get(a)?.y ?? 0) - (where.nodes.get(b)?.y ?? 0))[0];
}
