import type { Finding } from '../core/finding.ts';
import type { Comparison, Turned } from '../core/audit-comparison.ts';
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
import { code, prose } from './markdown/escape.ts';

/** The checklist, filled in: a row for each of its numbers, then what goes beyond it. */
export function auditAsMarkdown(audited: Audited): string {
  const { topology, environment, auditedAt, findings, accepted, stale, comparison } = audited;
  const rows = (some: readonly Finding[]) => table(some, accepted);
  const beyond = findings.filter(({ check }) => check === undefined);
  const parts = [
    `# ${prose(topology)}, ${prose(environment)}`,
    `${verdictCounts(findings)}; as seen at ${code(auditedAt)}.`,
    ...(comparison === undefined ? [] : turned(comparison)),
    ...(comparison === undefined ? [] : ['## The checklist']),
    rows(findings.filter(({ check }) => check !== undefined)),
    ...(beyond.length === 0 ? [] : ['## Beyond the checklist', rows(beyond)]),
    ...(stale.length === 0
      ? []
      : [
          '## In the baseline, and no longer found',
          stale.map(({ message }) => `- ${prose(message)}`).join('\n'),
        ]),
    ...details(findings),
  ];
  return `${parts.join('\n\n')}\n`;
}

function turned(comparison: Comparison): string[] {
  return [
    '## Since the earlier audit',
    `Since ${code(comparison.since)}: ${turnCounts(comparison)}.`,
    ...(comparison.turned.length === 0
      ? []
      : [
          [
            '| | check | verdict | what is different |',
            '|---|---|---|---|',
            ...comparison.turned.map(turnedRow),
          ].join('\n'),
        ]),
  ];
}

const mostSeen = 10;

function turnedRow(one: Turned): string {
  const seen = [
    ...one.appeared.map(({ says }) => `now: ${prose(says)}`),
    ...one.vanished.map(({ says }) => `no longer: ${prose(says)}`),
  ];
  const rest = seen.length > mostSeen ? [`and ${seen.length - mostSeen} more`] : [];
  const what = [...seen.slice(0, mostSeen), ...rest].join('<br>');
  return `| ${turnWords[one.turn]} | ${code(one.rule)} ${prose(turnTitle(one))} | ${turnVerdicts(one)} | ${what} |`;
}

function table(findings: readonly Finding[], accepted: ReadonlySet<Finding>): string {
  return [
    '| # | check | verdict | evidence | what to do |',
    '|---|---|---|---|---|',
    ...findings.map((finding) => rowOf(finding, accepted.has(finding))),
  ].join('\n');
}

function rowOf(finding: Finding, isAccepted: boolean): string {
  const { check, rule, message, verdict = 'manual', evidence = '', hint, link } = finding;
  const todo = [
    ...(hint === undefined ? [] : [prose(hint)]),
    ...(link === undefined ? [] : [`[more](${link}), ${code(`mqwarden explain ${rule}`)}`]),
  ];
  return `| ${check ?? rule} | ${prose(message)} | ${verdictWords[verdict]}${isAccepted ? ' (accepted)' : ''} | ${prose(evidence)} | ${todo.join('<br>')} |`;
}

function details(findings: readonly Finding[]): string[] {
  const some = findings.filter(({ related = [] }) => related.length > 0);
  return some.flatMap(({ rule, message, related = [] }) => [
    `## ${rule}: ${prose(message)}`,
    cut(related.map((one) => prose(one.message)))
      .map((says) => `- ${says}`)
      .join('\n'),
  ]);
}
