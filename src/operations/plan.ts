import { type AccessChange, accessChanges, resourcesAfter } from '../core/access/gains.ts';
import type { Address } from '../core/address.ts';
import { type Decided, decide, sortChanges } from '../core/decide.ts';
import type { Decisions } from '../core/decisions.ts';
import { diff, type Difference } from '../core/diff.ts';
import { settleFormer } from '../core/former.ts';
import { keptBeside, sameGenerations, settleGenerations } from '../core/generations.ts';
import type { Refusal, Warning } from '../core/broker.ts';
import { assemble, type BrokerPlan, type Plan, type PlanInput } from '../core/plan.ts';
import type { Change } from '../core/resource.ts';
import { UsageError } from '../core/errors.ts';
import type { Snapshot } from '../core/snapshot.ts';
import { withCredentialDrift } from './drift.ts';
import { type Knowledge, knowledgeOf, usersIn, withKnown } from './generations.ts';
import { holderOf } from './holders.ts';
import { unknownBy } from './snapshot.ts';
import { openSession, type Session, type SessionOptions, type Site } from './session.ts';
import { checkStore, storedOf, type Unasked } from './plan/stored.ts';
import { liveSource, snapshotSource, type Source } from './source.ts';

export interface PlanOptions extends SessionOptions {
  readonly decisions: Decisions;
  readonly now: () => Date;
}

/** One broker read, diffed and decided. */
export interface Planned extends Site {
  readonly difference: Difference;
  readonly part: BrokerPlan;
  readonly unasked: Unasked;
  /** What answers about access leave out, as sentences. */
  readonly beyond: readonly string[];
}

export interface PlanResult {
  readonly session: Session;
  readonly plan: Plan;
  readonly planned: readonly Planned[];
}

/** Reads the live brokers and says what would change. Writes nothing: no writer is ever asked for here. */
export async function plan(options: PlanOptions): Promise<PlanResult> {
  const session = await openSession(options);
  return planSession(session, options);
}

/** The same without a question to the store of the services' credentials. */
export async function planWithoutSecrets(options: PlanOptions): Promise<PlanResult> {
  const session = await openSession(options);
  return planSession(session, options, liveSource(session, false));
}

/**
 * The same from a snapshot alone: reaches no broker and reads no secret, not even the administrators'. One older than
 * `maxAgeMs` is still planned against, and said to be.
 */
export async function planAgainst(
  snapshot: Snapshot,
  maxAgeMs: number,
  options: PlanOptions,
): Promise<PlanResult> {
  const session = await openSession(options);
  const unknown = unknownBy({ snapshot, maxAgeMs, now: options.now() }, session);
  return planSession(session, options, snapshotSource(session, snapshot), unknown);
}

/** The same for a session that is open already: apply plans twice in one. */
export async function planSession(
  session: Session,
  { decisions, now }: Pick<PlanOptions, 'decisions' | 'now'>,
  source: Source = liveSource(session),
  unknown: readonly string[] = [],
): Promise<PlanResult> {
  checkScope(session, decisions);
  const planned = await Promise.all(session.sites.map((site) => planSite(session, site, decisions, source)));
  const { against } = source;
  return { session, plan: documentOf(session, planned, { decisions, now, against, unknown }), planned };
}

/** What was planned for each broker, as one document. */
export function documentOf(
  session: Session,
  planned: readonly Planned[],
  {
    decisions,
    now,
    against,
    unknown = [],
  }: Pick<PlanOptions, 'decisions' | 'now'> & Pick<PlanInput, 'against' | 'unknown'>,
): Plan {
  return assemble({
    topology: session.topology.name,
    topologyDigest: session.topology.digest(session.environment.name),
    environment: session.environment.name,
    createdAt: now(),
    decisions,
    brokers: new Map(planned.map((one) => [one.broker.name, one.part])),
    warnings: needless(planned, decisions),
    against,
    unknown: [...unknown, ...unasked(planned)],
  });
}

/** One line for all of them, however many there are. */
function unasked(planned: readonly Planned[]): string[] {
  const sum = (of: 'users' | 'changes') => planned.reduce((all, one) => all + one.unasked[of], 0);
  const [users, changes] = [sum('users'), sum('changes')];
  if (users === 0) return [];
  const needed =
    changes === 0 ? '' : `, and ${changes} of the changes ${changes === 1 ? 'needs' : 'need'} it`;
  return [
    `whether the secret store has the password of each of ${users} live users: it was not asked${needed}`,
  ];
}

/** An address in a decision that nothing here waits for is mostly a slip of the pen. */
function needless(planned: readonly Planned[], { allowDataLoss, allowWidening }: Decisions): Warning[] {
  const known = new Set<string>(
    planned.flatMap(({ part }) => [...part.changes, ...part.blocked].map((one) => one.address)),
  );
  return [...allowDataLoss, ...allowWidening]
    .filter((named) => !known.has(named))
    .map((named) => ({
      address: named as Address,
      message: 'allowed by name, but nothing in this plan is about it',
    }));
}

