import type { AccessChange } from '../../../core/access/gains.ts';
import { html, type Html } from '../html.ts';
import type { PageDrift, PageModel } from '../model.ts';
import { addressed, count, filterOf, kindWord, section, table, tag, told } from './parts.ts';

/** Where the live brokers are not as the topology says. */
export function drift(model: PageModel): Html {
  return section('drift', 'Drift', ...told(model.drift, parts));
}

function parts({ changes, blocked, unmanaged, warnings, access }: PageDrift): Html[] {
  if ([changes, blocked, unmanaged, warnings].every(({ length }) => length === 0))
    return [html`<p>The brokers are as the topology says.</p>`];
  return [
    filterOf('drift', 'a service, a thing'),
    ...shown(
      count(changes.length, 'change'),
      ['Thing', 'Kind', 'Change', 'Why', 'Service'],
      changes.map(
        ({ action, address, reason, service, cost }) =>
          html`<tr>
            <th scope="row">${addressed(address)}</th>
            <td>${kindWord(address)}</td>
            <td>${tag(action, action)}</td>
            <td>${reason}${cost === undefined ? '' : html`<br /><strong>${cost}</strong>`}</td>
            <td>${service ?? ''}</td>
          </tr> `,
      ),
    ),
    ...shown('Who gains and loses access by that', ['Who', 'Thing', 'Gains', 'Loses'], access.map(changed)),
    ...shown(
      `${blocked.length} blocked`,
      ['Thing', 'Kind', 'Change', 'Why', 'What to do'],
      blocked.map(
        ({ action, address, reason, hint, cost }) =>
          html`<tr>
            <th scope="row">${addressed(address)}</th>
            <td>${kindWord(address)}</td>
            <td>${tag(action, action)}</td>
            <td>${reason}${cost === undefined ? '' : html`<br /><strong>${cost}</strong>`}</td>
            <td>${hint}</td>
          </tr> `,
      ),
    ),
    ...shown(
      `${unmanaged.length} that the topology does not declare`,
      ['Thing', 'Kind', 'Claimed'],
      unmanaged.map(
        ({ address, claimed }) =>
          html`<tr>
            <th scope="row">${addressed(address)}</th>
            <td>${kindWord(address)}</td>
            <td>${claimed ? 'claimed' : 'no'}</td>
          </tr> `,
      ),
    ),
    ...shown(
      count(warnings.length, 'warning'),
      ['Thing', 'Kind', 'What'],
      warnings.map(
        ({ address, message }) =>
          html`<tr>
            <th scope="row">${addressed(address)}</th>
            <td>${kindWord(address)}</td>
            <td>${message}</td>
          </tr> `,
      ),
    ),
  ];
}

function shown(caption: string, columns: readonly string[], rows: readonly Html[]): Html[] {
  return rows.length === 0 ? [] : [table(caption, columns, rows)];
}

function changed({ principal, service, at, gains, loses }: AccessChange): Html {
  const rights = (some: AccessChange['gains']) =>
    some
      .map(
        ({ right, keys, may }) =>
          `${may === 'perhaps' ? 'perhaps ' : ''}${right}${keys === undefined ? '' : ` ${keys}`}`,
      )
      .join(', ');
  return html`<tr>
    <th scope="row">${service ?? principal}</th>
    <td>${addressed(at)} <span class="says">${kindWord(at)}</span></td>
    <td>${rights(gains)}</td>
    <td>${rights(loses)}</td>
  </tr> `;
}
