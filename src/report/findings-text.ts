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

export function findingLines(finding: Finding, colors: Colors): string[] {
  const { severity, rule, message, position, address, evidence, hint } = finding;
  const where =
    position === undefined ? '' : `${printable(position.file)}:${position.line}:${position.column}: `;
  const at = address === undefined ? '' : colors.dim(` (${printable(address)})`);
  return [
    `${colors[paint[severity]](severity)} ${where}${printable(message)}${at} ${colors.dim(rule)}`,
    ...(evidence === undefined ? [] : [`  ${colors.dim(printable(evidence))}`]),
    ...(hint === undefined ? [] : [`  ${colors.dim(printable(hint))}`]),
  ];
}

export function totalsText(findings: readonly Finding[], colors: Colors): string {
  const { error, warning, note } = countsOf(findings);
  const text = `${counted(error, 'error')}, ${counted(warning, 'warning')}, ${counted(note, 'note')}`;
  return error > 0 ? colors.red(text) : warning > 0 ? colors.yellow(text) : colors.green(text);
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
