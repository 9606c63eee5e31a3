import { stat } from 'node:fs/promises';
import { TopologyError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import type { LintFinding, RuleInfo } from '../../core/rule.ts';
import { allRules, type RuleSet } from '../../lint/engine.ts';
import { ownRules } from '../../lint/own.ts';
import { literalSecret } from '../../lint/rules/mq101-literal-secret.ts';
import { maskedLine } from '../../lint/secrets.ts';
import { readFiles, type TextFile } from '../../topology/files.ts';
import { rewrite } from '../reports.ts';
import { asFindings, lintTexts } from './look.ts';
import { fixedTexts, type Look } from './repair.ts';
import { ruleSet } from './rules.ts';
import type { Linted, LintOptions, Part } from './scope.ts';

/** The rules of topologies, over files. */
export async function lintTopology(path: string, options: LintOptions): Promise<Part> {
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

/** All that can be found in a topology, and more rules if they are given, by id. */
export function infosOf(set: RuleSet, more: readonly RuleInfo[] = []): readonly RuleInfo[] {
  return [...ownRules, ...allRules(set), ...more].sort((a, b) => (a.id < b.id ? -1 : 1));
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
