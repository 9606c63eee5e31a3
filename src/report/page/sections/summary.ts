import type { Finding } from '../../../core/finding.ts';
import type { Ages } from '../../../core/rotation/ages.ts';
import { html, type Html } from '../html.ts';
import type { PageDrift, PageModel } from '../model.ts';
import { count, section } from './parts.ts';

/** What a person looks for first. */
export function summary(model: PageModel): Html {
  const { nodes, checklist, lint, drift, ages } = model;
  const services = nodes.filter(({ kind }) => kind === 'service').length;
  const things = nodes.filter(({ kind }) => kind.includes(':')).length;
  const tiles = [
    tile('map', services, `${words(services, 'service')}, ${count(things, 'thing')}`, 'plain'),
    ...(checklist.is === 'told' ? [failing(checklist.value)] : []),
    ...(lint.is === 'told' ? [problems(lint.value)] : []),
    ...(drift.is === 'told' ? [drifting(drift.value)] : []),
    ...(ages.is === 'told' ? [overdue(ages.value.summary)] : []),
  ];
  return section(
    'summary',
    'At a glance',
    html`<ul class="tiles">
      ${tiles}
    </ul>`,
    unasked(model),
  );
}

/** Of what is not there, no tile would be missed. */
function unasked({ checklist, lint, drift, ages }: PageModel): Html {
  const parts = Object.entries({ checklist, lint, drift, 'ages of credentials': ages });
  const names = parts.filter(([, { is }]) => is === 'left').map(([name]) => name);
  if (names.length === 0) return html``;
  return html`<p class="left">Not in this report: ${names.join(', ')}. Each says below why.</p>`;
}

function failing(findings: readonly Finding[]): Html {
  const [fails, all] = [findings.filter(({ verdict }) => verdict === 'fail').length, findings.length];
  const looked = findings.filter(({ verdict }) => verdict === 'manual').length;
  const more = looked === 0 ? '' : `, ${looked} to be looked at`;
  return tile('checklist', fails, `of ${count(all, 'check')} ${fails === 1 ? 'fails' : 'fail'}${more}`);
}

function problems(findings: readonly Finding[]): Html {
  const many = (is: Finding['severity']) => findings.filter(({ severity }) => severity === is).length;
  const [errors, warnings] = [many('error'), many('warning')];
  const more = warnings === 0 ? '' : `, ${count(warnings, 'warning')}`;
  const is = errors > 0 ? 'bad' : warnings > 0 ? 'unsure' : 'good';
  return tile('lint', errors, `${words(errors, 'error')} of lint${more}`, is);
}

function drifting({ changes, blocked, unmanaged }: PageDrift): Html {
  const many = changes.length + blocked.length;
  const more = unmanaged.length === 0 ? '' : `, ${unmanaged.length} not declared`;
  return tile('drift', many, `${words(many, 'thing')} drifted${more}`);
}

function overdue({ overdue: many, due }: Ages['summary']): Html {
  const more = due === 0 ? '' : `, ${due} due`;
  const is = many > 0 ? 'bad' : due > 0 ? 'unsure' : 'good';
  return tile('ages', many, `${words(many, 'credential')} overdue${more}`, is);
}

function words(many: number, one: string): string {
  return many === 1 ? one : `${one}s`;
}

function tile(to: string, figure: number, says: string, is = figure === 0 ? 'good' : 'bad'): Html {
  return html`<li class="tile is-${is}">
    <a href="#${to}"><strong>${figure}</strong> ${says}</a>
  </li>`;
}
