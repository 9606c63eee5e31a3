import type { Position } from '../core/errors.ts';
import type { Finding, Silenced } from '../core/finding.ts';
import { compareText } from '../core/json.ts';
import { positionAt, sourceOf } from '../topology/places.ts';
import { fileBelow } from './fingerprint.ts';
import { ownRules, staleBaseline, warned } from './own.ts';

/** Findings that were there when lint came, and are not told until they are repaired. Pure. */

export interface Baseline {
  readonly file: string;
  readonly text: string;
  readonly entries: readonly Entry[];
}

/** Only the fingerprint counts; the rest is for those who read it. */
interface Entry {
  readonly fingerprint: string;
  readonly rule: string;
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

/** What is wrong with loading or with comments hides other findings, and cannot wait. */
function canWait({ rule }: Finding): boolean {
  return rule === warned.id || !ownRules.some(({ id }) => id === rule);
}

export interface Compared {
  readonly kept: readonly Finding[];
  readonly silenced: readonly Silenced[];
}

/** Takes out what a baseline has; what it has and is no longer found, where everything was looked at, is a finding of its own. */
export function withBaseline(
  findings: readonly Finding[],
  known: Fingerprints,
  baseline: Baseline,
  whole: boolean,
): Compared {
  const old = new Set(baseline.entries.map(({ fingerprint }) => fingerprint));
  const isOld = (finding: Finding) => canWait(finding) && old.has(known.get(finding) ?? '');
  const here = new Set(findings.map((finding) => known.get(finding)));
  const stale = whole ? baseline.entries.filter(({ fingerprint }) => !here.has(fingerprint)) : [];
  return {
    kept: [...findings.filter((one) => !isOld(one)), ...stale.map((entry) => staleFinding(entry, baseline))],
    silenced: findings.filter(isOld).map((finding) => ({ finding, by: 'baseline' })),
  };
}

function staleFinding({ fingerprint, rule, message }: Entry, { file, text }: Baseline): Finding {
  const { id, name, severity } = staleBaseline;
  const position: Position = positionAt(sourceOf(file, text), Math.max(0, text.indexOf(`"${fingerprint}"`)));
  return {
    rule: id,
    name,
    severity,
    message: `the baseline has what is no longer found: ${rule} ${message}`,
    position,
    hint: 'take it out: --prune-baseline',
  };
}

/** All that can wait, as a baseline: an entry a line, so that a change of it is read as one. */
export function baselineOf(findings: readonly Finding[], known: Fingerprints, root: string): string {
  const entries = findings.filter(canWait).map((finding): Entry => {
    const { rule, message, position } = finding;
    return {
      fingerprint: known.get(finding) ?? '',
      rule,
      file: fileBelow(position?.file ?? '', root),
      message,
    };
  });
  return textOf(entries);
}

/** The same baseline without what is no longer found. */
export function prunedBaseline({ entries }: Baseline, known: Fingerprints): string {
  const here = new Set(known.values());
  return textOf(entries.filter(({ fingerprint }) => here.has(fingerprint)));
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
