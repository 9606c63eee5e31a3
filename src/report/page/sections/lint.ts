import type { Finding } from '../../../core/finding.ts';
import { html, type Html } from '../html.ts';
import type { PageModel } from '../model.ts';
import { evidence, listed } from './checklist.ts';
import { hashed, link } from './ids.ts';
import { filterOf, section, tag, told } from './parts.ts';

/** What the rules say of the topology. */
export function lint(model: PageModel): Html {
  return section(
    'lint',
    'Lint',
    ...told(model.lint, (findings) =>
      findings.length === 0
        ? [html`<p>Nothing to say about the topology.</p>`]
        : [
            filterOf('lint', 'a word, a rule, a file', [
              {
                field: 'severity',
                title: 'Severity',
                options: ['error', 'warning', 'note'].map((one) => [one, one]),
              },
            ]),
            html`<ol class="findings">
              ${listed('lint', findings, lasting, row)}
            </ol>`,
          ],
    ),
  );
}

/** Not its place in a file, which changes with each line above it. */
function lasting({ rule, address, service, message }: Finding): string {
  return `${rule}-${hashed(JSON.stringify([address, service, message]))}`;
}

function row(finding: Finding, id: string): Html {
  return html`<li id="${id}" data-row data-severity="${finding.severity}">
    <details>
      <summary>
        ${tag(finding.severity, finding.severity)} ${finding.message} <code>${finding.rule}</code>
      </summary>
      ${evidence(finding)}
    </details>
    ${link(id, finding.message)}
  </li> `;
}
