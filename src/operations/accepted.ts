import {
  type Accepting,
  type Baseline,
  baselineOf,
  parseBaseline,
  type Compared,
  prunedBaseline,
  withBaseline,
} from '../core/baseline.ts';
import { UsageError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import { readBaseline, rewrite } from './reports.ts';

/** What a command is told to do with a baseline. */
export interface BaselineUse {
  readonly file: string;
  readonly then: 'compare' | 'write' | 'prune';
}

/** Takes out of what was found what the baseline has, after it was written where that was asked for. */
export async function accepted(
  findings: readonly Finding[],
  fingerprints: ReadonlyMap<Finding, string>,
  use: BaselineUse | undefined,
  how: Accepting,
): Promise<Compared> {
  if (use === undefined) return { kept: findings, silenced: [] };
  return withBaseline(findings, fingerprints, await wanted(findings, fingerprints, use, how), how);
}

/** Where it is to be compared with, it must be there. */
export async function requireBaseline({ file, then }: BaselineUse): Promise<Baseline | undefined> {
  const baseline = await readBaseline(file);
  if (baseline === undefined && then !== 'write')
    throw new UsageError(`there is no baseline ${file}`, 'write one: --baseline FILE --write-baseline');
  return baseline;
}

async function wanted(
  findings: readonly Finding[],
  fingerprints: ReadonlyMap<Finding, string>,
  use: BaselineUse,
  how: Accepting,
): Promise<Baseline> {
  const before = await requireBaseline(use);
  if (before !== undefined && use.then === 'compare') return before;
  const isPruned = before !== undefined && use.then === 'prune';
  const text = isPruned
    ? prunedBaseline(before, fingerprints, how)
    : baselineOf(findings, fingerprints, how, before);
  await rewrite(use.file, text);
  return { file: use.file, text, entries: parseBaseline(use.file, text)?.entries ?? [] };
}
