import {
  acceptedMark,
  type AuditRule,
  type OfEnvironment,
  type Seen,
  seenIn,
  withoutCounts,
} from './audit.ts';
import type { Finding, Related, Verdict } from './finding.ts';

/** An audit beside an earlier one: what got better, what got worse. Pure. */

/** What is needed of an earlier audit. */
export interface EarlierAudit {
  readonly topology: string;
  readonly environment: string;
  readonly auditedAt: string;
  readonly findings: readonly EarlierFinding[];
}

interface EarlierFinding {
  readonly rule: string;
  readonly name: string;
  readonly verdict: Verdict;
  readonly evidence?: Finding['evidence'];
  readonly address?: Finding['address'];
  readonly related?: readonly Related[] | undefined;
}

/** `changed`: something is different, and which way cannot be told. `new`, `gone`: only one of the two asked it. */
const turns = ['worse', 'better', 'changed', 'new', 'gone'] as const;
export type Turn = (typeof turns)[number];

export interface Turned {
  /** Where several were audited. */
  readonly environment?: string;
  readonly rule: string;
  readonly title: string;
  readonly turn: Turn;
  readonly before?: Verdict | undefined;
  readonly after?: Verdict | undefined;
  /** What fails, or is to be looked at, now and not then. */
  readonly appeared: readonly Seen[];
  /** And what did then, and does not now. */
  readonly vanished: readonly Seen[];
}

export interface Comparison {
  /** When the earlier audit was made. */
  readonly since: string;
  readonly turned: readonly Turned[];
  /** How many checks come to the same. */
  readonly same: number;
}

/** Each environment for itself: what got worse in one is not made up for by another. `gone`: also those that only the earlier one has. */
export function compareEnvironments(
  rules: readonly AuditRule[],
  all: readonly OfEnvironment[],
  earlier: EarlierAudit,
  gone: boolean,
): Comparison {
  const before = environmentsOf(earlier);
  const asked = all.map(({ environment }) => environment);
  const left = gone ? before.filter((one) => !asked.includes(one)) : [];
  const compared = [...all, ...left.map((environment) => ({ environment, findings: [] }))].map(
    ({ environment, findings }) => {
      const then = { ...earlier, findings: findingsIn(earlier, environment) };
      const { turned, same } = compareAudits(rules, findings, then);
      return { same, turned: turned.map((one): Turned => ({ environment, ...one })) };
    },
  );
  const isOne = compared.length === 1;
  const turned = compared.flatMap((one) => one.turned);
  return {
    since: earlier.auditedAt,
    same: compared.reduce((sum, one) => sum + one.same, 0),
    turned: turns.flatMap((turn) =>
      turned
        .filter((one) => one.turn === turn)
        .map(({ environment = '', ...rest }) => (isOne ? rest : { environment, ...rest })),
    ),
  };
}

/** One audit of several names them all. */
export function environmentsOf({ environment }: Pick<EarlierAudit, 'environment'>): string[] {
  return environment.split(', ');
}

/** What an audit found in one of its environments: one of several says at each thing of which it is. */
function findingsIn(earlier: EarlierAudit, environment: string): readonly EarlierFinding[] {
  const names = environmentsOf(earlier);
  if (!names.includes(environment)) return [];
  return names.length === 1 ? earlier.findings : earlier.findings.map((one) => ofOne(one, environment));
}

function ofOne(finding: EarlierFinding, environment: string): EarlierFinding {
  const prefix = `${environment}: `;
  const related = seenIn(finding).flatMap(({ verdict, says, address }): Related[] => {
    if (verdict === undefined || !says.startsWith(prefix)) return [];
    const own = says.slice(prefix.length);
    const bare = own.endsWith(acceptedMark) ? own.slice(0, -acceptedMark.length) : own;
    return [{ message: `${verdict}: ${bare}`, verdict, ...(address === undefined ? {} : { address }) }];
  });
  const verdicts = related.flatMap(({ verdict }) => verdict ?? []);
  const worst = (['fail', 'manual', 'pass', 'na'] as const).find((one) => verdicts.includes(one));
  // What passes everywhere is told by some of what was seen.
  return { rule: finding.rule, name: finding.name, verdict: worst ?? finding.verdict, evidence: '', related };
}

export function compareAudits(
  rules: readonly AuditRule[],
  findings: readonly Finding[],
  earlier: EarlierAudit,
): Comparison {
  const before = new Map(earlier.findings.map((one) => [one.rule, one]));
  const titles = new Map(rules.map(({ id, title }) => [id, title]));
  const here = new Set(findings.map(({ rule }) => rule));
  const all = [
    ...findings.map((one) => turnedOf(titles.get(one.rule) ?? one.name, before.get(one.rule), one)),
    ...earlier.findings
      .filter(({ rule }) => !here.has(rule))
      .map((one) => turnedOf(one.name, one, undefined)),
  ];
  const turned = turns.flatMap((turn) => all.filter((one): one is Turned => one.turn === turn));
  return { since: earlier.auditedAt, turned, same: all.length - turned.length };
}

function turnedOf(
  title: string,
  then: EarlierFinding | undefined,
  now: Finding | undefined,
): Omit<Turned, 'turn'> & { readonly turn: Turn | 'same' } {
  const [appeared, vanished] = difference(openIn(then), openIn(now));
  const [before, after] = [then?.verdict, now?.verdict];
  const turn = turnOf(before, after, appeared.length, vanished.length);
  return { rule: now?.rule ?? then?.rule ?? '', title, turn, before, after, appeared, vanished };
}

function turnOf(
  before: Verdict | undefined,
  after: Verdict | undefined,
  appeared: number,
  vanished: number,
): Turn | 'same' {
  if (before === undefined) return 'new';
  if (after === undefined) return 'gone';
  if (before === after) {
    if (appeared > 0 && vanished > 0) return 'changed';
    return appeared > 0 ? 'worse' : vanished > 0 ? 'better' : 'same';
  }
  // What is not asked any more, or cannot be told any more, is not mended by that.
  if (before === 'na' || after === 'na' || (before === 'fail' && after === 'manual')) return 'changed';
  return weight[after] > weight[before] ? 'worse' : 'better';
}

const weight: Readonly<Record<Verdict, number>> = { pass: 0, na: 0, manual: 1, fail: 2 };

function openIn(finding: EarlierFinding | Finding | undefined): Seen[] {
  if (finding === undefined) return [];
  return seenIn(finding).filter(({ verdict }) => verdict === 'fail' || verdict === 'manual');
}

/** The same about the same thing is no difference, whatever was counted. Of what says something else about one thing, both are told. */
function difference(before: readonly Seen[], after: readonly Seen[]): readonly [Seen[], Seen[]] {
  return [without(after, before), without(before, after)];
}

function without(all: readonly Seen[], known: readonly Seen[]): Seen[] {
  const counts = new Map<string, number>();
  for (const key of known.map(keyOf)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return all.filter((one) => {
    const key = keyOf(one);
    const left = counts.get(key) ?? 0;
    counts.set(key, left - 1);
    return left <= 0;
  });
}

function keyOf({ verdict, says, address }: Seen): string {
  return JSON.stringify([verdict, withoutCounts(says), address ?? '']);
}
