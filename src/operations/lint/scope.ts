import type { Position } from '../../core/errors.ts';
import type { Finding, Silenced } from '../../core/finding.ts';
import type { LintFinding, RuleInfo } from '../../core/rule.ts';
import type { Variables } from '../../topology/variables.ts';
import type { BaselineUse } from '../accepted.ts';

/** What lint is asked for, and what comes of it. */

export interface LintScope {
  /** Only this environment; all if there is none. */
  readonly environment?: string | undefined;
  /** Only this broker. */
  readonly only?: string | undefined;
  /** Only what these services are about. */
  readonly services?: readonly string[] | undefined;
  readonly variables: Variables;
  /** `2026-11-24`: what was to be ignored until a day before it is no longer. */
  readonly today: string;
}

export function isWhole({ environment, only, services = [] }: LintScope): boolean {
  return environment === undefined && only === undefined && services.length === 0;
}

export interface LintOptions extends LintScope {
  /** A file or a folder. */
  readonly topology?: string | undefined;
  /** Files and folders of source code. */
  readonly code?: readonly string[] | undefined;
  /** Which of the code is left out: patterns as .gitignore has them. */
  readonly exclude?: readonly string[] | undefined;
  /** A folder of rules of one's own. */
  readonly rules?: string | undefined;
  readonly baseline?: BaselineUse | undefined;
  /** Writes what the rules know to be safe into the files of the topology. */
  readonly fix?: boolean | undefined;
}

export interface Linted {
  readonly findings: readonly Finding[];
  readonly silenced: readonly Silenced[];
  readonly fingerprints: ReadonlyMap<Finding, string>;
  /** All that was looked for. */
  readonly rules: readonly RuleInfo[];
  /** How many findings are no more, since `fix` changed the files. */
  readonly fixed: number;
  /** What was not looked at, and why: `3 that git ignores`. */
  readonly leftOut: readonly string[];
  /** The line that a finding is about, as it may be shown to anybody. */
  readonly lineAt: (position: Position) => string | undefined;
}

/** What was found in one sort of files. */
export interface Part extends Omit<Linted, 'findings' | 'fingerprints'> {
  readonly findings: readonly LintFinding[];
  /** The folder that its files are known from. */
  readonly root: string;
}
