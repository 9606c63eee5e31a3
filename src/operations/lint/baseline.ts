import { normalize, resolve } from 'node:path';
import type { Accepting, Compared } from '../../core/baseline.ts';
import { UsageError } from '../../core/errors.ts';
import { fileBelow } from '../../core/fingerprint.ts';
import type { Finding } from '../../core/finding.ts';
import { ownRules, staleBaseline, warned } from '../../lint/own.ts';
import { accepted, type BaselineUse } from '../accepted.ts';
import { isWhole, type LintScope } from './scope.ts';

/** What a run looks at. */
interface Places extends LintScope {
  readonly topology?: string | undefined;
  readonly code?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly baseline?: BaselineUse | undefined;
}

interface Known {
  /** What a finding's file is called from on. */
  readonly rootOf: (finding: Finding) => string;
  /** What can be neither ignored nor accepted. */
  readonly isFirm: (finding: Finding) => boolean;
}

/** What is wrong with loading or with comments hides other findings, and cannot wait. */
export function canWait({ rule }: Finding): boolean {
  return rule === warned.id || !ownRules.some(({ id }) => id === rule);
}

/** Takes out what a baseline has, which may be one of a topology and of code. */
export async function compare(
  findings: readonly Finding[],
  fingerprints: ReadonlyMap<Finding, string>,
  { rootOf, isFirm }: Known,
  places: Places,
): Promise<Compared> {
  const { baseline } = places;
  if (baseline !== undefined && baseline.then !== 'compare' && !isWhole(places))
    throw new UsageError('a baseline is of the whole topology', 'leave out --env, --only and --service');
  const how: Accepting = {
    canWait: (finding) => canWait(finding) && !isFirm(finding),
    fileOf: (finding) => fileBelow(finding.position?.file ?? '', rootOf(finding)),
    gistOf: (message) => message,
    isAsked: await askedBy(places),
    stale: staleBaseline,
  };
  return accepted(findings, fingerprints, baseline, how);
}

/** A run speaks of what it looked at: the topology, or some of the code. */
async function askedBy(places: Places): Promise<Accepting['isAsked']> {
  const { topology, code = [], exclude = [] } = places;
  // Patterns of git are the code's: a topology is looked at without them.
  const isExcluded =
    code.length === 0 ? () => false : (await import('./ignored.ts')).excluding(exclude, codeRoot());
  const roots = code.map((path) => fileBelow(normalize(path), codeRoot()).replace(/^\.?\/?$/, ''));
  return ({ rule, file }) =>
    rule.startsWith('MQC')
      ? !isExcluded(resolve(file), codeRoot()) &&
        roots.some((root) => root === '' || file === root || file.startsWith(`${root}/`))
      : topology !== undefined && isWhole(places);
}

/** Source files are known from the working folder on, which is where pipelines call lint. */
export function codeRoot(): string {
  return process.cwd();
}
