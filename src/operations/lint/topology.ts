import { stat } from 'node:fs/promises';
import { MqwardenError, TopologyError } from '../../core/errors.ts';
import type { Finding } from '../../core/finding.ts';
import type { LintFinding, RuleInfo } from '../../core/rule.ts';
import { allRules, type RuleSet } from '../../lint/engine.ts';
import { ownRules } from '../../lint/own.ts';
import { literalSecret } from '../../lint/rules/mq101-literal-secret.ts';
import { type Masking, maskingOf } from '../../lint/secrets.ts';
import { readRegularFile } from '../../files/read.ts';
import { whyOf } from '../../files/why.ts';
import { maxMegabytes, readFiles, type TextFile } from '../../topology/files.ts';
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
    leftOut: [],
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
  for (const { file, text } of fixed.texts) {
    const was = old.get(file) ?? '';
    if (was !== text) await rewrite(file, (await markOf(file, was)) + text);
  }
  return fixed;
}

const byteOrderMark = '\ufeff';

/** The byte order mark of a file, which is no part of its text. Throws where somebody wrote to the file since it was read. */
async function markOf(file: string, was: string): Promise<string> {
  const { bytes } = await readRegularFile(file, { maxMegabytes }).catch((error: unknown) => {
    throw new MqwardenError('MQWARDEN_FILE', `${file} cannot be read (${whyOf(error)})`);
  });
  const now = bytes.toString('utf8');
  const mark = now.startsWith(byteOrderMark) ? byteOrderMark : '';
  if (now.slice(mark.length) === was) return mark;
  throw new MqwardenError(
    'MQWARDEN_FILE',
    `${file} was changed while lint looked at it, and is left as it is`,
    {
      hint: 'run it again; what was repaired in other files stays',
    },
  );
}

/** Where a secret was found, nothing is shown from there on, whatever its key looks like. */
function linesOf(texts: readonly TextFile[], findings: readonly Finding[]): Linted['lineAt'] {
  const files = new Map<string, { readonly count: number; readonly masked: Masking }>();
  const linesIn = (file: string) => {
    const lines = texts.find((one) => one.file === file)?.text.split(/\r?\n/);
    const all = lines && { count: lines.length, masked: maskingOf(lines) };
    if (all !== undefined) files.set(file, all);
    return all;
  };
  const secrets = Map.groupBy(
    findings.flatMap(({ rule, position }) =>
      rule === literalSecret.id && position !== undefined ? [position] : [],
    ),
    ({ file, line }) => `${line}:${file}`,
  );
  // A line may be the whole of a large file, and have thousands of findings.
  const shown = new Map<string, string>();
  return ({ file, line }) => {
    const key = `${line}:${file}`;
    const before = shown.get(key);
    if (before !== undefined) return before;
    const all = files.get(file) ?? linesIn(file);
    if (all === undefined || line > all.count) return undefined;
    const columns = (secrets.get(key) ?? []).map(({ column }) => column);
    const first = columns.reduce((least, column) => Math.min(least, column), Infinity);
    const text = columns.length === 0 ? all.masked(line - 1) : `${all.masked(line - 1, first - 1)}***`;
    shown.set(key, text);
    return text;
  };
}
