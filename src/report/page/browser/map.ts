import type { PageEdge, PageNode } from '../model.ts';
import { details, lineDetails } from './details.ts';
import { element, theOne } from './dom.ts';
import { picture, type Picture } from './drawing.ts';
import { printable } from '../../printable.ts';
import { type Filter, filtered, type Graph, graphOf, isActor, teamOf } from './graph.ts';
import type { Bar } from './bar.ts';
import { search } from './search.ts';
import type { Choices } from './steering.ts';
import { focused, readable, type View } from './view.ts';

/** The map: what is chosen stands in the address of the page, so that Back goes back. */

/** Below this, names cannot be read: it is scrolled instead. */
const smallest = 0.9;

/** Of the page. */
interface Parts {
  readonly controls: HTMLElement;
  readonly canvas: HTMLElement;
  readonly details: HTMLElement;
  readonly told: HTMLElement;
  readonly all: HTMLButtonElement;
  readonly broker: HTMLSelectElement;
  readonly owner: HTMLSelectElement;
  readonly box: HTMLInputElement;
  readonly hops: HTMLSelectElement;
}

interface Shown {
  /** Undefined: as much as fits. */
  zoom: number | undefined;
  picture?: Picture | undefined;
  view?: View | undefined;
}

interface Own {
  readonly parts: Parts;
  readonly whole: Graph;
  readonly bar: Bar;
  readonly shown: Shown;
  /** All of it again, or only the words and the line that is chosen. */
  readonly redraw: () => void;
  readonly choose: Choices;
}

export function map(nodes: readonly PageNode[], edges: readonly PageEdge[], bar: Bar): void {
  const parts = partsOf();
  const teams = [...new Set(nodes.filter(isActor).map(teamOf))].sort();
  parts.owner.append(...teams.map((team) => element('option', { value: team }, team)));
  const own: Own = {
    parts,
    whole: graphOf(nodes, edges),
    bar,
    shown: { zoom: undefined },
    redraw: () => draw(own),
    choose: {
      node: (id) => chooseNode(own, id),
      line: (from, to) => {
        const isInPicture = parts.canvas.contains(document.activeElement);
        bar.set({ from, to }, 'step');
        tell(own);
        if (!isInPicture) parts.details.querySelector('h3')?.focus();
      },
    },
  };
  listen(own);
  search(
    nodes,
    { box: parts.box, list: theOne('map-hits', HTMLUListElement), told: theOne('map-found', HTMLElement) },
    bar,
    own.choose.node,
  );
  parts.controls.hidden = false;
  unfolded();
  theOne('map-body', HTMLElement).hidden = false;
  theOne('no-map', HTMLElement).hidden = true;
  fill(parts, bar);
  draw(own);
  comeHere(bar);
}

/** Where there is little room, what to filter by is folded away before the map. */
function unfolded(): void {
  const isNarrow = window.matchMedia('(max-width: 47.99rem)');
  const fold = () => {
    for (const one of document.querySelectorAll<HTMLDetailsElement>('details.filters'))
      one.open = !isNarrow.matches;
  };
  isNarrow.addEventListener('change', fold);
  fold();
}

function partsOf(): Parts {
  return {
    controls: theOne('map-controls', HTMLElement),
    canvas: theOne('canvas', HTMLElement),
    details: theOne('details', HTMLElement),
    told: theOne('map-told', HTMLElement),
    all: theOne('map-all', HTMLButtonElement),
    broker: theOne('map-broker', HTMLSelectElement),
    owner: theOne('map-owner', HTMLSelectElement),
    hops: theOne('map-hops', HTMLSelectElement),
    box: theOne('map-search', HTMLInputElement),
  };
}

function listen(own: Own): void {
  const { parts, bar, redraw } = own;
  parts.controls.addEventListener('change', ({ target }) => {
    if (target === parts.box) return;
    bar.set(chosenIn(parts), 'aside');
    redraw();
  });
  parts.all.addEventListener('click', () => {
    bar.set({ at: '', from: '', to: '' }, 'step');
    redraw();
    parts.box.focus();
  });
  zooming(own);
  // By a link from elsewhere on the page, or from elsewhere.
  bar.listen(() => {
    fill(parts, bar);
    redraw();
    comeHere(bar);
  });
}

function chooseNode({ parts, bar, redraw }: Own, id: string): void {
  const isInPicture = parts.canvas.contains(document.activeElement);
  const isTeam = id.startsWith('team:');
  if (isTeam) parts.owner.value = id.slice('team:'.length);
  bar.set({ ...chosenIn(parts), at: isTeam ? '' : id, from: '', to: '' }, 'step');
  redraw();
  land(parts, isInPicture);
}

function comeHere(bar: Bar): void {
  if (bar.get('at') !== '' || bar.get('from') !== '') theOne('map', HTMLElement).scrollIntoView();
}

function draw(own: Own): void {
  const { parts, whole, bar, shown, choose } = own;
  const graph = filtered(whole, filterOf(parts));
  const at = whole.nodes.get(bar.get('at'));
  shown.view = at === undefined ? readable(graph) : focused(graph, at.id, Number(parts.hops.value));
  shown.picture = shown.view === undefined ? undefined : picture(shown.view, at?.id, choose);
  parts.canvas.replaceChildren(...(shown.picture === undefined ? [] : [shown.picture.svg]));
  if (shown.picture !== undefined) size(parts.canvas, shown.picture, shown.zoom);
  parts.told.textContent = printable(told(graph, at, shown.view));
  parts.all.hidden = at === undefined;
  parts.hops.disabled = at === undefined;
  tell(own);
}

