import type { Position } from '../core/errors.ts';
import type { Finding, Severity, Silenced } from '../core/finding.ts';
import type { RuleInfo } from '../core/rule.ts';

/** What is known of findings beside themselves: for the formats that other tools read. */
export interface FindingsReport {
  /** The command: `lint`. */
  readonly command: string;
  readonly version: string;
  readonly findings: readonly Finding[];
  readonly silenced: readonly Silenced[];
  /** All that was looked for. */
  readonly rules: readonly RuleInfo[];
  /** What a finding is known by from one run to the next. */
  readonly fingerprints: ReadonlyMap<Finding, string>;
  readonly failOn: Severity;
  /** What was not looked at, and why: `3 that git ignores`. */
  readonly leftOut: readonly string[];
  /** The line of a file as it may be shown to anybody; undefined where there is none. */
  readonly lineAt: (position: Position) => string | undefined;
}
