import type { Finding, Severity } from '../core/finding.ts';
import { counted } from './findings-text.ts';
import type { FindingsReport } from './findings-report.ts';
import { printable } from './printable.ts';

/** Findings as annotations of GitHub's workflows, on the lines of a pull request. Pure. */

/** GitHub shows no more of a step, of each type. */
const mostOfAType = 10;

const commands: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

export function findingsAsAnnotations({ findings }: Pick<FindingsReport, 'findings'>): string {
  const by = Map.groupBy(findings, ({ severity }) => severity);
  const lines = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const all = by.get(severity) ?? [];
    const left = all.length - mostOfAType;
    const rest = left <= 0 ? [] : [`${counted(left, `more ${severity}`)}, for which GitHub has no room`];
    return [...all.slice(0, mostOfAType).map(annotationOf), ...rest];
  });
  return lines.map((line) => `${line}\n`).join('');
}

function annotationOf({ severity, rule, name, message, hint, position, address }: Finding): string {
  const place =
    position === undefined
      ? []
      : ([
          ['file', position.file],
          ['line', position.line],
          ['col', position.column],
        ] as const);
  const properties = [...place, ['title', `${rule} ${name}`] as const].map(
    ([key, value]) => `${key}=${escapedProperty(String(value))}`,
  );
  const at = address === undefined ? '' : ` (${address})`;
  const text = [`${message}${at}`, ...(hint === undefined ? [] : [hint])].map(printable).join('\n');
  return `::${commands[severity]} ${properties.join(',')}::${escaped(text)}`;
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
