import type { PageEdge } from '../model.ts';
import { printable } from '../../printable.ts';
import { drawing } from './dom.ts';
import { type Box, placed, type Placed, type Point } from './layout.ts';
import type { Drawn, DrawnEdge, View } from './view.ts';

/** The map as a picture: one place to tab to, from where the arrow keys follow the lines. */

export interface Picture {
  readonly svg: SVGSVGElement;
  readonly width: number;
  readonly height: number;
}

const height = 28;
const letter = 7.3;
const longest = 28;
const badge = 22;

export function picture(view: View, at: string | undefined, choose: (id: string) => void): Picture {
  const texts = new Map(view.nodes.map(({ key, node }) => [key, shortened(printable(node.label))]));
  const where = placed(
    view,
    (key) => Math.max(64, (texts.get(key)?.length ?? 0) * letter + badge + 12),
    height,
  );
  const svg = drawing('svg', {
    id: 'picture',
    role: 'application',
    'aria-roledescription': 'map',
    'aria-label': `Map of ${view.nodes.length} nodes. Arrow keys follow the lines, Enter shows a node by itself.`,
    viewBox: `0 0 ${where.width} ${where.height}`,
    width: where.width,
    height: where.height,
  });
  const nodes = new Map(
    view.nodes.map((drawn) => [drawn.key, nodeOf(drawn, where, texts.get(drawn.key) ?? '', at)]),
  );
  const lines = view.edges.map((edge, index) => ({ edge, line: lineOf(view, edge, where, index) }));
  svg.append(arrows(), ...lines.map(({ line }) => line), ...nodes.values());
  light(svg, nodes, lines);
  listen(svg, view, where, nodes, choose);
  return { svg, width: where.width, height: where.height };
}

