import type { PageEdge } from '../model.ts';
import { printable } from '../../printable.ts';
import { drawing } from './dom.ts';
import { type Box, placed, type Placed } from './layout.ts';
import { type Line, lineOf } from './lines.ts';
import { type Choices, steer } from './steering.ts';
import type { Drawn, View } from './view.ts';

/** The map as a picture: one place to tab to, from where the arrow keys follow the lines. */

export interface Picture {
  readonly svg: SVGSVGElement;
  readonly width: number;
  readonly height: number;
  /** Marks the line between these, and gives all that it stands for: nothing, where it is not drawn. */
  readonly mark: (from: string, to: string) => readonly PageEdge[];
}

const height = 26;
const longest = 30;
const badge = 22;

export function picture(view: View, at: string | undefined, choose: Choices): Picture {
  const texts = new Map(view.nodes.map(({ key, node }) => [key, shortened(printable(node.label))]));
  const widthOf = widths();
  const where = placed(view, (key) => Math.max(56, widthOf(texts.get(key) ?? '') + badge + 10), height);
  const svg = drawing('svg', {
    id: 'picture',
    role: 'application',
    'aria-roledescription': 'map',
    'aria-label': `Map of ${view.nodes.length} nodes. Arrow keys follow the lines, with Shift they stop on a line, Enter shows a node by itself or what a line is.`,
    viewBox: `0 0 ${where.width} ${where.height}`,
    width: where.width,
    height: where.height,
  });
  const nodes = new Map(
    view.nodes.map((drawn) => [drawn.key, nodeOf(drawn, where, texts.get(drawn.key) ?? '', at)]),
  );
  const labels = new Map(view.nodes.map(({ node }) => [node.id, node.label]));
  const labelOf = (id: string) => labels.get(id) ?? id;
  const lines = view.edges.map((edge, index) => ({ edge, group: lineOf(labelOf, edge, where, index) }));
  svg.append(arrows(), ...lines.map(({ group }) => group), ...nodes.values());
  light(svg, nodes, lines);
  steer(svg, { view, where, nodes, lines, choose });
  return { svg, width: where.width, height: where.height, mark: (from, to) => marked(view, lines, from, to) };
}

function marked(view: View, lines: readonly Line[], from: string, to: string): readonly PageEdge[] {
  const ids = new Map(view.nodes.map(({ key, node }) => [key, node.id]));
  const isMeant = ({ edge }: Line) => ids.get(edge.from) === from && ids.get(edge.to) === to;
  for (const line of lines) line.group.classList.toggle('chosen', isMeant(line));
  return [...new Set(lines.filter(isMeant).flatMap(({ edge }) => edge.edges))];
}

/** As the letters of the page are, which each machine has others of. */
function widths(): (text: string) => number {
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) return (text) => text.length * 7.3;
  context.font = `12.5px ${getComputedStyle(document.body).fontFamily}`;
  return (text) => context.measureText(text).width;
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
      markerWidth: 9,
      markerHeight: 9,
      markerUnits: 'userSpaceOnUse',
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
    drawing('text', { class: 'badge', x: 8, y: 17, 'aria-hidden': 'true' }, badgeOf(node.kind)),
    drawing('text', { x: badge, y: 17, 'aria-hidden': 'true' }, text),
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
  // Beside T of topics.
  if (kind === 'team') return 'O';
  return wordOf(kind).slice(0, 1).toUpperCase();
}

/** A line, or the lines of a node, that somebody points at, or is at, stands out. */
function light(svg: SVGSVGElement, nodes: ReadonlyMap<string, SVGGElement>, lines: readonly Line[]): void {
  const lighting = (group: SVGGElement, own: readonly SVGGElement[]) => {
    const set = (isLit: boolean) => () => {
      svg.classList.toggle('lit', isLit);
      for (const one of own) one.classList.toggle('lit', isLit);
    };
    for (const event of ['pointerenter', 'focus']) group.addEventListener(event, set(true));
    for (const event of ['pointerleave', 'blur']) group.addEventListener(event, set(false));
  };
  for (const [key, group] of nodes) {
    const own = lines.filter(({ edge }) => edge.from === key || edge.to === key);
    lighting(
      group,
      own.map((line) => line.group),
    );
  }
  for (const { group } of lines) lighting(group, [group]);
}
