import { stat } from 'node:fs/promises';
import { type Position, TopologyError } from '../core/errors.ts';
import type { Finding, Silenced } from '../core/finding.ts';
import type { LintFinding, RuleInfo } from '../core/rule.ts';
import { fingerprintsOf } from '../core/fingerprint.ts';
import { allRules, type RuleSet } from '../lint/engine.ts';
import { ownRules } from '../lint/own.ts';
import { literalSecret } from '../lint/rules/mq101-literal-secret.ts';
import { maskedLine } from '../lint/secrets.ts';
import { readFiles, type TextFile } from '../topology/files.ts';
import type { BaselineUse } from './accepted.ts';
import { rewrite } from './reports.ts';
import { codeRoot, compare } from './lint/baseline.ts';
import { asFindings, type LintScope, lintTexts } from './lint/look.ts';
import { fixedTexts, type Look } from './lint/repair.ts';
import { ruleSet } from './lint/rules.ts';

export interface LintOptions extends LintScope {
  /** A file or a folder. */
  readonly topology?: string | undefined;
  /** Files and folders of source code. */
  readonly code?: readonly string[] | undefined;
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
  /** The line that a finding is about, as it may be shown to anybody. */
  readonly lineAt: (position: Position) => string | undefined;
}

/** What was found in one sort of files. */
interface Part extends Omit<Linted, 'findings' | 'fingerprints'> {
  readonly findings: readonly LintFinding[];
  /** The folder that its files are known from. */
  readonly root: string;
}

/** Looks at a topology, at source code, or at both, without asking any broker or store. Throws where there is none to look at. */
export async function lint(options: LintOptions): Promise<Linted> {
  const { topology, code } = options;
  const parts = [
    ...(topology === undefined ? [] : [await lintTopology(topology, options)]),
    ...(code === undefined ? [] : [await lintSources(code, options)]),
  ].map(told);
  const findings = parts.flatMap((part) => part.findings);
  const all = parts.map(({ root, findings, silenced }) =>
    fingerprintsOf([...findings, ...silenced.map(({ finding }) => finding)], root),
  );
  const fingerprints = new Map(all.flatMap((some) => [...some]));
  const roots = new Map(parts.flatMap(({ root, findings }) => findings.map((one) => [one, root])));
  const how = {
    rootOf: (finding: Finding) => roots.get(finding) ?? '',
    isFirm: (finding: Finding) => parts.some(({ firm }) => firm.has(finding)),
  };
  const compared = await compare(findings, fingerprints, how, options);
  return {
    findings: compared.kept,
    silenced: [...parts.flatMap(({ silenced }) => silenced), ...compared.silenced],
    fingerprints,
    rules: byId(new Set(parts.flatMap(({ rules }) => rules))),
    fixed: parts.reduce((sum, { fixed }) => sum + fixed, 0),
    lineAt: (position) => parts.map(({ lineAt }) => lineAt(position)).find((line) => line !== undefined),
  };
}

async function lintTopology(path: string, options: LintOptions): Promise<Part> {
  const set = await ruleSet(options.rules);
  const read = await readable(path);
  // What cannot be read may hold what the others seem to lack.
  const look: Look = (texts) =>
    read.troubles.length > 0 ? { findings: read.troubles, silenced: [] } : lintTexts(texts, set, options);
  const { texts, fixed } =
    options.fix === true ? await fix(read.texts, look) : { texts: read.texts, fixed: 0 };
  const results = look(texts);
  const found = [...results.findings, ...results.silenced.map(({ finding }) => finding)];
  return {
    ...results,
    rules: infosOf(set),
    fixed,
    lineAt: linesOf(texts, found),
    root: path,
  };
}

/** What reads code is loaded for code alone. */
async function lintSources(paths: readonly string[], { today }: LintOptions): Promise<Part> {
  const { lintCode } = await import('./lint/code.ts');
  const { findings, silenced, rules, lines } = await lintCode(paths, today);
  const lineAt = ({ file, line }: Position) => lines.get(file)?.get(line);
  return { findings, silenced, rules: [...ownRules, ...rules], fixed: 0, lineAt, root: codeRoot() };
}

/** Without what only lint itself needs. */
function told(part: Part): Omit<Part, 'findings'> & {
  readonly findings: readonly Finding[];
  readonly firm: ReadonlySet<Finding>;
} {
  const findings: readonly Finding[] = part.findings.map(asTold);
  return {
    ...part,
    findings,
    firm: new Set(findings.filter((_, at) => part.findings[at]?.firm === true)),
    silenced: part.silenced.map((one) => ({ ...one, finding: asTold(one.finding) })),
  };
}

/** All that can be found in a topology, and more rules if they are given, by id. */
export function infosOf(set: RuleSet, more: readonly RuleInfo[] = []): readonly RuleInfo[] {
  return byId([...ownRules, ...allRules(set), ...more]);
}

function byId(rules: Iterable<RuleInfo>): readonly RuleInfo[] {
  return [...rules].sort((a, b) => (a.id < b.id ? -1 : 1));
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

function asTold(finding: Finding & { readonly fix?: unknown; readonly firm?: unknown }): Finding {
  const told: Finding & { fix?: unknown; firm?: unknown } = { ...finding };
  delete told.fix;
  delete told.firm;
  return told;
}

/** Where a secret was found, nothing is shown from there on, whatever its key looks like. */
function linesOf(texts: readonly TextFile[], findings: readonly Finding[]): Linted['lineAt'] {
  const split = new Map<string, readonly string[]>();
  const secrets = Map.groupBy(
    findings.flatMap(({ rule, position }) =>
      rule === literalSecret.id && position !== undefined ? [position] : [],
    ),
    ({ file, line }) => `${line}:${file}`,
  );
  return ({ file, line }) => {
    const lines = split.get(file) ?? texts.find((one) => one.file === file)?.text.split(/\r?\n/);
    if (lines === undefined) return undefined;
    split.set(file, lines);
    if (line > lines.length) return undefined;
    const columns = (secrets.get(`${line}:${file}`) ?? []).map(({ column }) => column);
    if (columns.length === 0) return maskedLine(lines, line - 1);
    const before = (lines[line - 1] ?? '').slice(0, Math.min(...columns) - 1);
    return `${maskedLine([...lines.slice(0, line - 1), before], line - 1)}***`;
  };
}
