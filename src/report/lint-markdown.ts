import { countsOf, type Finding } from '../core/finding.ts';
import { counted, leftOutText } from './findings-text.ts';
import type { FindingsReport } from './findings-report.ts';
import { code, prose } from './markdown/escape.ts';

/** GitHub takes 65,536 characters in a comment. */
const mostFindings = 150;

/** Findings for a pull request: a row each. */
export function lintAsMarkdown({
  findings,
  silenced,
  leftOut,
}: Pick<FindingsReport, 'findings' | 'silenced' | 'leftOut'>): string {
  const { error, warning, note } = countsOf(findings);
  const aside = silenced.length === 0 ? '' : `; ${silenced.length} ignored`;
  const head = `**${counted(error, 'error')}**, ${counted(warning, 'warning')}, ${counted(note, 'note')}${aside}.`;
  const rows = findings.slice(0, mostFindings).map(rowOf);
  const table = ['| severity | where | what | rule |', '|---|---|---|---|', ...rows];
  const rest = findings.length > mostFindings ? [`and ${findings.length - mostFindings} more`] : [];
  const omitted = leftOut.length === 0 ? [] : [prose(leftOutText(leftOut))];
  return `${[head, ...(rows.length === 0 ? [] : [table.join('\n')]), ...rest, ...omitted].join('\n\n')}\n`;
}

function rowOf({ severity, position, message, hint, rule, name, address }: Finding): string {
  const where = position === undefined ? (address ?? '') : `${position.file}:${position.line}`;
  const what = hint === undefined ? prose(message) : `${prose(message)}<br>${prose(hint)}`;
  return `| ${severity} | ${code(where)} | ${what} | ${rule} ${name} |`;
}
