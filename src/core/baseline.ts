import type { Position } from './errors.ts';
import type { Finding, Silenced } from './finding.ts';
import { compareText } from './json.ts';
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
  return {
    kept: [
      ...findings.filter((one) => !isOld(one)),
      ...gone.map((entry) => staleFinding(entry, baseline, stale)),
    ],
    silenced: findings.filter(isOld).map((finding) => ({ finding, by: 'baseline' })),
  };
}

type Said = Pick<Entry, 'fingerprint' | 'rule' | 'message'>;

function keyBy({ gistOf }: Pick<Accepting, 'gistOf'>): (said: Said) => string {
  return ({ fingerprint, rule, message }) => JSON.stringify([fingerprint, rule, gistOf(message)]);
}

function staleFinding(
  { fingerprint, rule, message }: Entry,
  { file, text }: Baseline,
  { id, name, severity }: Accepting['stale'],
): Finding {
  return {
    rule: id,
    name,
    severity,
    message: `the baseline has what is no longer found: ${rule} ${message}`,
    position: positionIn(file, text, Math.max(0, text.indexOf(`"${fingerprint}"`))),
    hint: 'take it out: --prune-baseline',
  };
}

function positionIn(file: string, text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { file, line: before.length, column: (before.at(-1) ?? '').length + 1 };
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
