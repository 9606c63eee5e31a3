import { creation, kindOf } from '../../core/diff.ts';
import { cautious } from '../../core/decisions.ts';
import { RefusedError, UsageError } from '../../core/errors.ts';
import { principalOf } from '../../core/generations.ts';
import { generationName, generationOf } from '../../core/naming.ts';
import { inPool, lanes } from '../../core/pool.ts';
import { firstRecord } from '../../core/rotation/record.ts';
import { type Asked, assess, type Assessment } from '../../core/rotation/assess.ts';
import { usersIn } from '../generations.ts';
import { type Planned, planSite } from '../plan.ts';
import type { Session, Site } from '../session.ts';
import { type Held, readHeld, type Target } from './target.ts';

/** One service, and what is to be done with it. */
export interface Intent {
  readonly target: Target;
  readonly held: Held;
  readonly assessment: Assessment;
  /** Why it has no password of its own to rotate. */
  readonly passwordless: string | undefined;
  /** For a rotation that begins: a generation whose name nobody has. */
  readonly next: number;
}

export interface Scope extends Asked {
  readonly services: readonly string[];
  readonly emergency: boolean;
}

/** What is to be done for each service, as the store, and the brokers, are now. Writes nothing. */
export async function intend(session: Session, scope: Scope): Promise<readonly Intent[]> {
  const targets = targetsOf(session, scope.services);
  const held = new Map<Target, Held>();
  await inPool(targets, lanes, async (target) => {
    held.set(target, await readHeld(target, session));
  });
  const assessed = targets.flatMap((target) => {
    const has = held.get(target);
    if (has === undefined) return [];
    const passwordless = whyPasswordless(target);
    return [{ target, held: has, passwordless, assessment: assessTarget(target, has, passwordless, scope) }];
  });
  const beginning = new Set(
    assessed.filter(({ assessment }) => assessment.is === 'begin').map(({ target }) => target.site),
  );
  const planned = new Map<Site, Planned>();
  for (const site of beginning) planned.set(site, await planSite(session, site, cautious));
  return assessed.map((one) => {
    const plan = planned.get(one.target.site);
    return plan === undefined ? { ...one, next: 1 } : withPlan(one, plan, scope);
  });
}

export function targetsOf(session: Session, services: readonly string[]): Target[] {
  const unknown = services.find((name) => !session.topology.services.has(name));
  if (unknown !== undefined) {
    throw new UsageError(`the topology has no service ${unknown}`, 'see the names under services:');
  }
  const store = session.store();
  if (store === undefined) {
    throw new RefusedError(
      `environment ${session.environment.name} names no secret store to rotate credentials in`,
      {
        position: session.topology.locate(['environments', session.environment.name]),
        hint: 'name one, such as `secrets: file:secrets`',
      },
    );
  }
  return session.sites.flatMap((site) =>
    site.landscape.services
      .filter(({ name }) => services.length === 0 || services.includes(name))
      .map(({ name }) => ({
        broker: site.broker.name,
        service: name,
        base: site.bases.get(name) ?? name,
        site,
        store,
      })),
  );
}

function whyPasswordless(target: Target): string | undefined {
  if (placedIn(target)?.suspended === true) return 'it is suspended';
  return hasPassword(target) ? undefined : 'it has no password of ours';
}

function placedIn({ site, service }: Target) {
  return site.landscape.services.find(({ name }) => name === service);
}

function assessTarget(
  target: Target,
  { record, credential }: Held,
  passwordless: string | undefined,
  asked: Asked,
): Assessment {
  const { base } = target;
  const mode = placedIn(target)?.rotation ?? 'dual';
  return assess({ base, mode, record: record?.record, credential, passwordless }, asked);
}

export function hasPassword({ site: { broker, compiled }, service }: Target): boolean {
  return compiled.resources.some(
    (one) => one.service === service && kindOf(broker.kinds, one).credential?.(creation(one)) === true,
  );
}

type Assessed = Omit<Intent, 'next'>;

/** A new generation is made as the topology says: the old one must be so, too, or a rotation would change what a service may do. */
function withPlan(one: Assessed, planned: Planned, { emergency }: Scope): Intent {
  const { target } = one;
  if (one.assessment.is !== 'begin') return { ...one, next: 1 };
  const users = usersIn(target.site, [...planned.difference.live.values()]);
  const generations = users.flatMap((user) => generationOf(target.base, user) ?? []).sort((a, b) => a - b);
  // Where neither record nor credential tells, the newest that lives is the one to adopt.
  const isNew = one.held.record === undefined && one.held.credential === undefined;
  const found = isNew ? firstRecord(target.base, Math.max(1, ...generations)) : one.assessment.record;
  const assessment = { ...one.assessment, record: found };
  const next = Math.max(assessment.record.last, ...generations) + 1;
  const inUse = generationName(target.base, assessment.record.inUse);
  const blocked = (why: string, hint: string): Intent => ({
    ...one,
    next,
    assessment: { is: 'blocked', why, hint },
  });
  if (isNew && generations.length > 1) {
    const names = generations.map((one) => generationName(target.base, one)).join(', ');
    const why = `several of its generations live, ${names}, and nothing tells which one services have`;
    return blocked(why, 'remove those that no service uses from the broker, then adopt the one that is left');
  }
  if (!users.includes(inUse)) return blocked(`user ${inUse} is not there`, 'apply makes it');
  const open = pending(planned, inUse);
  if (open === undefined || emergency) return { ...one, next, assessment };
  return blocked(
    `the topology is not applied to ${inUse}: ${open} differs`,
    'apply first; --emergency goes on all the same',
  );
}

function pending({ broker, difference, part }: Planned, principal: string): string | undefined {
  const { kinds } = broker;
  const changed = part.changes.find(
    ({ kind, address, before, after }) =>
      principalOf(kinds, { kind, address, spec: after ?? before ?? {} }) === principal,
  );
  const blocked = part.blocked.find(({ address }) => {
    const desired = difference.desired.get(address);
    return desired !== undefined && principalOf(kinds, desired) === principal;
  });
  return (changed ?? blocked)?.address;
}
