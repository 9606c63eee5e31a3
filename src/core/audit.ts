import type { Address } from './address.ts';
import type { Finding, Related, Severity, Verdict } from './finding.ts';
import { digest } from './json.ts';
import type { RuleInfo } from './rule.ts';

/** What audit looks at, and how what was seen becomes one finding a check. Pure. */

/** A question of the checklist, or one beyond it. */
export interface AuditRule {
  /** `MQA05`; those of the checklist have its number. */
  readonly id: string;
  readonly name: string;
  /** The number in the checklist. */
  readonly check?: number;
  /** As the checklist puts it: `RabbitMQ: default guest user disabled`. */
  readonly title: string;
  /** Where it fails. */
  readonly severity: Severity;
  /** What goes wrong where it fails, as a sentence. */
  readonly why: string;
  /** What to do where it fails, unless what was seen says more. */
  readonly instead: string;
  /** Where to read on. */
  readonly link: string;
}

/** As other rules are told of. */
export function auditRuleInfo({ id, name, severity, title, why, instead, link }: AuditRule): RuleInfo {
  return { id, name, severity, summary: title, why, instead, link };
}

/**
 * One thing that was seen. `lacked`: the identity that asks may not be told, so that a person must look; `aside`: worth knowing, and
 * without weight.
 */
export interface Point {
  readonly is: 'pass' | 'fail' | 'manual' | 'lacked' | 'na' | 'aside';
  readonly says: string;
  readonly address?: Address | undefined;
  readonly hint?: string | undefined;
  /** Of what is aside because somebody accepted it: what it would decide. */
  readonly accepted?: 'fail' | 'manual';
}

export const pass = (says: string): Point => ({ is: 'pass', says });
export const aside = (says: string): Point => ({ is: 'aside', says });

