import pc from 'picocolors';
import type { Finding } from '../core/finding.ts';
import type { Comparison, Turn } from '../core/audit-comparison.ts';
import {
  type Audited,
  cut,
  turnCounts,
  turnTitle,
  turnVerdicts,
  turnWords,
  verdictCounts,
  verdictWords,
} from './audit.ts';
import { counted, findingLines, totalsText } from './findings-text.ts';
import { openFindings, type Seen } from '../core/audit.ts';
import { printable } from './printable.ts';

type Colors = ReturnType<typeof pc.createColors>;

const paint = { pass: 'green', fail: 'red', na: 'dim', manual: 'yellow' } as const;

/** The checklist for a person: the verdict, what was seen, what to do, and where to read on. */
export function auditAsText(audited: Audited, color: boolean): string {
  const { topology, environment, findings, accepted, stale, comparison } = audited;
  const colors = pc.createColors(color);
  const head = `${colors.bold(printable(topology))}, ${printable(environment)}: ${verdictCounts(findings)}`;
  const lines = findings.flatMap((finding) => checkLines(finding, accepted.has(finding), colors));
  const more = [
    ...stale.flatMap((one) => findingLines(one, colors)),
    ...(comparison === undefined ? [] : ['', ...comparisonLines(comparison, colors)]),
  ];
  const aside = accepted.size === 0 ? '' : colors.dim(` (${counted(accepted.size, 'finding')} accepted)`);
  const totals = `${totalsText(openFindings(audited), colors)}${aside}`;
  return `${[head, '', ...lines, ...more, '', totals].join('\n')}\n`;
}

const turnPaint: Readonly<Record<Turn, 'red' | 'green' | 'yellow' | 'dim'>> = {
  worse: 'red',
  better: 'green',
  changed: 'yellow',
  new: 'dim',
  gone: 'dim',
};

function comparisonLines(comparison: Comparison, colors: Colors): string[] {
  const head = colors.bold(`Since the audit of ${printable(comparison.since)}: ${turnCounts(comparison)}`);
  return [
    head,
    ...comparison.turned.flatMap((one) => [
      `${colors[turnPaint[one.turn]](turnWords[one.turn].padEnd(7))} ${printable(turnTitle(one))}: ${turnVerdicts(one)} ${colors.dim(printable(one.rule))}`,
      ...cut(one.appeared.map(seenText)).map((says) => `         ${colors.dim(`+ ${says}`)}`),
      ...cut(one.vanished.map(seenText)).map((says) => `         ${colors.dim(`- ${says}`)}`),
    ]),
  ];
}

function seenText({ verdict, says }: Seen): string {
  return printable(verdict === undefined ? says : `${verdictWords[verdict]}: ${says}`);
}

function checkLines(finding: Finding, isAccepted: boolean, colors: Colors): string[] {
  const { verdict = 'manual', message, evidence, hint, link, related = [], rule, address } = finding;
  const word = colors[paint[verdict]](verdictWords[verdict].padEnd(6));
  const dim = (label: string, text: string | undefined) =>
    text === undefined ? [] : [`         ${colors.dim(`${label}${printable(text)}`)}`];
  const at = address === undefined ? '' : colors.dim(` (${printable(address)})`);
  const open = verdict === 'fail' || verdict === 'manual';
  return [
    `${word} ${printable(message)}${at} ${colors.dim(rule)}${isAccepted ? colors.dim(' accepted') : ''}`,
    // What is open says it in the message, or among the related.
    ...(open ? [] : dim('', evidence)),
    ...cut(related.map(({ message }) => message)).flatMap((says) => dim('- ', says)),
    ...(open
      ? [
          ...dim('do: ', hint),
          ...dim('see: ', link === undefined ? undefined : `${link}; mqwarden explain ${rule}`),
        ]
      : []),
  ];
}
