import type { Age } from '../../../core/rotation/ages.ts';
import { html, type Html } from '../html.ts';
import type { PageModel } from '../model.ts';
import { filterOf, section, table, tag, told } from './parts.ts';

/** How old each credential is. */
export function ages(model: PageModel): Html {
  return section(
    'ages',
    'Credentials',
    ...told(model.ages, ({ credentials }) => [
      filterOf('ages', 'a service', [
        { field: 'broker', title: 'Broker', options: model.brokers.map(({ name, title }) => [name, title]) },
        { field: 'status', title: 'Status', options: Object.entries(words) },
      ]),
      table(
        'Ages of credentials',
        ['Service', 'Broker', 'Status', 'Days', 'Since', 'Must be rotated by', 'Note'],
        credentials.map(row),
      ),
    ]),
  );
}

const words = {
  overdue: 'overdue',
  due: 'due',
  ok: 'in time',
  unknown: 'unknown',
  none: 'no credential',
} as const;

function row({ service, broker, status, days, since, limitAt, principal, note, underWay }: Age): Html {
  const notes = [note, underWay === undefined ? undefined : `a rotation is under way: ${underWay.step}`];
  const day = (at: string | undefined) => at?.slice(0, 10) ?? '';
  return html`<tr data-broker="${broker}" data-status="${status}">
    <th scope="row"><span class="name" title="${principal ?? service}">${service}</span></th>
    <td>${broker}</td>
    <td>${tag(status, words[status])}</td>
    <td class="figure">${days}</td>
    <td>${day(since)}</td>
    <td>${day(limitAt)}</td>
    <td>${notes.filter((one) => one !== undefined).join('; ')}</td>
  </tr> `;
}
