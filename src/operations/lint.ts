import { stat } from 'node:fs/promises';
import { type Position, TopologyError, UsageError } from '../core/errors.ts';
import type { Finding, Silenced } from '../core/finding.ts';
import type { LintFinding, RuleInfo } from '../core/rule.ts';
import type { Accepting } from '../core/baseline.ts';
import { fileBelow, fingerprintsOf } from '../core/fingerprint.ts';
import { allRules, type RuleSet } from '../lint/engine.ts';
import { ownRules, staleBaseline, warned } from '../lint/own.ts';
import { maskedLine } from '../lint/secrets.ts';
import { readFiles, type TextFile } from '../topology/files.ts';
import { accepted, type BaselineUse } from './accepted.ts';
import { rewrite } from './reports.ts';
import { asFindings, isWhole, type LintScope, lintTexts } from './lint/look.ts';
import { fixedTexts, type Look } from './lint/repair.ts';
import { ruleSet } from './lint/rules.ts';

export interface LintOptions extends LintScope {
  /** A file or a folder. */
  readonly topology: string;
  /** A folder of rules of one's own. */
  readonly rules?: string | undefined;
  readonly baseline?: BaselineUse | undefined;
  /** Writes what the rules know to be safe into the files. */
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
  /** The line that a finding is about, as it may be shown to anybody. */
  readonly lineAt: (position: Position) => string | undefined;
}

/** Looks at a topology without asking any broker or store. Throws where there is none to look at. */
export async function lint(options: LintOptions): Promise<Linted> {
  const set = await ruleSet(options.rules);
  const read = await readable(options.topology);
  // What cannot be read may hold what the others seem to lack.
  const look: Look = (texts) =>
    read.troubles.length > 0 ? { findings: read.troubles, silenced: [] } : lintTexts(texts, set, options);
  const { texts, fixed } =
    options.fix === true ? await fix(read.texts, look) : { texts: read.texts, fixed: 0 };
  const { findings, silenced } = look(texts);
  const all: readonly Finding[] = findings.map(asTold);
  const firm = new Set(all.filter((_, at) => findings[at]?.firm === true));
  const ignored = silenced.map((one) => ({ ...one, finding: asTold(one.finding) }));
  const fingerprints = fingerprintsOf([...all, ...ignored.map(({ finding }) => finding)], options.topology);
  const compared = await compare(all, firm, fingerprints, options);
  return {
    findings: compared.kept,
    silenced: [...ignored, ...compared.silenced],
    fingerprints,
    rules: infosOf(set),
    fixed,
    lineAt: linesOf(texts),
  };
}

/** All that can be found, by id. */
export function infosOf(set: RuleSet): readonly RuleInfo[] {
  return [...ownRules, ...allRules(set)].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A file that cannot be read is a finding; no topology at all is an error. */
async function readable(
  path: string,
): Promise<{ texts: readonly TextFile[]; troubles: readonly LintFinding[] }> {
  try {
    return { texts: await readFiles(path), troubles: [] };
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    const files = await Promise.all(error.problems.map(({ position }) => isFile(position?.file ?? path)));
    if (!files.every((file) => file)) throw error;
    return { texts: [], troubles: asFindings(error.problems, path) };
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function fix(
  before: readonly TextFile[],
  look: Look,
): Promise<{ texts: readonly TextFile[]; fixed: number }> {
  const fixed = fixedTexts(before, look);
  const old = new Map(before.map(({ file, text }) => [file, text]));
  for (const { file, text } of fixed.texts) if (old.get(file) !== text) await rewrite(file, text);
  return fixed;
}

/** Without what only lint itself needs. */
function asTold(finding: Finding & { readonly fix?: unknown; readonly firm?: unknown }): Finding {
  const told: Finding & { fix?: unknown; firm?: unknown } = { ...finding };
  delete told.fix;
  delete told.firm;
  return told;
}

/** What is wrong with loading or with comments hides other findings, and cannot wait. */
export function canWait({ rule }: Finding): boolean {
  return rule === warned.id || !ownRules.some(({ id }) => id === rule);
}

async function compare(
  findings: readonly Finding[],
  firm: ReadonlySet<Finding>,
  fingerprints: Linted['fingerprints'],
  options: LintOptions,
): Promise<{ readonly kept: readonly Finding[]; readonly silenced: readonly Silenced[] }> {
  const { baseline, topology } = options;
  const whole = isWhole(options);
  if (baseline !== undefined && baseline.then !== 'compare' && !whole)
    throw new UsageError('a baseline is of the whole topology', 'leave out --env, --only and --service');
  const how: Accepting = {
    canWait: (finding) => canWait(finding) && !firm.has(finding),
    fileOf: ({ position }) => fileBelow(position?.file ?? '', topology),
    gistOf: (message) => message,
    isAsked: () => whole,
    stale: staleBaseline,
  };
  return accepted(findings, fingerprints, baseline, how);
}

function linesOf(texts: readonly TextFile[]): Linted['lineAt'] {
  const split = new Map<string, readonly string[]>();
  return ({ file, line }) => {
    const lines = split.get(file) ?? texts.find((one) => one.file === file)?.text.split(/\r?\n/);
    if (lines === undefined) return undefined;
    split.set(file, lines);
    return line > lines.length ? undefined : maskedLine(lines, line - 1);
  };
}
