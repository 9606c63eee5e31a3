import type { Address } from '../core/address.ts';
import { type Decided, type Decisions, decide, sortChanges } from '../core/decisions.ts';
import { diff, type Difference, kindOf } from '../core/diff.ts';
import type { Refusal, Warning } from '../core/broker.ts';
import { assemble, type BrokerPlan, type Plan } from '../core/plan.ts';
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
  const document = assemble({
    topology: session.topology.name,
    topologyDigest: session.topology.digest(session.environment.name),
    environment: session.environment.name,
    createdAt: now(),
    decisions,
    brokers: new Map(planned.map((one) => [one.broker.name, one.part])),
  });
  return { session, plan: document, planned };
}

async function planSite(session: Session, site: Site, decisions: Decisions): Promise<Planned> {
  const { broker, compiled, ground, landscape } = site;
  session.context.progress(`reading ${broker.title}`);
  const reading = await broker.read(landscape.environment, { desired: compiled.resources }, session.context);
  const difference = diff({ kinds: broker.kinds, compiled, reading, ground });
  const decided = decide(broker.kinds, difference, decisions);
  const store = await checkStore(session, site, difference, decided);
  const part = await weigh(session, site, difference, store);
  return { ...site, difference, part };
}

interface Checked {
  readonly decided: Decided;
  readonly warnings: readonly Warning[];
}

/** New users need a place for their password; live ones without a stored password keep theirs, which is worth a warning. */
async function checkStore(
  session: Session,
  site: Site,
  difference: Difference,
  decided: Decided,
): Promise<Checked> {
  const { kinds, name } = site.broker;
  const users = [...difference.desired.values()].filter((want) => kindOf(kinds, want).credential === true);
  const stored = new Map<Address, boolean | undefined>(
    await Promise.all(
      users.map(
        async (user) =>
          [user.address, await session.credentials.has(`${name}/${user.service ?? ''}`)] as const,
      ),
    ),
  );
  const creates = new Set(
    decided.changes.filter((change) => change.action === 'create').map((one) => one.address),
  );
  const warnings = users
    .filter((user) => difference.live.has(user.address) && stored.get(user.address) !== true)
    .map((user) => ({
      address: user.address,
      message: `${user.service ?? 'a user'} exists with a password that the secret store does not have: it is kept`,
    }));
  const homeless = users.filter(
    (user) => creates.has(user.address) && stored.get(user.address) === undefined,
  );
  return { decided: hold(decided, homeless), warnings };
}

function hold(decided: Decided, homeless: readonly Resource[]): Decided {
  const held = new Set(homeless.map((user) => user.address));
  const blocked: Refusal[] = homeless.map((user) => ({
    address: user.address,
    action: 'create',
    reason: 'a new user needs a password, and the environment names no secret store to keep it in',
    hint: 'name one, such as `secrets: file:secrets`',
  }));
  return {
    ...decided,
    changes: decided.changes.filter((change) => !held.has(change.address)),
    blocked: [...decided.blocked, ...blocked],
  };
}

/** Asks the broker what the changes would lose or disturb, and only if there are any. */
async function weigh(
  session: Session,
  site: Site,
  difference: Difference,
  checked: Checked,
): Promise<BrokerPlan> {
  const { broker, landscape } = site;
  const { decided } = checked;
  const heavy: readonly Change[] = [...decided.changes, ...decided.held].filter(
    (change) => change.action !== 'create',
  );
  const costs =
    heavy.length === 0
      ? new Map<Address, string>()
      : await broker.weigh(landscape.environment, heavy, session.context);
  const withCost = <T extends { readonly address: Address }>(one: T): T => {
    const cost = costs.get(one.address);
    return cost === undefined ? one : { ...one, cost };
  };
  return {
    changes: sortChanges(broker.kinds, decided.changes).map(withCost),
    blocked: decided.blocked.map(withCost),
    unmanaged: difference.unmanaged.map(({ resource, claimed }) => ({ address: resource.address, claimed })),
    warnings: [...difference.warnings, ...checked.warnings],
    owned: difference.owned,
  };
}

function checkScope(session: Session, decisions: Decisions): void {
  for (const name of decisions.services) {
    if (!session.topology.services.has(name))
      throw new UsageError(`the topology has no service ${name}`, 'see the names under services:');
  }
}
