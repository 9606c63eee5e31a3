import type { PageEdge, PageNode } from '../model.ts';
import { element } from './dom.ts';
import { wordOf } from './drawing.ts';
import type { Graph } from './graph.ts';
import { verbs } from './lines.ts';

/** A node and its edges, or a line, in words: all that the picture shows of it. */

export function details(graph: Graph, node: PageNode, choose: (id: string) => void): HTMLElement[] {
  const out = graph.from.get(node.id) ?? [];
  const into = graph.to.get(node.id) ?? [];
  return [
    element('h3', { id: 'here', tabindex: -1 }, node.label),
    element('p', { class: 'about' }, about(node)),
    ...warnings(node),
    element('div', { class: 'edges' }, ...edges(graph, out, into, choose), ...more(node)),
    ...(out.length + into.length === 0
      ? [element('p', {}, 'Nothing leads here, and nothing leads from here.')]
      : []),
  ];
}

/** What goes along a line, which may stand for several ways. */
export function lineDetails(
  nodeOf: (id: string) => PageNode | undefined,
  { from, to }: { readonly from: PageNode; readonly to: PageNode },
  edges: readonly PageEdge[],
  choose: (id: string) => void,
): HTMLElement[] {
  return [
    element(
      'h3',
      { id: 'here', tabindex: -1 },
      element('bdi', {}, from.label),
      ' → ',
      element('bdi', {}, to.label),
    ),
    element('p', { class: 'about' }, `A line from ${aNode(from)} to ${aNode(to)}`),
    element('ul', {}, ...edges.map((edge) => element('li', {}, ...said(nodeOf, edge)))),
    element('p', { class: 'ends' }, 'Go to ', nodeButton(from, choose), ' or to ', nodeButton(to, choose)),
  ];
}

function said(nodeOf: (id: string) => PageNode | undefined, edge: PageEdge): (HTMLElement | string)[] {
  const label = (id: string) => nodeOf(id)?.label ?? id;
  const right = edge.right === undefined ? '' : ` by the right ${edge.right}`;
  return [
    element('bdi', {}, label(edge.from)),
    ` ${verbs[edge.is]} `,
    element('bdi', {}, label(edge.to)),
    right,
    ...(edge.says === '' ? [] : [element('span', { class: 'says' }, `: ${edge.says}`)]),
    ...(edge.doubt === undefined ? [] : [element('span', { class: 'perhaps' }, ` perhaps: ${edge.doubt}`)]),
  ];
}

/** `the queue order.payments` */
function aNode({ kind, label }: PageNode): string {
  return `the ${wordOf(kind)} ${label}`;
}

function nodeButton({ id, label }: PageNode, choose: (id: string) => void): HTMLElement {
  const button = element('button', { type: 'button', 'data-id': id }, label);
  button.addEventListener('click', () => {
    choose(id);
  });
  return button;
}

function edges(
  graph: Graph,
  out: readonly PageEdge[],
  into: readonly PageEdge[],
  choose: (id: string) => void,
): HTMLElement[] {
  const of = (edges: readonly PageEdge[], is: PageEdge['is']) => edges.filter((edge) => edge.is === is);
  return [
    ...list(graph, 'Writes to', of(out, 'writes'), 'to', choose),
    ...list(graph, 'Reads', of(into, 'reads'), 'from', choose),
    ...list(graph, 'Written by', of(into, 'writes'), 'from', choose),
    ...list(graph, 'Read by', of(out, 'reads'), 'to', choose),
    ...list(graph, 'Gets messages from', of(into, 'flows'), 'from', choose),
    ...list(graph, 'Hands messages on to', of(out, 'flows'), 'to', choose),
  ];
}

function about({ kind, place, broker, owner, suspended, is }: PageNode): string {
  return [
    is === undefined ? wordOf(kind) : `${wordOf(kind)}, ${is}`,
    ...(broker === undefined ? [] : [`on ${broker}`]),
    ...(place === '' ? [] : [`in ${place}`]),
    ...(owner === undefined ? [] : [`of ${owner}`]),
    ...(suspended === true ? ['suspended'] : []),
  ].join(', ');
}

function warnings({ power, wide = [] }: PageNode): HTMLElement[] {
  const items = wide.map((says) => element('li', {}, element('code', {}, says)));
  return [
    ...(power === undefined
      ? []
      : [element('p', { class: 'perhaps' }, `Could give itself any right: ${power}`)]),
    ...(items.length === 0
      ? []
      : [
          element(
            'details',
            {},
            element('summary', {}, `Grants for names yet to come, too (${items.length})`),
            element('ul', {}, ...items),
          ),
        ]),
  ];
}

function list(
  graph: Graph,
  title: string,
  edges: readonly PageEdge[],
  end: 'from' | 'to',
  choose: (id: string) => void,
): HTMLElement[] {
  if (edges.length === 0) return [];
  const items = edges.map((edge) => {
    const node = graph.nodes.get(edge[end]);
    return element(
      'li',
      {},
      ...(node === undefined ? [] : [nodeButton(node, choose)]),
      ...(edge.says === '' ? [] : [element('span', { class: 'says' }, ` ${edge.says}`)]),
      ...(edge.doubt === undefined ? [] : [element('span', { class: 'perhaps' }, ` perhaps: ${edge.doubt}`)]),
    );
  });
  return [element('div', {}, element('h4', {}, `${title} (${edges.length})`), element('ul', {}, ...items))];
}

/** Where else on the page it is told of. */
function more({ id }: PageNode): HTMLElement[] {
  const found = [...document.querySelectorAll<HTMLElement>('[data-of]')].filter(
    ({ dataset }) => dataset['of'] === id,
  );
  if (found.length === 0) return [];
  const links = found.map((part) =>
    element('li', {}, element('a', { href: `#${part.id}` }, part.dataset['title'] ?? part.id)),
  );
  return [element('div', {}, element('h4', {}, 'On this page'), element('ul', {}, ...links))];
}
