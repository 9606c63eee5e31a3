import pc from 'picocolors';
import type { Finding } from '../core/finding.ts';
import { type Audited, verdictCounts, verdictWords } from './audit.ts';
import { totalsText } from './findings-text.ts';
import { openFindings } from '../core/audit.ts';
import { printable } from './printable.ts';

type Colors = ReturnType<typeof pc.createColors>;

const paint = { pass: 'green', fail: 'red', na: 'dim', manual: 'yellow' } as const;

/** The checklist for a person: the verdict, what was seen, what to do, and where to read on. */
export function auditAsText({ topology, environment, findings }: Audited, color: boolean): string {
  const colors = pc.createColors(color);
  const head = `${colors.bold(printable(topology))}, ${printable(environment)}: ${verdictCounts(findings)}`;
  const lines = findings.flatMap((finding) => checkLines(finding, colors));
  return `${[head, '', ...lines, '', totalsText(openFindings(findings), colors)].join('\n')}\n`;
}

function checkLines(finding: Finding, colors: Colors): string[] {
  const { verdict = 'manual', message, evidence, hint, link, related = [], rule, address } = finding;
  const word = colors[paint[verdict]](verdictWords[verdict].padEnd(6));
  const dim = (label: string, text: string | undefined) =>
    text === undefined ? [] : [`         ${colors.dim(`${label}${printable(text)}`)}`];
  const at = address === undefined ? '' : colors.dim(` (${printable(address)})`);
  const open = verdict === 'fail' || verdict === 'manual';
  return [
    `${word} ${printable(message)}${at} ${colors.dim(rule)}`,
    // What is open says it in the message, or among the related.
    ...(open ? [] : dim('', evidence)),
    ...related.flatMap((one) => dim('- ', one.message)),
    ...(open ? [...dim('do: ', hint), ...dim('see: ', link)] : []),
  ];
}
