import { stat } from 'node:fs/promises';
import { type Position, TopologyError, UsageError } from '../core/errors.ts';
import type { Finding, Silenced } from '../core/finding.ts';
import type { LintFinding, RuleInfo } from '../core/rule.ts';
import { type Baseline, baselineOf, prunedBaseline, withBaseline } from '../lint/baseline.ts';
import { allRules, type RuleSet } from '../lint/engine.ts';
import { fingerprintsOf } from '../lint/fingerprint.ts';
import { ownRules } from '../lint/own.ts';
import { maskedLine } from '../lint/secrets.ts';
import { readFiles, type TextFile } from '../topology/files.ts';
import { readBaseline, rewrite } from './lint/files.ts';
import { asFindings, isWhole, type LintScope, lintTexts } from './lint/look.ts';
import { fixedTexts, type Look } from './lint/repair.ts';
import { ruleSet } from './lint/rules.ts';

export interface LintOptions extends LintScope {
  /** A file or a folder. */
  readonly topology: string;
  /** A folder of rules of one's own. */
  readonly rules?: string | undefined;
  readonly baseline?: { readonly file: string; readonly then: 'compare' | 'write' | 'prune' } | undefined;
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
  const all: readonly Finding[] = findings.map(withoutFix);
  const ignored = silenced.map((one) => ({ ...one, finding: withoutFix(one.finding) }));
  const fingerprints = fingerprintsOf([...all, ...ignored.map(({ finding }) => finding)], options.topology);
  const compared = await compare(all, fingerprints, options);
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

function withoutFix(finding: Finding & { readonly fix?: unknown }): Finding {
  const told: Finding & { fix?: unknown } = { ...finding };
  delete told.fix;
  return told;
}

async function compare(
  findings: readonly Finding[],
  fingerprints: Linted['fingerprints'],
  options: LintOptions,
): Promise<{ readonly kept: readonly Finding[]; readonly silenced: readonly Silenced[] }> {
  if (options.baseline === undefined) return { kept: findings, silenced: [] };
  const { file, then } = options.baseline;
  if (then !== 'compare' && !isWhole(options)) {
    throw new UsageError('a baseline is of the whole topology', 'leave out --env, --only and --service');
  }
  const baseline = await wanted(
    file,
    then,
    () => baselineOf(findings, fingerprints, options.topology),
    fingerprints,
  );
  return withBaseline(findings, fingerprints, baseline, isWhole(options));
}

/** The baseline to compare with, after it was written where that was asked for. */
async function wanted(
  file: string,
  then: 'compare' | 'write' | 'prune',
  make: () => string,
  fingerprints: Linted['fingerprints'],
): Promise<Baseline> {
  const before = then === 'write' ? undefined : await readBaseline(file);
  if (then !== 'write' && before === undefined) {
    throw new UsageError(`there is no baseline ${file}`, 'write one: --baseline FILE --write-baseline');
  }
  if (before !== undefined && then === 'compare') return before;
  await rewrite(file, before === undefined ? make() : prunedBaseline(before, fingerprints));
  const after = await readBaseline(file);
  if (after === undefined) throw new UsageError(`there is no baseline ${file}`);
  return after;
}

/** For other tools, beside what is printed. */
export async function saveReport(file: string, text: string): Promise<void> {
  await rewrite(file, text);
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