/** The words beside the picture: of a line, of a node, or of everything. */
function tell({ parts, whole, bar, shown, choose }: Own): void {
  const [from, to, at] = [bar.get('from'), bar.get('to'), whole.nodes.get(bar.get('at'))];
  const edges = shown.picture?.mark(from, to) ?? [];
  const nodeOf = (id: string) =>
    shown.view?.nodes.find(({ node }) => node.id === id)?.node ?? whole.nodes.get(id);
  const [one, other] = [nodeOf(from), nodeOf(to)];
  const words =
    edges.length > 0 && one !== undefined && other !== undefined
      ? lineDetails(nodeOf, { from: one, to: other }, edges, choose.node)
      : at !== undefined
        ? details(whole, at, choose.node)
        : intro();
  parts.details.replaceChildren(...words);
}

function size(canvas: HTMLElement, { svg, width, height }: Picture, zoom: number | undefined): void {
  const scale = zoom ?? Math.min(1, Math.max(smallest, (canvas.clientWidth - 4) / width));
  svg.setAttribute('width', String(Math.round(width * scale)));
  svg.setAttribute('height', String(Math.round(height * scale)));
  const here = svg.querySelector('.here')?.getBoundingClientRect();
  if (here === undefined) return;
  const room = canvas.getBoundingClientRect();
  canvas.scrollLeft += here.left + here.width / 2 - room.left - room.width / 2;
  canvas.scrollTop += here.top + here.height / 2 - room.top - room.height / 2;
}

/** The keyboard goes on where the choice was made: in the picture, or in the words beside it. */
function land({ canvas, details }: Parts, isInPicture: boolean): void {
  const here = isInPicture
    ? canvas.querySelector<SVGElement>('.node[tabindex="0"]')
    : details.querySelector('h3');
  here?.focus();
}

function zooming({ parts: { canvas }, shown, redraw }: Own): void {
  const by = (factor: number | undefined) => () => {
    const svg = canvas.querySelector('svg');
    const drawn = svg === null ? 1 : svg.width.baseVal.value / svg.viewBox.baseVal.width;
    shown.zoom = factor === undefined ? undefined : Math.min(3, Math.max(0.1, drawn * factor));
    redraw();
  };
  theOne('map-larger', HTMLButtonElement).addEventListener('click', by(1.25));
  theOne('map-smaller', HTMLButtonElement).addEventListener('click', by(0.8));
  theOne('map-fit', HTMLButtonElement).addEventListener('click', by(undefined));
}

function boxesOf({ controls }: Parts, name: string): HTMLInputElement[] {
  return [...controls.querySelectorAll<HTMLInputElement>('input[type=checkbox]')].filter(
    (box) => box.name === name,
  );
}

function off(parts: Parts, name: string): string[] {
  return boxesOf(parts, name)
    .filter(({ checked }) => !checked)
    .map(({ value }) => value);
}

function filterOf(parts: Parts): Filter {
  return {
    broker: parts.broker.value,
    owner: parts.owner.value,
    folded: new Set(off(parts, 'kind')),
    hidden: new Set(off(parts, 'edge') as PageEdge['is'][]),
  };
}

/** What is as the page opens is not told. */
function chosenIn(parts: Parts): Readonly<Record<string, string>> {
  return {
    broker: parts.broker.value,
    owner: parts.owner.value,
    reach: parts.hops.value === '1' ? '' : parts.hops.value,
    without: [...off(parts, 'kind'), ...off(parts, 'edge')].join(' '),
  };
}

/** The other way: controls as the address has them. What there is none of chooses nothing. */
function fill(parts: Parts, bar: Bar): void {
  const pick = (select: HTMLSelectElement, value: string) => {
    const isThere = [...select.options].some((option) => option.value === value);
    select.value = isThere ? value : (select.options[0]?.value ?? '');
  };
  pick(parts.broker, bar.get('broker'));
  pick(parts.owner, bar.get('owner'));
  pick(parts.hops, bar.get('reach'));
  const without = new Set(bar.get('without').split(' '));
  for (const box of [...boxesOf(parts, 'kind'), ...boxesOf(parts, 'edge')])
    box.checked = !without.has(box.value);
}

function intro(): HTMLElement[] {
  return [
    element('h3', { tabindex: -1 }, 'Everything'),
    element(
      'p',
      {},
      'Search, or choose a node, to see whom it sends to and whose messages it gets; choose a line to see what goes there.',
    ),
  ];
}

function told(graph: Graph, at: PageNode | undefined, view: View | undefined): string {
  if (at !== undefined && view === undefined) return `${at.label} is not in what the filter leaves.`;
  if (view === undefined)
    return `${graph.nodes.size} nodes are too many to draw at once: search for one, or choose an owner or a broker.`;
  const cut = view.isCut ? ' There is more than can be read: what is farther away is left out.' : '';
  if (at !== undefined)
    return `${at.label}: whose messages it gets to the left, whom it sends to to the right.${cut}`;
  const alone = view.alone === 0 ? '' : ` ${view.alone} that nothing leads to or from are not drawn.`;
  const { detail } = view;
  const what = {
    things: '',
    services: ' Things are too many to draw: only services are.',
    teams: ' Services are too many to draw: by who answers for them.',
  };
  const hubs =
    view.hubs.length === 0
      ? ''
      : ` Lines of ${view.hubs.map(({ label }) => label).join(', ')} are drawn where it is chosen.`;
  return `Who writes to the left, who reads to the right.${what[detail]}${hubs}${alone}`;
}
