import type pc from 'picocolors';
import { countsOf, type Finding, type Severity } from '../core/finding.ts';
import { printable } from './printable.ts';

/** Findings for a person: what, where, and what to do next. */

type Colors = ReturnType<typeof pc.createColors>;

const paint: Readonly<Record<Severity, 'red' | 'yellow' | 'cyan'>> = {
  error: 'red',
  warning: 'yellow',
  note: 'cyan',
};

/** `frame` shows the place in its file, where there is one to show. */
export function findingLines(finding: Finding, colors: Colors, frame: readonly string[] = []): string[] {
  const { severity, rule, message, position, address, evidence, hint, related = [] } = finding;
  const where =
    position === undefined ? '' : `${printable(position.file)}:${position.line}:${position.column}: `;
  const at = address === undefined ? '' : colors.dim(` (${printable(address)})`);
  return [
    `${colors[paint[severity]](severity)} ${where}${printable(message)}${at} ${colors.dim(rule)}`,
    ...frame,
    ...(evidence === undefined ? [] : [`  ${colors.dim(printable(evidence))}`]),
    ...(hint === undefined ? [] : [`  ${colors.dim(printable(hint))}`]),
    ...related.map((other) => `  ${colors.dim(relatedText(other))}`),
  ];
}

function relatedText({ message, position, address }: NonNullable<Finding['related']>[number]): string {
  const where = position === undefined ? address : `${position.file}:${position.line}:${position.column}`;
  return printable(where === undefined ? message : `${where}: ${message}`);
}

export function totalsText(findings: readonly Finding[], colors: Colors): string {
  const { error, warning, note } = countsOf(findings);
  const text = `${counted(error, 'error')}, ${counted(warning, 'warning')}, ${counted(note, 'note')}`;
  return error > 0 ? colors.red(text) : warning > 0 ? colors.yellow(text) : colors.green(text);
}

export function leftOutText(leftOut: readonly string[]): string {
  return `left out: ${leftOut.join(', ')}`;
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
