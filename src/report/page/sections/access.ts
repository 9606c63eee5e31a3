import type { Address } from '../../../core/address.ts';
import { html, type Html } from '../html.ts';
import type { PageAccess, PageModel, PageNode } from '../model.ts';
import { idsOf } from './ids.ts';
import { addressing, count, filterOf, kindWord, named, section, table, tag, ways } from './parts.ts';

/** Who has which right on what: by whoever has it, a row a thing. The script makes a grid of these rows. */
export function access(model: PageModel): Html {
  const groups = [...Map.groupBy(model.access, ({ who }) => who)];
  const things = new Set(model.access.map(({ at }) => at)).size;
  const nodes = new Map(model.nodes.map((node) => [node.id, node]));
  const show = addressing(model.access.map(({ at }) => at));
  const isShort = model.access.length <= 60;
  const ids = idsOf(
    'access-of',
    groups.map(([who]) => nodes.get(who)?.label ?? who),
  );
  return section(
    'access',
    'Access',
    html`<p>
      ${count(groups.length, 'holder')} with rights on ${count(things, 'thing')}. <em>Perhaps</em>: a pattern
      or a host that cannot be told for sure.
    </p>`,
    filters(model),
    html`<div id="access-grid" hidden></div>`,
    html`<div id="access-list">
      ${groups.map(([who, some], index) => group(nodes.get(who), some, show, { id: ids[index] ?? '', isOpen: isShort }))}
    </div>`,
  );
}

function filters({ access, brokers }: PageModel): Html {
  const rights = [...new Set(access.flatMap((one) => one.rights.map(({ right }) => right)))];
  return filterOf('access', 'a service, a thing, a key', [
    { field: 'broker', title: 'Broker', options: brokers.map(({ name, title }) => [name, title]) },
    { field: 'rights', title: 'Right', options: rights.map((right) => [right, right]) },
    {
      field: 'may',
      title: 'How sure',
      options: [
        ['yes', 'sure'],
        ['perhaps', 'perhaps'],
      ],
    },
  ]);
}

type Show = (at: Address) => Html;

function group(
  node: PageNode | undefined,
  some: readonly PageAccess[],
  show: Show,
  { id, isOpen }: { readonly id: string; readonly isOpen: boolean },
): Html {
  const [first] = some;
  const label = node?.label ?? first?.holder.principal ?? '';
  const isNoService = node?.is === undefined ? '' : html` ${tag('plain', node.is)}`;
  const power = node?.power === undefined ? '' : html` ${tag('perhaps', 'could give itself any right')}`;
  return html`<details
    class="group"
    id="${id}"
    data-of="${node?.id ?? ''}"
    data-title="Its access"
    ${isOpen ? html`open` : ''}
  >
    <summary>
      <span class="name">${label}</span>
      <span class="says">${count(some.length, 'thing')}</span>${isNoService}${power}
    </summary>
    ${node === undefined ? '' : ways(node.id, id)}${table(`What ${label} may do`, ['Thing', 'Kind', 'Rights'], asEach(some, show))}${wide(node?.wide ?? [])}
  </details> `;
}

/** By the principal that somebody is on each broker. */
function asEach(some: readonly PageAccess[], show: Show): Html[] {
  const groups = Map.groupBy(some, ({ holder }) => JSON.stringify([holder.broker, holder.principal]));
  return [...groups.values()].flatMap((rows) => {
    const [first] = rows;
    if (first === undefined) return [];
    const { broker, principal } = first.holder;
    return [
      html`<tbody data-broker="${broker}">
        <tr class="as">
          <th colspan="3" scope="rowgroup">As ${named(principal)} on ${broker}</th>
        </tr>
        ${rows.map((one) => row(one, show))}
      </tbody>`,
    ];
  });
}

function row({ at, rights }: PageAccess, show: Show): Html {
  return html`<tr>
    <th scope="row">${show(at)}</th>
    <td>${kindWord(at)}</td>
    <td>${rights.map(right)}</td>
  </tr>`;
}

function right({ right, may, keys }: PageAccess['rights'][number]): Html {
  const only = keys === undefined ? '' : html` <code>${keys}</code>`;
  return may === 'yes'
    ? html`<b>${right}</b>${only} `
    : html`<b class="perhaps">perhaps ${right}</b>${only} `;
}

function wide(says: readonly string[]): Html {
  if (says.length === 0) return html``;
  return html`<p>Its grants are for names that there are not yet, too:</p>
    <ul>
      ${says.map((one) => html`<li><code>${one}</code></li>`)}
    </ul>`;
}
