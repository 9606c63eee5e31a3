import { html, type Html } from '../html.ts';
import type { PageModel } from '../model.ts';
import { count, section } from './parts.ts';

/** What a person looks for first. */
export function summary(model: PageModel): Html {
  const { nodes, checklist, lint, drift, ages } = model;
  const services = nodes.filter(({ kind }) => kind === 'service').length;
  const tiles = [
    tile('map', `${services}`, services === 1 ? 'service' : 'services', 'plain'),
    ...(checklist.is === 'told'
      ? [failing(checklist.value.filter(({ verdict }) => verdict === 'fail').length)]
      : []),
    ...(lint.is === 'told'
      ? [problems(lint.value.filter(({ severity }) => severity === 'error').length)]
      : []),
    ...(drift.is === 'told' ? [drifting(drift.value.changes.length + drift.value.blocked.length)] : []),
    ...(ages.is === 'told' ? [overdue(ages.value.summary.overdue, ages.value.summary.due)] : []),
  ];
  return section(
    'summary',
    'At a glance',
    html`<ul class="tiles">
      ${tiles}
    </ul>`,
  );
}

function failing(many: number): Html {
  return tile(
    'checklist',
    `${many}`,
    many === 1 ? 'check fails' : 'checks fail',
    many === 0 ? 'good' : 'bad',
  );
}

function problems(many: number): Html {
  return tile(
    'lint',
    `${many}`,
    many === 1 ? 'error of lint' : 'errors of lint',
    many === 0 ? 'good' : 'bad',
  );
}

function drifting(many: number): Html {
  return tile(
    'drift',
    `${many}`,
    many === 1 ? 'thing drifted' : 'things drifted',
    many === 0 ? 'good' : 'bad',
  );
}

function overdue(many: number, due: number): Html {
  const more = due === 0 ? '' : `, ${due} due`;
  return tile(
    'ages',
    `${many}`,
    `${count(many, 'credential').replace(/^\d+ /, '')} overdue${more}`,
    many > 0 ? 'bad' : due > 0 ? 'unsure' : 'good',
  );
}

function tile(to: string, figure: string, words: string, is: string): Html {
  return html`<li class="tile is-${is}">
    <a href="#${to}"><strong>${figure}</strong> ${words}</a>
  </li>`;
}