export async function planSite(
  session: Session,
  site: Site,
  decisions: Decisions,
  source: Source = liveSource(session),
): Promise<Planned> {
  for (let looks = 1; ; looks += 1) {
    const knowledge = await knowledgeOf(source, site);
    const planned = await planKnown(session, site, { knowledge, decisions, source });
    // A rotation may have gone on while the broker was read: what it makes and unmakes is no change.
    if (looks === mostLooks || !(await hasMovedOn(source, planned, knowledge))) return planned;
  }
}

/** Of one broker, while rotations go on. */
const mostLooks = 5;

async function hasMovedOn(
  source: Source,
  { part, ...site }: Planned,
  knowledge: Knowledge,
): Promise<boolean> {
  const services = new Set([...part.changes, ...part.blocked].map(({ service }) => service));
  const asked = [...knowledge].filter(([name, { open }]) => services.has(name) && !open);
  const now = await knowledgeOf(source, site, new Set(asked.map(([name]) => name)));
  return asked.some(([name, { generations }]) => !sameGenerations(generations, now.get(name)?.generations));
}

async function planKnown(
  session: Session,
  offline: Site,
  { knowledge, decisions, source }: { knowledge: Knowledge; decisions: Decisions; source: Source },
): Promise<Planned> {
  const { site, reading } = await readKnown(offline, knowledge, source);
  const { broker, compiled, ground, landscape } = site;
  const level = settleGenerations({ kinds: broker.kinds, compiled, reading, ground }, keptBeside(landscape));
  const found = diff(settleFormer(level, decisions.prune));
  const { difference: checked, unasked } = checkStore(broker, found, storedOf(site, knowledge));
  const difference =
    decisions.checkCredentials === true
      ? await withCredentialDrift(session, site, checked, decisions.services)
      : checked;
  const decided = decide(broker.kinds, difference, decisions);
  const part = await weigh(source, site, difference, decided);
  const access = accessBy(site, difference, part.changes);
  const { unknown = [], beyond = [] } = reading;
  return { ...site, difference, part: { ...part, access, unknown }, unasked, beyond };
}

function accessBy(site: Site, { live }: Difference, changes: readonly Change[]): AccessChange[] {
  if (changes.length === 0) return [];
  const before = [...live.values()];
  const gone = new Set(changes.filter(({ action }) => action === 'delete').map(({ address }) => address));
  const [had, has] = [before, resourcesAfter(before, changes)].map((all) => site.broker.access(all));
  if (had === undefined || has === undefined) return [];
  const all = accessChanges(had, has, gone, (principal) => holderOf(site, principal));
  // Those whose rights no plan touches, and which mostly have them all.
  return all.filter(({ is }) => is !== 'administrator' && is !== 'protected');
}

/** Where no store speaks for a service, who lives must be read before it is known what to read: twice, where it was rotated. */
async function readKnown(offline: Site, knowledge: Knowledge, source: Source) {
  const site = withKnown(offline, knowledge);
  const reading = await source.read(site);
  const found = withKnown(site, knowledge, usersIn(site, reading.resources));
  return found === site ? { site, reading } : { site: found, reading: await source.read(found) };
}

/** Asks what the changes would lose or disturb. */
async function weigh(
  source: Source,
  site: Site,
  difference: Difference,
  decided: Decided,
): Promise<BrokerPlan> {
  const { broker } = site;
  const all = [...decided.changes, ...decided.held];
  const costs = all.length === 0 ? new Map<Address, string>() : await source.weigh(site, all, difference);
  const withCost = <T extends { readonly address: Address }>(one: T): T => {
    const cost = costs.get(one.address);
    return cost === undefined ? one : { ...one, cost };
  };
  const services = new Map([...difference.changes, ...decided.held].map((one) => [one.address, one.service]));
  const withService = (refusal: Refusal): Refusal => {
    const service = difference.desired.get(refusal.address)?.service ?? services.get(refusal.address);
    return service === undefined ? refusal : { ...refusal, service };
  };
  return {
    changes: sortChanges(broker.kinds, decided.changes).map(withCost),
    blocked: decided.blocked.map((refusal) => withCost(withService(refusal))),
    unmanaged: difference.unmanaged.map(({ resource, claimed }) => ({ address: resource.address, claimed })),
    warnings: difference.warnings,
    owned: difference.owned,
  };
}

function checkScope(session: Session, decisions: Decisions): void {
  for (const name of decisions.services) {
    if (!session.topology.services.has(name))
      throw new UsageError(`the topology has no service ${name}`, 'see the names under services:');
  }
}