/** `a, b and 3 more`. */
export function some(names: readonly string[], most = 5): string {
  const rest = names.length - most;
  return rest <= 0 ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${rest} more`;
}

export interface Check<Subject> extends AuditRule {
  points(subject: Subject): Iterable<Point>;
}

/** An answer, or why there is none. */
export type Told<T> =
  | { readonly is: 'told'; readonly value: T }
  /** `needs`: the right that the answer takes. */
  | { readonly is: 'lacked'; readonly why: string; readonly needs: string }
  | { readonly is: 'unknown'; readonly why: string };

/** What the secret store shows, with no secret in it. */
export interface StoredSecrets {
  /** `rabbitmq/order-service` of every credential that is there. */
  readonly found: readonly string[];
  readonly missing: readonly string[];
  /** Credentials with one password. */
  readonly shared: readonly (readonly string[])[];
  /** How old each is, by the record of its rotations. */
  readonly ages: readonly StoredAge[];
}

export interface StoredAge {
  readonly path: string;
  /** `due` and `overdue`: by the ages that `credentials list` has. */
  readonly status: 'ok' | 'due' | 'overdue' | 'unknown';
}

/** Of one broker: whether a password is stored for two services. `services`: those that have one. `since`: why the broker cannot tell. */
export function* storedPoints(
  { found, missing, shared }: StoredSecrets,
  { broker, services, since = '' }: { broker: string; services: readonly string[]; since?: string },
): Iterable<Point> {
  const mine = (paths: readonly string[]) => paths.filter((path) => path.startsWith(`${broker}/`));
  for (const group of shared.filter((one) => mine(one).length > 0))
    yield {
      is: 'fail',
      says: `one stored password for ${some(group)}`,
      hint: 'rotate them: mqwarden rotate --service …',
    };
  if (mine(found).length > 0) yield pass(`${mine(found).length} stored passwords, compared with one another`);
  const absent = mine(missing).filter((path) => services.some((name) => path === `${broker}/${name}`));
  if (absent.length > 0)
    yield {
      is: 'manual',
      says: `no stored password of ${some(absent)}: with whom it is shared cannot be told${since}`,
      hint: 'name the store in `secrets` of the environment, and take these over: mqwarden rotate --adopt',
    };
}

export function judge<Subject>(checks: readonly Check<Subject>[], subject: Subject): Finding[] {
  return checks.map((check) => findingOf(check, [...check.points(subject)]));
}

/** What was not looked at, and why. */
export function unasked(rule: AuditRule, why: string): Finding {
  return findingOf(rule, [{ is: 'na', says: why }]);
}

/** What could not be told, as a point of every check that rests on it. */
export function untold({ why, ...answer }: Exclude<Told<unknown>, { is: 'told' }>): Point {
  if (answer.is === 'unknown') return { is: 'manual', says: why };
  return { is: 'lacked', says: why, hint: answer.needs };
}

/**
 * The worst thing that was seen decides, and everything else stands beside it. `isMerged`: of several environments, of which one that
 * has something of no weight beside what passes must not look as if nothing passed.
 */
function findingOf(rule: AuditRule, points: readonly Point[], isMerged = false): Finding {
  const verdict = verdictOf(points);
  const decides = (point: Point) => verdictOf([point]) === verdict && point.is !== 'aside';
  const [decisive, others] = [points.filter(decides), points.filter((point) => !decides(point))];
  const [first] = decisive;
  const more = decisive.length > 1 ? ` (and ${decisive.length - 1} more)` : '';
  const isOpen = verdict === 'fail' || verdict === 'manual';
  const isTold = isOpen || (isMerged && others.some(({ is }) => is === 'na'));
  const related = [...(isTold && decisive.length > 1 ? decisive : []), ...others].map(relatedOf);
  return {
    rule: rule.id,
    name: rule.name,
    severity: severityOf(rule, verdict, points),
    message: isOpen && first !== undefined ? `${rule.title}: ${first.says}${more}` : rule.title,
    address: first?.address,
    verdict,
    evidence:
      decisive
        .slice(0, mostEvidence)
        .map(({ says }) => says)
        .join('; ') || 'nothing was seen',
    check: rule.check,
    hint: isOpen ? (decisive.find(({ hint }) => hint !== undefined)?.hint ?? rule.instead) : undefined,
    link: rule.link,
    page: `docs/rules/${rule.id}.md`,
    ...(related.length === 0 ? {} : { related }),
  };
}

/** The rest is among the related. */
const mostEvidence = 5;

function verdictOf(points: readonly Point[]): Verdict {
  const has = (...some: readonly Point['is'][]) => points.some((point) => some.includes(point.is));
  if (has('fail')) return 'fail';
  if (has('manual', 'lacked')) return 'manual';
  if (has('pass')) return 'pass';
  // Whatever nothing was seen of is nobody's proof.
  return has('na') ? 'na' : 'manual';
}

function severityOf(rule: AuditRule, verdict: Finding['verdict'], points: readonly Point[]): Severity {
  if (verdict === 'fail') return rule.severity;
  return verdict === 'manual' && points.some(({ is }) => is === 'lacked') ? 'warning' : 'note';
}

function relatedOf(point: Point): Related {
  const { is, says, address, accepted } = point;
  return {
    ...(accepted !== undefined
      ? { message: `${words[accepted]}: ${says}${acceptedMark}`, verdict: accepted }
      : is === 'aside'
        ? { message: says }
        : { message: `${words[is]}: ${says}`, verdict: verdictOf([point]) }),
    ...(address === undefined ? {} : { address }),
  };
}

/** Behind what does not count any more. */
export const acceptedMark = ' (accepted)';

const words = { pass: 'PASS', fail: 'FAIL', manual: 'MANUAL', lacked: 'MANUAL', na: 'N/A' } as const;

/** Whatever asks for somebody: neither passed nor beside the point. */
export function isOpen({ verdict }: Finding): boolean {
  return verdict !== 'pass' && verdict !== 'na';
}

/** What asks for somebody and is not accepted; what the baseline has too much, too. */
export function openFindings({
  findings,
  accepted,
  stale,
}: {
  readonly findings: readonly Finding[];
  readonly accepted: ReadonlySet<Finding>;
  readonly stale: readonly Finding[];
}): Finding[] {
  return [...findings.filter((one) => isOpen(one) && !accepted.has(one)), ...stale];
}

export interface OfEnvironment {
  readonly environment: string;
  readonly findings: readonly Finding[];
}

export interface Across {
  /** One a rule. */
  readonly findings: readonly Finding[];
  /** Those of which nothing is left to look at. */
  readonly accepted: ReadonlySet<Finding>;
}

/**
 * One finding a rule for all environments: what the worst of them says, and the others beside it. `silenced` are findings of single
 * environments that are accepted: they stand beside what is not, and decide nothing.
 */
export function acrossEnvironments(
  rules: readonly AuditRule[],
  all: readonly OfEnvironment[],
  silenced: ReadonlySet<Finding> = new Set(),
): Across {
  const accepted = new Set<Finding>();
  const findings = rules.map((rule) => {
    const own = all.flatMap(({ environment, findings: some }) =>
      some.filter((one) => one.rule === rule.id).map((finding) => ({ environment, finding })),
    );
    const isLeft = own.some(({ finding }) => isOpen(finding) && !silenced.has(finding));
    const merged = findingOf(
      rule,
      own.flatMap((one) => pointsAgain(one, isLeft && silenced.has(one.finding))),
      true,
    );
    if (!isLeft && own.some(({ finding }) => silenced.has(finding))) accepted.add(merged);
    return merged;
  });
  return { findings, accepted };
}

/** What was seen, as far as the finding still tells it: what decided, then the rest. */
export function seenIn({
  verdict = 'manual',
  evidence = '',
  address,
  related = [],
}: Pick<Finding, 'verdict' | 'evidence' | 'address' | 'related'>): Seen[] {
  const told = related.map((one): Seen => ({
    verdict: one.verdict,
    says: one.verdict === undefined ? one.message : one.message.slice(one.message.indexOf(': ') + 2),
    address: one.address,
  }));
  return told.some((one) => one.verdict === verdict) ? told : [{ verdict, says: evidence, address }, ...told];
}

export interface Seen {
  /** Undefined for what has no weight. */
  readonly verdict: Verdict | undefined;
  readonly says: string;
  readonly address?: Address | undefined;
}

function pointsAgain(
  { environment, finding }: { readonly environment: string; readonly finding: Finding },
  isAccepted: boolean,
): Point[] {
  return seenIn(finding).map(({ verdict, says, address }): Point => {
    const point = { says: `${environment}: ${says}`, address };
    if (isAccepted && (verdict === 'fail' || verdict === 'manual'))
      return { ...point, is: 'aside', accepted: verdict };
    const is = verdict === 'manual' && finding.severity === 'warning' ? 'lacked' : (verdict ?? 'aside');
    return { ...point, is, hint: verdict === finding.verdict ? finding.hint : undefined };
  });
}

/** What a finding is known by from one audit to the next: all that decided it, without counts of messages, days and the like. */
export function auditFingerprints(
  environment: string,
  findings: readonly Finding[],
): ReadonlyMap<Finding, string> {
  return new Map(
    findings.map((finding) => {
      const decisive = seenIn(finding).filter(({ verdict }) => verdict === finding.verdict);
      const seen = decisive.map(({ says, address }) => [withoutCounts(says), address ?? '']).sort();
      const whole = digest([environment, finding.rule, finding.verdict ?? '', seen]);
      return [finding, whole.slice('sha256:'.length, 'sha256:'.length + 32)];
    }),
  );
}

/** `holds 7 messages` is the same as with 8; `broker 1`, `:5671` and what is part of a name stay. */
export function withoutCounts(says: string): string {
  return says.replace(/(?<![\w.:/@-])\d+ (?=[a-z])/g, 'N ');
}
