import type { Address } from './address.ts';
import type { Position } from './errors.ts';

/** What lint, audit and verify have to say, one thing each: data, for every format. */

export const severities = ['error', 'warning', 'note'] as const;
export type Severity = (typeof severities)[number];

export type Verdict = 'fail' | 'pass' | 'na' | 'manual';

export interface Related {
  readonly message: string;
  /** Of audit: what this alone comes to. */
  readonly verdict?: Verdict | undefined;
  readonly position?: Position | undefined;
  readonly address?: Address | undefined;
}

export interface Finding {
  /** Stable: `MQ402`. */
  readonly rule: string;
  /** What the rule is called: `works-unasked`. */
  readonly name: string;
  readonly severity: Severity;
  readonly message: string;
  readonly position?: Position | undefined;
  readonly address?: Address | undefined;
  readonly service?: string | undefined;
  readonly verdict?: Verdict | undefined;
  /** What was seen. Never a secret. */
  readonly evidence?: string | undefined;
  /** The number in the checklist. */
  readonly check?: number | undefined;
  readonly hint?: string | undefined;
  /** Where to read on. */
  readonly link?: string | undefined;
  /** The page of the rule in this package, which `mqwarden explain` shows. */
  readonly page?: string | undefined;
  readonly related?: readonly Related[] | undefined;
}

/** What was found and is not told. */
export interface Silenced {
  readonly finding: Finding;
  readonly by: 'comment' | 'baseline';
  /** What the comment says. */
  readonly reason?: string | undefined;
}

export type Counts = Readonly<Record<Severity, number>>;

export function countsOf(findings: readonly Finding[]): Counts {
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

/** Whether any is as severe as `threshold`, or more. */
export function reaches(findings: readonly Finding[], threshold: Severity): boolean {
  const most = severities.indexOf(threshold);
  return findings.some(({ severity }) => severities.indexOf(severity) <= most);
}