function shortened(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 8)}…${text.slice(-7)}`;
}

function arrows(): SVGDefsElement {
  const marker = drawing(
    'marker',
    {
      id: 'arrow',
      viewBox: '0 0 8 8',
      refX: 7,
      refY: 4,
      markerWidth: 7,
      markerHeight: 7,
      orient: 'auto-start-reverse',
    },
    drawing('path', { d: 'M0 0 L8 4 L0 8 z' }),
  );
  return drawing('defs', {}, marker);
}

function nodeOf({ key, node }: Drawn, where: Placed, text: string, at: string | undefined): SVGGElement {
  const { x, y, width } = where.nodes.get(key) as Box;
  const isHere = node.id === at;
  const group = drawing('g', {
    class: `node ${styleOf(node.kind)}${isHere ? ' here' : ''}${node.suspended === true ? ' suspended' : ''}`,
    transform: `translate(${x - width / 2} ${y - height / 2})`,
    role: 'button',
    tabindex: -1,
    'data-key': key,
    'data-id': node.id,
  });
  group.append(
    drawing('title', {}, said(node)),
    drawing('rect', { width, height, rx: node.kind === 'service' || node.kind === 'team' ? 14 : 4 }),
    drawing('text', { class: 'badge', x: 8, y: 18, 'aria-hidden': 'true' }, badgeOf(node.kind)),
    drawing('text', { x: badge, y: 18, 'aria-hidden': 'true' }, text),
  );
  return group;
}

/** `queue order.queue.payments, in production, of order-service` */
function said({ kind, label, place, owner, suspended }: Drawn['node']): string {
  const parts = [
    `${wordOf(kind)} ${label}`,
    ...(place === '' ? [] : [kind === 'team' ? place : `in ${place}`]),
    ...(owner === undefined || kind === 'team' ? [] : [`of ${owner}`]),
    ...(suspended === true ? ['suspended'] : []),
  ];
  return parts.join(', ');
}

/** `queue` of `rabbitmq:queue`. */
export function wordOf(kind: string): string {
  return kind.slice(kind.indexOf(':') + 1).replaceAll('-', ' ');
}

const known = ['service', 'principal', 'team', 'exchange', 'queue', 'topic', 'group'];

function styleOf(kind: string): string {
  const word = wordOf(kind);
  return `is-${known.includes(word) ? word : 'other'}`;
}

function badgeOf(kind: string): string {
  return wordOf(kind).slice(0, 1).toUpperCase();
}

function lineOf(view: View, { from, to, edges }: DrawnEdge, where: Placed, index: number): SVGPathElement {
  const [first] = edges;
  const isUnsure = edges.every(({ doubt }) => doubt !== undefined);
  const path = drawing('path', {
    class: `line is-${first?.is ?? 'flows'}${isUnsure ? ' unsure' : ''}`,
    d: curve(where.nodes.get(from) as Box, where.nodes.get(to) as Box, where.edges[index] ?? []),
    'marker-end': 'url(#arrow)',
    'data-edge': index,
  });
  path.append(drawing('title', {}, edges.map((edge) => sentence(view, edge)).join('\n')));
  return path;
}

function sentence(view: View, { from, to, is, says, doubt }: PageEdge): string {
  const label = (id: string) => view.nodes.find(({ node }) => node.id === id)?.node.label ?? id;
  const verb = is === 'writes' ? 'writes to' : is === 'reads' ? 'is read by' : 'flows to';
  return `${label(from)} ${verb} ${label(to)}${says === '' ? '' : `: ${says}`}${doubt === undefined ? '' : ` (perhaps: ${doubt})`}`;
}

/** From the right side of a box to the left side of the other; what goes back takes the way that the layout found. */
function curve(from: Box, to: Box, points: readonly Point[]): string {
  const isForward = to.x - to.width / 2 > from.x + from.width / 2;
  const ends = [
    { x: from.x + from.width / 2, y: from.y },
    { x: to.x - to.width / 2, y: to.y },
  ] as const;
  const all = isForward ? [ends[0], ...points.slice(1, -1).filter(isBetween(...ends)), ends[1]] : points;
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

interface Line {
  readonly edge: DrawnEdge;
  readonly line: SVGPathElement;
}

/** The lines of the node that somebody points at, or is at, stand out. */
function light(svg: SVGSVGElement, nodes: ReadonlyMap<string, SVGGElement>, lines: readonly Line[]): void {
  for (const [key, group] of nodes) {
    const own = lines.filter(({ edge }) => edge.from === key || edge.to === key);
    const set = (isLit: boolean) => () => {
      svg.classList.toggle('lit', isLit);
      for (const { line } of own) line.classList.toggle('lit', isLit);
    };
    for (const event of ['pointerenter', 'focus']) group.addEventListener(event, set(true));
    for (const event of ['pointerleave', 'blur']) group.addEventListener(event, set(false));
  }
}

function listen(
  svg: SVGSVGElement,
  view: View,
  where: Placed,
  nodes: ReadonlyMap<string, SVGGElement>,
  choose: (id: string) => void,
): void {
  const start =
    [...nodes.values()].find((group) => group.classList.contains('here')) ?? [...nodes.values()][0];
  start?.setAttribute('tabindex', '0');
  const go = (key: string | undefined) => {
    const group = key === undefined ? undefined : nodes.get(key);
    if (group === undefined) return;
    for (const other of nodes.values()) other.setAttribute('tabindex', '-1');
    group.setAttribute('tabindex', '0');
    group.focus();
    group.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  svg.addEventListener('keydown', (event) => {
    const key = keyOf(event);
    if (key === undefined) return;
    if (event.key === 'Enter' || event.key === ' ') choose(nodeOfView(view, key) ?? '');
    else if (event.key.startsWith('Arrow')) go(next(view, where, key, event.key));
    else return;
    event.preventDefault();
  });
  svg.addEventListener('click', (event) => {
    const id = nodeOfView(view, keyOf(event));
    if (id !== undefined) choose(id);
  });
}

function keyOf({ target }: Event): string | undefined {
  const group = target instanceof Element ? target.closest<SVGGElement>('.node') : null;
  return group?.dataset['key'];
}

function nodeOfView(view: View, key: string | undefined): string | undefined {
  return view.nodes.find((one) => one.key === key)?.node.id;
}

/** To the right and left along a line, up and down in the same column. */
function next(view: View, where: Placed, key: string, arrow: string): string | undefined {
  const at = where.nodes.get(key);
  if (at === undefined) return undefined;
  if (arrow === 'ArrowRight')
    return highest(
      where,
      view.edges.filter(({ from }) => from === key).map(({ to }) => to),
    );
  if (arrow === 'ArrowLeft')
    return highest(
      where,
      view.edges.filter(({ to }) => to === key).map(({ from }) => from),
    );
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
