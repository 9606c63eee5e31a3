import type { Finding } from '../core/finding.ts';
import { type Audited, verdictCounts, verdictWords } from './audit.ts';
import { prose } from './markdown/escape.ts';

/** The checklist, filled in: a row for each of its numbers, then what goes beyond it. */
export function auditAsMarkdown({ topology, environment, findings }: Audited): string {
  const parts = [
    `# ${prose(topology)}, ${prose(environment)}`,
    `${verdictCounts(findings)}.`,
    table(findings.filter(({ check }) => check !== undefined)),
    ...beyond(findings.filter(({ check }) => check === undefined)),
    ...details(findings),
  ];
  return `${parts.join('\n\n')}\n`;
}

function table(findings: readonly Finding[]): string {
  return [
    '| # | check | verdict | evidence | what to do |',
    '|---|---|---|---|---|',
    ...findings.map(rowOf),
  ].join('\n');
}

function rowOf({ check, rule, message, verdict = 'manual', evidence = '', hint, link }: Finding): string {
  const todo = [
    ...(hint === undefined ? [] : [prose(hint)]),
    ...(link === undefined ? [] : [`[more](${link})`]),
  ];
  return `| ${check ?? rule} | ${prose(message)} | ${verdictWords[verdict]} | ${prose(evidence)} | ${todo.join('<br>')} |`;
}

function beyond(findings: readonly Finding[]): string[] {
  return findings.length === 0 ? [] : ['## Beyond the checklist', table(findings)];
}

function details(findings: readonly Finding[]): string[] {
  const some = findings.filter(({ related = [] }) => related.length > 0);
  return some.flatMap(({ rule, message, related = [] }) => [
    `## ${rule}: ${prose(message)}`,
    related.map((one) => `- ${prose(one.message)}`).join('\n'),
  ]);
}
