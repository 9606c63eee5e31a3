import { auditRuleInfo, type AuditRule, openFindings } from '../core/audit.ts';
import type { Comparison, Turn, Turned } from '../core/audit-comparison.ts';
import type { Finding, Severity, Verdict } from '../core/finding.ts';
import type { FindingsReport } from './findings-report.ts';

/** What all forms of an audit are made of. */
export interface Audited {
  readonly topology: string;
  readonly environment: string;
  /** ISO 8601. */
  readonly auditedAt: string;
  readonly rules: readonly AuditRule[];
  readonly findings: readonly Finding[];
  readonly fingerprints: ReadonlyMap<Finding, string>;
  /** Those of the findings that the baseline has. */
  readonly accepted: ReadonlySet<Finding>;
  /** What the baseline has, and is no longer found. */
  readonly stale: readonly Finding[];
  readonly comparison: Comparison | undefined;
}

export const verdictWords = { pass: 'PASS', fail: 'FAIL', na: 'N/A', manual: 'MANUAL' } as const;

/** For the formats that know only of what is wrong: a check that passed is one without a finding. */
export function auditReport(audited: Audited, version: string, failOn: Severity): FindingsReport {
  const { rules, fingerprints, accepted } = audited;
  return {
    command: 'audit',
    version,
    findings: openFindings(audited),
    silenced: [...accepted].map((finding) => ({ finding, by: 'baseline' })),
    rules: rules.map(auditRuleInfo),
    fingerprints,
    failOn,
    leftOut: [],
    lineAt: () => undefined,
  };
}

export function verdictCounts(findings: readonly Finding[]): string {
  const counts = (Object.keys(verdictWords) as (keyof typeof verdictWords)[]).map(
    (verdict) => `${findings.filter((one) => one.verdict === verdict).length} ${verdictWords[verdict]}`,
  );
  return counts.join(', ');
}

export const turnWords: Readonly<Record<Turn, string>> = {
  worse: 'WORSE',
  better: 'BETTER',
  changed: 'CHANGED',
  new: 'NEW',
  gone: 'GONE',
};

/** `1 worse, 2 better; 30 as before`. */
export function turnCounts({ turned, same }: Comparison): string {
  const counts = [...Map.groupBy(turned, ({ turn }) => turn)].map(([turn, some]) => `${some.length} ${turn}`);
  return counts.length === 0 ? `${same} as before` : `${counts.join(', ')}; ${same} as before`;
}

/** `PASS, now FAIL`; one word where only what was seen differs. */
export function turnVerdicts({ before, after }: Turned): string {
  const word = (verdict: Verdict | undefined) =>
    verdict === undefined ? 'not asked' : verdictWords[verdict];
  return before === after ? word(after) : `${word(before)}, now ${word(after)}`;
}

/** With the environment, where several are told of. */
export function turnTitle({ environment, title }: Turned): string {
  return environment === undefined ? title : `${environment}: ${title}`;
}

/** Of one check, as many as a person reads; what fails comes first. */
const mostOfOne = 50;

/** All, or so many and how many more there are: `--format json` has them all. */
export function cut(lines: readonly string[]): readonly string[] {
  const left = lines.length - mostOfOne;
  return left <= 0 ? lines : [...lines.slice(0, mostOfOne), `and ${left} more: --format json has all`];
}
