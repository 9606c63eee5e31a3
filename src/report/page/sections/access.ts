import { html, type Html } from '../html.ts';
import type { PageAccess, PageModel } from '../model.ts';
import { addressed, count, filterOf, kindWord, section, table, tag } from './parts.ts';

/** Who has which right on what: by whoever has it, a row a thing. */
export function access(model: PageModel): Html {
  const rights = [...new Set(model.access.flatMap((one) => one.rights.map(({ right }) => right)))];
  const brokers = model.brokers.map(({ name, title }) => [name, title] as const);
  const groups = [...Map.groupBy(model.access, ({ who }) => who)];
  const isShort = model.access.length <= 60;
  return section(
    'access',
    'Access',
    html`<p>
      ${count(groups.length, 'holder')} with rights on
      ${count(new Set(model.access.map(({ at }) => at)).size, 'thing')}. <em>Perhaps</em>: a pattern or a host
      that cannot be told for sure.
    </p>`,
    filterOf('access', 'a service, a thing, a key', [
      { field: 'broker', title: 'Broker', options: brokers },
      { field: 'rights', title: 'Right', options: rights.map((right) => [right, right]) },
      {
        field: 'may',
        title: 'How sure',
        options: [
          ['yes', 'sure'],
          ['perhaps', 'perhaps'],
        ],
      },
    ]),
    ...groups.map(([who, some], index) => group(model, who, some, `access-${index}`, isShort)),
  );
}

function group(
  model: PageModel,
  who: string,
  some: readonly PageAccess[],
  id: string,
  isOpen: boolean,
): Html {
  const label = model.nodes.find((node) => node.id === who)?.label ?? who;
  const rows = some.map(
    ({ at, holder, rights }) =>
      html`<tr
        data-row
        data-broker="${holder.broker}"
        data-rights="${rights.map(({ right }) => right).join(' ')}"
        data-may="${[...new Set(rights.map(({ may }) => may))].join(' ')}"
      >
        <th scope="row">${addressed(at)}</th>
        <td>${kindWord(at)}</td>
        <td>${rights.map(right)}</td>
        <td>${named(holder.broker, holder.principal)}</td>
      </tr> `,
  );
  return html`<details
    class="group"
    id="${id}"
    data-of="${who}"
    data-title="Its access"
    ${isOpen ? html` open` : ''}
  >
    <summary>
      <span class="name">${label}</span> <span class="says">${count(some.length, 'thing')}</span>
    </summary>
    ${table(`What ${label} may do`, ['Thing', 'Kind', 'Rights', 'As'], rows)}
  </details> `;
}

function right({ right, may, keys }: PageAccess['rights'][number]): Html {
  const with_ = keys === undefined ? '' : html` <code>${keys}</code>`;
  return html`<span class="right"
    >${tag(may === 'yes' ? 'right' : 'perhaps', may === 'yes' ? right : `perhaps ${right}`)}${with_}</span
  > `;
}

function named(broker: string, principal: string): Html {
  return html`<span class="name" title="${principal}">${principal}</span>
    <span class="says">on ${broker}</span>`;
}
