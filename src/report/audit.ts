import { type AuditRule, openFindings } from '../core/audit.ts';
import type { Finding, Severity } from '../core/finding.ts';
import type { FindingsReport } from './findings-report.ts';

/** What all forms of an audit are made of. */
export interface Audited {
  readonly topology: string;
  readonly environment: string;
  readonly rules: readonly AuditRule[];
  readonly findings: readonly Finding[];
  readonly fingerprints: ReadonlyMap<Finding, string>;
}

export const verdictWords = { pass: 'PASS', fail: 'FAIL', na: 'N/A', manual: 'MANUAL' } as const;

/** For the formats that know only of what is wrong: a check that passed is one without a finding. */
export function auditReport(
  { rules, findings, fingerprints }: Audited,
  version: string,
  failOn: Severity,
): FindingsReport {
  return {
    command: 'audit',
    version,
    findings: openFindings(findings),
    silenced: [],
    rules: rules.map(({ title, ...rule }) => ({ ...rule, summary: title })),
    fingerprints,
    failOn,
    lineAt: () => undefined,
  };
}

export function verdictCounts(findings: readonly Finding[]): string {
  const counts = (Object.keys(verdictWords) as (keyof typeof verdictWords)[]).map(
    (verdict) => `${findings.filter((one) => one.verdict === verdict).length} ${verdictWords[verdict]}`,
  );
  return counts.join(', ');
}
