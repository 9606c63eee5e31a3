import { brokers as registry } from '../brokers/index.ts';
import {
  acrossEnvironments,
  auditFingerprints,
  type AuditRule,
  isOpen,
  judge,
  unasked,
  withoutCounts,
} from '../core/audit.ts';
import {
  compareEnvironments,
  type Comparison,
  type EarlierAudit,
  environmentsOf,
} from '../core/audit-comparison.ts';
import { certificateChecks, sharedPoints } from '../core/audit-certificates.ts';
import { secretChecks, type SecretsSubject } from '../core/audit-secrets.ts';
import { compareText } from '../core/json.ts';
import type { AuditRequest, Broker } from '../core/broker.ts';
import type { Accepting } from '../core/baseline.ts';
import { RefusedError, UsageError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import type { Landscape } from '../core/landscape.ts';
import { credentialPath } from '../secrets/store.ts';
import { neighboursOf } from '../topology/check.ts';
import { landscape as landscapeOf } from '../topology/landscape.ts';
import { loadTopology } from '../topology/load.ts';
import { accepted, type BaselineUse, requireBaseline } from './accepted.ts';
import { type Held, heldOf } from './audit-secrets.ts';
import { readEarlierAudit } from './earlier-audit.ts';
import { withKnown } from './generations.ts';
import { openSession, type Session, type SessionOptions, type Site } from './session.ts';

export interface AuditOptions extends SessionOptions {
  readonly now: Date;
  readonly baseline?: BaselineUse | undefined;
  /** What an audit of before printed as JSON. */
  readonly against?: string | undefined;
  /** Whether the stored credentials of services are read, and logged in with; they are if not said. */
  readonly credentials?: boolean | undefined;
}

/** What was answered, before it is held against a baseline or an audit of before. */
interface Answers {
  readonly topology: string;
  readonly environment: string;
  /** All that was asked, of every broker that there is. */
  readonly rules: readonly AuditRule[];
  /** One a rule, in the order of the checklist. */
  readonly findings: readonly Finding[];
}

export interface Audit extends Answers {
  readonly auditedAt: string;
  readonly fingerprints: ReadonlyMap<Finding, string>;
  /** Those of the findings that the baseline has. */
  readonly accepted: ReadonlySet<Finding>;
  /** What the baseline has, and is no longer found. */
  readonly stale: readonly Finding[];
  readonly comparison: Comparison | undefined;
}

/**
 * Answers the checklist for the live brokers of an environment, with what was seen. Reads and knocks, and changes nothing. What the
 * administrator may not see is told as that; only a broker that cannot be asked at all ends it.
 */
export async function audit(options: AuditOptions): Promise<Audit> {
  const earlier = await earlierOf(options);
  const session = await openSession(options);
  requireSame(session.topology.name, [session.environment.name], earlier, options.against);
  return heldAgainst([await answersOf(session, options)], options, earlier, false);
}

/** The answers alone, for a session that is open already. */
export async function answersOf(session: Session, options: AuditOptions): Promise<Answers> {
  const held = await heldOf(session, options.now, options.credentials);
  const answers = await Promise.all(
    registry.map(async (broker) => {
      const auditor = await broker.auditor();
      const { rules } = auditor;
      const site = session.sites.find((one) => one.broker === broker);
      if (site === undefined)
        return {
          ...{ rules, shares: new Map() },
          findings: rules.map((rule) => unasked(rule, whyNot(broker, session, options))),
        };
      session.context.progress(`auditing ${broker.title}`);
      return { rules, ...(await auditor.audit(requestFor(session, site, held, options), session.context)) };
    }),
  );
  const rules = [...answers.flatMap((one) => one.rules), ...secretChecks, ...certificateChecks].sort(byId);
  const shares = answers.map((one) => one.shares);
  const shared = certificateChecks.map((one) => ({ ...one, points: () => sharedPoints(one, shares) }));
  const findings = [
    ...answers.flatMap((one) => one.findings),
    ...judge(secretChecks, secretsIn(session, held)),
    ...judge(shared, undefined),
  ].sort(byRule);
  return {
    topology: session.topology.name,
    environment: session.environment.name,
    rules,
    findings,
  };
}

const byId = (a: AuditRule, b: AuditRule) => compareText(a.id, b.id);
const byRule = (a: Finding, b: Finding) => compareText(a.rule, b.rule);

function secretsIn({ environment, topology }: Session, { secrets }: Held): SecretsSubject {
  const { name, production, secrets: store } = environment;
  return {
    environment: name,
    production,
    store: store?.split(':')[0],
    written: written(environment.written),
    secrets,
    services: topology.services.size,
  };
}

/** Every text in the environment: references say by what they begin where a secret comes from. */
function written(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(written);
}

/** Each environment of the topology, one after another, as one checklist. */
export async function auditAll(options: AuditOptions): Promise<Audit> {
  const earlier = await earlierOf(options);
  const { name, environments, unplaced } = await loadTopology(options.topology, registry, options.variables);
  const names = [...environments.keys(), ...unplaced.keys()];
  requireSame(name, names, earlier, options.against);
  const audits: Answers[] = [];
  for (const environment of names)
    audits.push(await answersOf(await openSession({ ...options, environment }), options));
  return heldAgainst(audits, options, earlier, true);
}

/** Before any broker is asked: what is wrong with the files is told at once. */
async function earlierOf({ against, baseline, only }: AuditOptions): Promise<EarlierAudit | undefined> {
  if (baseline !== undefined && baseline.then !== 'compare' && only !== undefined)
    throw new UsageError('a baseline is of all brokers of an environment', 'leave out --only');
  if (baseline !== undefined) await requireBaseline(baseline);
  return against === undefined ? undefined : readEarlierAudit(against);
}

/** Environment by environment, so that what is accepted, or got better, in one says nothing of another. */
async function heldAgainst(
  audits: readonly Answers[],
  { baseline, only, now }: AuditOptions,
  earlier: EarlierAudit | undefined,
  isWhole: boolean,
): Promise<Audit> {
  const [{ topology, rules } = { topology: '', rules: [] }] = audits;
  const all = audits.flatMap(({ findings }) => findings);
  const environmentOf = new Map(
    audits.flatMap((one) => one.findings.map((finding) => [finding, one.environment] as const)),
  );
  const names = audits.map(({ environment }) => environment);
  const how: Accepting = {
    canWait: isOpen,
    fileOf: (finding) => environmentOf.get(finding) ?? '',
    gistOf: withoutCounts,
    isAsked: ({ file }) => names.includes(file) && only === undefined,
    stale: staleEntry,
  };
  const known = new Map(
    audits.flatMap(({ environment, findings }) => [...auditFingerprints(environment, findings)]),
  );
  const { kept, silenced } = await accepted(all, known, baseline, how);
  const silent = new Set(silenced.map(({ finding }) => finding));
  const [first, ...others] = audits;
  const isOne = first !== undefined && others.length === 0;
  const across = isOne
    ? { findings: first.findings, accepted: silent }
    : acrossEnvironments(rules, audits, silent);
  return {
    ...{ topology, environment: names.join(', '), rules, ...across },
    fingerprints: isOne ? known : auditFingerprints(names.join(', '), across.findings),
    auditedAt: now.toISOString(),
    stale: kept.filter((one) => !all.includes(one)),
    comparison: earlier === undefined ? undefined : compareEnvironments(rules, audits, earlier, isWhole),
  };
}

/** As lint has it, but milder: what is live comes and goes. */
const staleEntry = { id: 'MQ020', name: 'baseline-stale', severity: 'note' } as const;

/** Before any broker is asked: that may take minutes. */
function requireSame(
  topology: string,
  names: readonly string[],
  earlier: EarlierAudit | undefined,
  file = 'the earlier audit',
): void {
  if (earlier === undefined) return;
  if (topology === earlier.topology && environmentsOf(earlier).some((one) => names.includes(one))) return;
  throw new RefusedError(
    `${file} is of ${earlier.topology}, environment ${earlier.environment}, not of ${topology}, environment ${names.join(', ')}`,
    { hint: 'give --against an audit of the same topology and environment' },
  );
}

function whyNot({ name, title }: Broker, { environment }: Session, { only }: AuditOptions): string {
  if (only !== undefined && only !== name) return `${title} was not asked (--only ${only})`;
  return `the environment ${environment.name} has no ${title}`;
}

function requestFor(session: Session, site: Site, held: Held, { now }: AuditOptions): AuditRequest {
  const { topology, environment } = session;
  const { broker } = site;
  const among = (users: readonly string[]) => {
    const { landscape, compiled, ground } = withKnown(site, held.knowledge.get(site) ?? new Map(), users);
    return { landscape, compiled, ground };
  };
  const others = neighboursOf(topology, environment.name, broker).flatMap(
    (name): readonly Landscape<unknown, unknown>[] => {
      const other = landscapeOf(topology, name, broker);
      return other === undefined ? [] : [other];
    },
  );
  return {
    ...among([]),
    among,
    principals: new Set(
      [...topology.services.values()].flatMap(({ name, under }) => (under === 'principals' ? name : [])),
    ),
    neighbours: others.filter((one) => !topology.unplaced.has(one.environment.name)),
    secrets: held.secrets,
    stored: (service) => held.credentials.get(credentialPath({ broker: broker.name, service })),
    now,
  };
}
