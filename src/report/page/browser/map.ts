import type { PageEdge, PageNode } from '../model.ts';
import { details } from './details.ts';
import { element, theOne } from './dom.ts';
import { picture, type Picture, wordOf } from './drawing.ts';
import { printable } from '../../printable.ts';
import { type Filter, filtered, type Graph, graphOf, isActor, teamOf } from './graph.ts';
import { search } from './search.ts';
import { focused, readable, type View } from './view.ts';

/** The map: what is chosen stands in the address of the page, so that Back goes back. */

const begins = '#at=';
/** Below this, names cannot be read: it is scrolled instead. */
const smallest = 0.9;

/** Of the page. */
interface Parts {
  readonly controls: HTMLElement;
  readonly canvas: HTMLElement;
  readonly details: HTMLElement;
  readonly told: HTMLElement;
  readonly all: HTMLButtonElement;
  readonly owner: HTMLSelectElement;
  readonly hops: HTMLSelectElement;
}

interface State {
  /** Undefined: as much as fits. */
  zoom: number | undefined;
}

export function map(nodes: readonly PageNode[], edges: readonly PageEdge[]): void {
  const whole = graphOf(nodes, edges);
  const state: State = { zoom: undefined };
  const parts: Parts = {
    controls: theOne('map-controls', HTMLElement),
    canvas: theOne('canvas', HTMLElement),
    details: theOne('details', HTMLElement),
    told: theOne('map-told', HTMLElement),
    all: theOne('map-all', HTMLButtonElement),
    owner: theOne('map-owner', HTMLSelectElement),
    hops: theOne('map-hops', HTMLSelectElement),
  };
  const box = theOne('map-search', HTMLInputElement);
  const redraw = () => draw(parts, whole, state, choose);
  const go = (hash: string) => {
    if (location.hash !== hash) history.pushState(undefined, '', hash);
    redraw();
  };
  const choose = (id: string) => {
    const isInPicture = parts.canvas.contains(document.activeElement);
    if (id.startsWith('team:')) parts.owner.value = id.slice('team:'.length);
    go(id.startsWith('team:') ? '#map' : `${begins}${encodeURIComponent(id)}`);
    land(parts, isInPicture);
  };
  const teams = [...new Set(nodes.filter(isActor).map(teamOf))].sort();
  parts.owner.append(...teams.map((team) => element('option', { value: team }, team)));
  parts.controls.addEventListener('change', redraw);
  parts.all.addEventListener('click', () => {
    go('#map');
    box.focus();
  });
  zooming(parts, state, redraw);
  window.addEventListener('popstate', redraw);
  // By a link from elsewhere on the page, or from elsewhere.
  window.addEventListener('hashchange', comeHere);
  search(
    nodes,
    { box, list: theOne('map-hits', HTMLUListElement), told: theOne('map-found', HTMLElement) },
    choose,
  );
  parts.controls.hidden = false;
  theOne('map-body', HTMLElement).hidden = false;
  theOne('no-map', HTMLElement).hidden = true;
  redraw();
  comeHere();
}

function comeHere(): void {
  if (location.hash.startsWith(begins)) theOne('map', HTMLElement).scrollIntoView();
}

function draw(parts: Parts, whole: Graph, { zoom }: State, choose: (id: string) => void): void {
  const graph = filtered(whole, filterOf(parts.controls));
  const at = chosen(whole);
  const view = at === undefined ? readable(graph) : focused(graph, at.id, Number(parts.hops.value));
  const shown = view === undefined ? undefined : picture(view, at?.id, choose);
  parts.canvas.replaceChildren(...(shown === undefined ? [] : [shown.svg]));
  if (shown !== undefined) size(parts.canvas, shown, zoom);
  parts.details.replaceChildren(...(at === undefined ? intro(graph) : details(whole, at, choose)));
  parts.told.textContent = printable(told(graph, at, view));
  parts.all.hidden = at === undefined;
  parts.hops.disabled = at === undefined;
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

function zooming({ canvas }: Parts, state: State, redraw: () => void): void {
  const by = (factor: number | undefined) => () => {
    const svg = canvas.querySelector('svg');
    const drawn = svg === null ? 1 : svg.width.baseVal.value / svg.viewBox.baseVal.width;
    state.zoom = factor === undefined ? undefined : Math.min(3, Math.max(0.1, drawn * factor));
    redraw();
  };
  theOne('map-larger', HTMLButtonElement).addEventListener('click', by(1.25));
  theOne('map-smaller', HTMLButtonElement).addEventListener('click', by(0.8));
  theOne('map-fit', HTMLButtonElement).addEventListener('click', by(undefined));
}

function chosen(graph: Graph): PageNode | undefined {
  if (!location.hash.startsWith(begins)) return undefined;
  try {
    return graph.nodes.get(decodeURIComponent(location.hash.slice(begins.length)));
  } catch {
    return undefined;
  }
}

function filterOf(controls: HTMLElement): Filter {
  const boxes = [...controls.querySelectorAll<HTMLInputElement>('input[type=checkbox]')];
  const off = (name: string) =>
    new Set(boxes.filter((box) => box.name === name && !box.checked).map(({ value }) => value));
  return {
    broker: theOne('map-broker', HTMLSelectElement).value,
    owner: theOne('map-owner', HTMLSelectElement).value,
    folded: off('kind'),
    hidden: off('edge') as ReadonlySet<PageEdge['is']>,
  };
}

function intro(graph: Graph): HTMLElement[] {
  const kinds = Map.groupBy(graph.nodes.values(), ({ kind }) => wordOf(kind));
  const rows = [...kinds].map(([word, some]) => element('li', {}, `${some.length} × ${word}`));
  return [
    element('h3', { tabindex: -1 }, 'Everything'),
    element('p', {}, 'Search, or choose a node, to see whom it sends to and whose messages it gets.'),
    element('ul', {}, ...rows),
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
