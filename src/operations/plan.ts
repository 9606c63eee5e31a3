import type { Address } from '../core/address.ts';
import { type Decided, type Decisions, decide, sortChanges } from '../core/decisions.ts';
import { creation, diff, type Difference, kindOf } from '../core/diff.ts';
import { settleFormer } from '../core/former.ts';
import type { Broker, Refusal, Warning } from '../core/broker.ts';
import { assemble, type BrokerPlan, type Plan } from '../core/plan.ts';
import { inPool, lanes } from '../core/pool.ts';
import type { Change, Resource } from '../core/resource.ts';
import { UsageError } from '../core/errors.ts';
import { openSession, type Session, type SessionOptions, type Site } from './session.ts';

export interface PlanOptions extends SessionOptions {
  readonly decisions: Decisions;
  readonly now: () => Date;
}

/** One broker read, diffed and decided. */
export interface Planned extends Site {
  readonly difference: Difference;
  readonly part: BrokerPlan;
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

/** The same for a session that is open already: apply plans twice in one. */
export async function planSession(
  session: Session,
  { decisions, now }: Pick<PlanOptions, 'decisions' | 'now'>,
): Promise<PlanResult> {
  checkScope(session, decisions);
  const planned = await Promise.all(session.sites.map((site) => planSite(session, site, decisions)));
  return { session, plan: documentOf(session, planned, { decisions, now }), planned };
}

/** What was planned for each broker, as one document. */
export function documentOf(
  session: Session,
  planned: readonly Planned[],
  { decisions, now }: Pick<PlanOptions, 'decisions' | 'now'>,
): Plan {
  return assemble({
    topology: session.topology.name,
    topologyDigest: session.topology.digest(session.environment.name),
    environment: session.environment.name,
    createdAt: now(),
    decisions,
    brokers: new Map(planned.map((one) => [one.broker.name, one.part])),
    warnings: needless(planned, decisions),
  });
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

export async function planSite(session: Session, site: Site, decisions: Decisions): Promise<Planned> {
  const { broker, compiled, ground, landscape } = site;
  session.context.progress(`reading ${broker.title}`);
  const stored = storedOf(session, site);
  // Awaited after the reading, whose error is the one to tell where both fail.
  stored.catch(() => undefined);
  const reading = await broker.read(landscape.environment, { desired: compiled.resources }, session.context);
  const found = diff(settleFormer({ kinds: broker.kinds, compiled, reading, ground }, decisions.prune));
  const difference = checkStore(broker, found, await stored);
  const decided = decide(broker.kinds, difference, decisions);
  const part = await weigh(session, site, difference, decided);
  return { ...site, difference, part };
}

/** By address; undefined where the environment names no store at all. */
type Stored = ReadonlyMap<Address, boolean | undefined>;

function usersOf(kinds: Broker['kinds'], desired: readonly Resource[]): Resource[] {
  return desired.filter((want) => kindOf(kinds, want).credential?.(creation(want)) === true);
}

/** Some at a time: each is an open file, or a connection. */
async function storedOf({ credentials }: Session, { broker, compiled }: Site): Promise<Stored> {
  const stored = new Map<Address, boolean | undefined>();
  await inPool(usersOf(broker.kinds, compiled.resources), lanes, async ({ address, service = '' }) => {
    stored.set(address, await credentials.has(`${broker.name}/${service}`));
  });
  return stored;
}

/**
 * New users need a place for their password, and a live one whose password must be written needs it stored: both are held back
 * otherwise, with what stands on them. A live user whose password is not stored keeps it, which is worth a warning.
 */
function checkStore({ kinds }: Broker, difference: Difference, stored: Stored): Difference {
  const users = usersOf(kinds, [...difference.desired.values()]);
  const held = difference.changes.flatMap((change) => {
    if (kindOf(kinds, change).credential?.(change) !== true) return [];
    return passwordless(change, stored.get(change.address));
  });
  const blocked = new Set(held.map((refusal) => refusal.address));
  const warnings = users
    .filter((user) => difference.live.has(user.address) && stored.get(user.address) !== true)
    .map((user) => ({
      address: user.address,
      message: `${user.service ?? 'a user'} exists with a password that the secret store does not have: it is kept`,
    }));
  return {
    ...difference,
    changes: difference.changes.filter((change) => !blocked.has(change.address)),
    blocked: [...difference.blocked, ...held],
    warnings: [...difference.warnings, ...warnings],
  };
}

/** `stored` is undefined where the environment names no store at all. */
function passwordless({ address, action }: Change, stored: boolean | undefined): Refusal[] {
  if (stored === undefined) {
    const reason = 'its password has no place: the environment names no secret store';
    return [{ address, action, reason, hint: 'name one, such as `secrets: file:secrets`' }];
  }
  if (stored || action === 'create') return [];
  const reason = 'its password must be written again, and the secret store does not have it';
  return [
    {
      address,
      action,
      reason,
      hint: 'put the password into the store; none is made up for a user that exists',
    },
  ];
}

/** Asks the broker what the changes would lose or disturb. */
async function weigh(
  session: Session,
  site: Site,
  difference: Difference,
  decided: Decided,
): Promise<BrokerPlan> {
  const { broker, landscape } = site;
  const all = [...decided.changes, ...decided.held];
  const costs =
    all.length === 0
      ? new Map<Address, string>()
      : await broker.weigh(landscape.environment, all, session.context);
  const withCost = <T extends { readonly address: Address }>(one: T): T => {
    const cost = costs.get(one.address);
    return cost === undefined ? one : { ...one, cost };
  };
  return {
    changes: sortChanges(broker.kinds, decided.changes).map(withCost),
    blocked: decided.blocked.map(withCost),
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
