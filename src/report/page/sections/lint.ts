import type { Finding } from '../../../core/finding.ts';
import { html, type Html } from '../html.ts';
import type { PageModel } from '../model.ts';
import { evidence } from './checklist.ts';
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
              ${findings.map(row)}
            </ol>`,
          ],
    ),
  );
}

function row(finding: Finding): Html {
  return html`<li data-row data-severity="${finding.severity}">
    <details>
      <summary>
        ${tag(finding.severity, finding.severity)} ${finding.message} <code>${finding.rule}</code>
      </summary>
      ${evidence(finding)}
    </details>
  </li> `;
}
