import type { Position } from './errors.ts';
import type { Finding, Silenced } from './finding.ts';
import { compareText, jsonFaultAt } from './json.ts';
import type { RuleInfo } from './rule.ts';

/** Findings that were there when lint or audit came, and are accepted until they are repaired. Pure. */

export interface Baseline {
  readonly file: string;
  readonly text: string;
  readonly entries: readonly Entry[];
}

/** All of it counts but the place: what somebody agrees to is what they read. */
interface Entry {
  readonly fingerprint: string;
  readonly rule: string;
  /** Where it was found: the file of a topology, or the environment that was audited. */
  readonly file: string;
  readonly message: string;
}

/** Undefined where the text is no baseline. */
export function parseBaseline(file: string, text: string): Baseline | undefined {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof data !== 'object' || data === null || !('version' in data) || data.version !== 1)
    return undefined;
  if (!('findings' in data) || !Array.isArray(data.findings)) return undefined;
  const entries: readonly unknown[] = data.findings;
  return entries.every(isEntry) ? { file, text, entries } : undefined;
}

/** Why a text is no baseline, and at which offset. */
export function faultOfBaseline(text: string): { readonly why: string; readonly at: number } {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return { why: 'it is not JSON', at: jsonFaultAt(text, error) };
  }
  const { version, findings } = (data ?? {}) as Readonly<Record<string, unknown>>;
  if (version !== 1) {
    const given = typeof version === 'number' ? `version ${version}` : 'no version';
    return { why: `it has ${given}, and this mqwarden reads version 1`, at: 0 };
  }
  if (!Array.isArray(findings)) return { why: 'it has no list of findings', at: 0 };
  const bad = (findings as readonly unknown[]).findIndex((one) => !isEntry(one));
  return { why: `findings[${bad}] is not as --write-baseline writes one`, at: 0 };
}

function isEntry(value: unknown): value is Entry {
  if (typeof value !== 'object' || value === null) return false;
  return ['fingerprint', 'rule', 'file', 'message'].every(
    (key) => typeof (value as Readonly<Record<string, unknown>>)[key] === 'string',
  );
}

type Fingerprints = ReadonlyMap<Finding, string>;

/** What differs from one command to the other. */
export interface Accepting {
  /** What must not be accepted hides other findings. */
  readonly canWait: (finding: Finding) => boolean;
  readonly fileOf: (finding: Finding) => string;
  /** Of a message, what must be the same in the entry. */
  readonly gistOf: (message: string) => string;
  /** Whether this run would have found it again, if it were still there. */
  readonly isAsked: (entry: Entry) => boolean;
  /** Told of what is in the baseline, and is no longer found. */
  readonly stale: Pick<RuleInfo, 'id' | 'name' | 'severity'>;
}

export interface Compared {
  readonly kept: readonly Finding[];
  readonly silenced: readonly Silenced[];
}

/** Takes out what a baseline has; what it has and is no longer found, where it was looked for, is a finding of its own. */
export function withBaseline(
  findings: readonly Finding[],
  known: Fingerprints,
  baseline: Baseline,
  how: Accepting,
): Compared {
  const { canWait, isAsked, stale } = how;
  const keyOf = keyBy(how);
  const keyFor = (finding: Finding) => keyOf({ ...finding, fingerprint: known.get(finding) ?? '' });
  const old = new Set(baseline.entries.map(keyOf));
  const isOld = (finding: Finding) => canWait(finding) && old.has(keyFor(finding));
  const here = new Set(findings.map(keyFor));
  const gone = baseline.entries.filter((entry) => isAsked(entry) && !here.has(keyOf(entry)));
  const placeOf = gone.length === 0 ? undefined : placesIn(baseline);
  return {
    kept: [
      ...findings.filter((one) => !isOld(one)),
      ...gone.map((entry) => staleFinding(entry, placeOf?.get(entry.fingerprint), stale)),
    ],
    silenced: findings.filter(isOld).map((finding) => ({ finding, by: 'baseline' })),
  };
}

type Said = Pick<Entry, 'fingerprint' | 'rule' | 'message'>;

function keyBy({ gistOf }: Pick<Accepting, 'gistOf'>): (said: Said) => string {
  return ({ fingerprint, rule, message }) => JSON.stringify([fingerprint, rule, gistOf(message)]);
}

function staleFinding(
  { rule, message }: Entry,
  position: Position | undefined,
  { id, name, severity }: Accepting['stale'],
): Finding {
  return {
    rule: id,
    name,
    severity,
    message: `the baseline has what is no longer found: ${rule} ${message}`,
    position,
    hint: 'take it out: --prune-baseline',
  };
}

/** Where each fingerprint stands first; in one pass, since all of a large baseline may be stale. */
function placesIn({ file, text, entries }: Baseline): ReadonlyMap<string, Position> {
  const places = new Map<string, Position>();
  let line = 1;
  let start = 0;
  for (const { 0: all, 1: mark = '', index } of text.matchAll(/\n|"fingerprint"\s*:\s*"([^"]{0,1000})"/g)) {
    const at = index + all.length - mark.length - 2;
    if (all !== '\n' && !places.has(mark)) places.set(mark, { file, line, column: at - start + 1 });
    if (all === '\n') [line, start] = [line + 1, index + 1];
  }
  // Written with escapes, it is in the file all the same.
  for (const { fingerprint } of entries)
    if (!places.has(fingerprint)) places.set(fingerprint, { file, line: 1, column: 1 });
  return places;
}

/** All that can wait, as a baseline: an entry a line, so that a change of it is read as one. What was not looked for stays as it was. */
export function baselineOf(
  findings: readonly Finding[],
  known: Fingerprints,
  { canWait, fileOf, isAsked }: Accepting,
  before: Baseline | undefined,
): string {
  const entries = findings.filter(canWait).map((finding): Entry => ({
    fingerprint: known.get(finding) ?? '',
    rule: finding.rule,
    file: fileOf(finding),
    message: finding.message,
  }));
  const unasked = before?.entries.filter((entry) => !isAsked(entry)) ?? [];
  return textOf([...unasked, ...entries]);
}

/** The same baseline without what is no longer found. */
export function prunedBaseline(
  { entries }: Baseline,
  known: Fingerprints,
  how: Pick<Accepting, 'isAsked' | 'gistOf'>,
): string {
  const keyOf = keyBy(how);
  const here = new Set([...known].map(([finding, fingerprint]) => keyOf({ ...finding, fingerprint })));
  return textOf(entries.filter((entry) => !how.isAsked(entry) || here.has(keyOf(entry))));
}

function textOf(entries: readonly Entry[]): string {
  const sorted = [...entries].sort(
    (a, b) =>
      compareText(a.file, b.file) ||
      compareText(a.rule, b.rule) ||
      compareText(a.message, b.message) ||
      compareText(a.fingerprint, b.fingerprint),
  );
  const lines = sorted.map((entry) => `    ${JSON.stringify(entry)}`);
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
  return `{\n  "version": 1,\n  "findings": ${list}\n}\n`;
}
