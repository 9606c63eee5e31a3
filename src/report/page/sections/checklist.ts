import type { Finding } from '../../../core/finding.ts';
import { html, type Html } from '../html.ts';
import type { PageModel } from '../model.ts';
import { idsOf, link } from './ids.ts';
import { filterOf, section, tag, told } from './parts.ts';

/** Each check with what was seen. */
export function checklist(model: PageModel): Html {
  return section(
    'checklist',
    'Checklist',
    ...told(model.checklist, (findings) => [
      filterOf('checklist', 'a word, a rule, a service', [
        { field: 'verdict', title: 'Verdict', options: Object.entries(verdicts) },
      ]),
      html`<ol class="findings">
        ${listed('check', findings, ({ check: number, rule }) => `${number ?? rule}`, check)}
      </ol>`,
    ]),
  );
}

const verdicts = { fail: 'fails', manual: 'to be looked at', pass: 'passes', na: 'not applicable' } as const;

function check(finding: Finding, id: string): Html {
  const { verdict = 'fail', check: number, message } = finding;
  const which = number === undefined ? '' : html`<span class="number">${number}</span> `;
  return html`<li id="${id}" data-row data-verdict="${verdict}"><details${verdict === 'fail' ? html` open` : ''}><summary>${tag(verdict, verdicts[verdict])} ${which}${message} <code>${finding.rule}</code></summary>
${evidence(finding)}</details>${link(id, message)}</li>
`;
}

/** Each with its id, by what is the same of it in the next report. */
export function listed(
  prefix: string,
  findings: readonly Finding[],
  lasting: (finding: Finding) => string,
  show: (finding: Finding, id: string) => Html,
): Html[] {
  const ids = idsOf(prefix, findings.map(lasting));
  return findings.map((finding, index) => show(finding, ids[index] ?? prefix));
}

/** What is known of a finding beside what it says. */
export function evidence({ evidence, address, service, position, hint, link, related = [] }: Finding): Html {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Seen', evidence],
    ['At', address],
    ['Service', service],
    ['In', position === undefined ? undefined : `${position.file}:${position.line}:${position.column}`],
    ['Do', hint],
  ];
  const known = rows.flatMap(([term, text]) =>
    text === undefined
      ? []
      : [
          html`<dt>${term}</dt>
            <dd>${text}</dd>`,
        ],
  );
  const more = related.map(
    (one) =>
      html`<li>
        ${one.message}${one.address === undefined ? '' : html` <code>${one.address}</code>`}${one.position === undefined ? '' : html` <span class="says">${one.position.file}:${one.position.line}</span>`}
      </li>`,
  );
  // A link is ours; anything else than a page of the web would be somebody's trick.
  const page =
    link?.startsWith('https://') === true
      ? html`<dt>Read on</dt>
          <dd><a href="${link}" rel="noreferrer">${link}</a></dd>`
      : '';
  return html`<dl>${known}${page}</dl>
    ${
      more.length === 0
        ? ''
        : html`<ul class="related">
            ${more}
          </ul>`
    }`;
}
