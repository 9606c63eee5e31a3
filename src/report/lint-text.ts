import pc from 'picocolors';
import type { Finding } from '../core/finding.ts';
import { counted, findingLines, leftOutText, totalsText } from './findings-text.ts';
import type { FindingsReport } from './findings-report.ts';
import { printable } from './printable.ts';

/** Findings with the lines that they are about, for a terminal. */
export function lintAsText(
  {
    findings,
    silenced,
    leftOut,
    lineAt,
  }: Pick<FindingsReport, 'findings' | 'silenced' | 'leftOut' | 'lineAt'>,
  color: boolean,
): string {
  const colors = pc.createColors(color);
  const lines = findings.flatMap((finding) =>
    findingLines({ ...finding, rule: `${finding.rule} ${finding.name}` }, colors, frameOf(finding, lineAt)),
  );
  const aside = silenced.length === 0 ? '' : colors.dim(` (${counted(silenced.length, 'finding')} ignored)`);
  const rest = leftOut.length === 0 ? [] : [colors.dim(leftOutText(leftOut))];
  return `${[...lines, `${totalsText(findings, colors)}${aside}`, ...rest].join('\n')}\n`;
}

/** Wider lines are cut: what matters stands at the column. */
const widest = 100;

function frameOf({ position }: Finding, lineAt: FindingsReport['lineAt']): string[] {
  const line = position && lineAt(position);
  if (position === undefined || line === undefined || line.trim() === '') return [];
  const from = Math.max(0, position.column - widest);
  const shown = printable(line.slice(from, from + widest).trimEnd());
  // Escapes make a line longer, and what is hidden shorter: then a mark below it would point at something else.
  const isPlain =
    shown === line.slice(from, from + widest).trimEnd() && !line.slice(0, position.column).includes('***');
  const gutter = `${position.line} | `;
  const mark = `${' '.repeat(gutter.length + position.column - 1 - from)}^`;
  return [`  ${gutter}${shown}`, ...(isPlain ? [`  ${mark}`] : [])];
}
