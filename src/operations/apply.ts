import type { Credentials, Outcome, Permit, Warning, Writer } from '../core/broker.ts';
import { overBudget } from '../core/decide.ts';
import { kindOf } from '../core/diff.ts';
import { MqwardenError, RefusedError } from '../core/errors.ts';
import { type Plan, staleness } from '../core/plan.ts';
import type { Change, Resource } from '../core/resource.ts';
import { schedule } from '../core/schedule.ts';
import type { AuditLog } from '../history/audit-log.ts';
import { type Diary, keepDiary, unlogged } from './diary.ts';
import { readEarly } from './early.ts';
import { type LockOptions, type Locks, lockAll, unlocked } from './lock.ts';
import { documentOf, type Planned, type PlanOptions, type PlanResult, planSession } from './plan.ts';
import { type ItemResult, Progress } from './progress.ts';
import { openSession, type Session } from './session.ts';
import { type Failure, settle } from './settle.ts';
import type { Source } from './source.ts';

export interface ApplyOptions extends PlanOptions {
  /** A saved plan: the approval that the fresh one must equal. */
  readonly approved?: Plan | undefined;
  /** Asked after the plan is known and before anything is written. */
  readonly confirm: (plan: Plan) => Promise<boolean>;
  /** True where `confirm` asks a person: nobody else is kept waiting for the answer. */
  readonly attended?: boolean | undefined;
  /** How to keep others from writing meanwhile; `none` leaves that to the caller. */
  readonly lock: LockOptions | 'none';
  /** Opened, and found writable, before anything is written. */
  readonly auditLog: () => Promise<AuditLog>;
  readonly report: (change: Change, outcome: Outcome) => void;
  readonly redact: (text: string) => string;
  /** Aborted by a person: what is under way ends, and nothing further begins. */
  readonly stop?: AbortSignal | undefined;
}

export type ApplyResult =
  | { readonly status: 'declined'; readonly plan: Plan }
  | {
      readonly status: 'applied';
      readonly plan: Plan;
      readonly items: readonly ItemResult[];
      readonly warnings: readonly Warning[];
      /** What went wrong beside the items: sessions that could not be closed, a log or a broker lost at the end. */
      readonly errors: readonly Failure[];
      /** What a plan made after the apply still lists; undefined where the brokers could not be read again. */
      readonly left: Plan | undefined;
    };

/** Plans anew, passes the guards, writes in order, reads again: from the reading for the last plan on, nobody else writes. */
export async function apply(options: ApplyOptions): Promise<ApplyResult> {
  const session = await openSession(options);
  const agreed = options.attended === true ? await agree(session, options) : undefined;
  if (agreed?.status === 'declined') return agreed;
  if (agreed?.result.plan.changes.length === 0) return carryOut(agreed.result, options, unlocked);
  const early = readEarly(session);
  const locks =
    options.lock === 'none' ? unlocked : await lockAll(session, options.lock, options.stop, early);
  try {
    const last =
      agreed === undefined
        ? await agree(session, options, early.source)
        : await again(agreed.result, options, early.source);
    if (last.status === 'declined') return last;
    if (options.stop?.aborted === true) throw stopped();
    await locks.check();
    return await carryOut(last.result, options, locks);
  } finally {
    await locks.release();
  }
}

type Agreement =
  | { readonly status: 'agreed'; readonly result: PlanResult }
  | { readonly status: 'declined'; readonly plan: Plan };

async function agree(session: Session, options: ApplyOptions, source?: Source): Promise<Agreement> {
  const result = await planSession(session, options, source);
  guard(result, options);
  if (await options.confirm(result.plan)) return { status: 'agreed', result };
  return { status: 'declined', plan: result.plan };
}

/** A person may take hours to answer, and others may have written: what was agreed to must still be what would be done. */
async function again(first: PlanResult, options: ApplyOptions, source: Source): Promise<Agreement> {
  const result = await planSession(first.session, options, source);
  const stale = staleness(first.plan, result.plan);
  if (stale === undefined) return { status: 'agreed', result };
  throw new RefusedError(`what you agreed to does not hold any more: ${stale}; nothing was written`, {
    hint: 'apply again, and read the new plan',
  });
}

async function carryOut(result: PlanResult, options: ApplyOptions, locks: Locks): Promise<ApplyResult> {
  const diary = keepDiary(await options.auditLog(), result, options);
  await diary.started();
  const ended = await Promise.allSettled(
    result.planned.map((planned) => applySite(planned, result, options, diary, locks.check)),
  );
  const lost = ended.find((site) => site.status === 'rejected');
  if (lost !== undefined) throw lost.reason;
  const sites = ended.flatMap((site) => (site.status === 'fulfilled' ? [site.value] : []));
  const errors = [...sites.flatMap(({ progress }) => progress.errors), ...(await unlogged(diary))];
  const read = sites.flatMap(({ left }) => ('planned' in left ? [left.planned] : []));
  const unread = sites.flatMap(({ left }) => ('failure' in left ? [left.failure] : []));
  return {
    status: 'applied',
    plan: result.plan,
    items: sites.flatMap(({ progress }) => [...progress.outcomes.values()]),
    warnings: sites.flatMap(({ progress }) => progress.warnings),
    errors: [...errors, ...unread],
    left: unread.length > 0 ? undefined : documentOf(result.session, read, options),
  };
}

/** Refuses before the first write. */
function guard(result: PlanResult, options: ApplyOptions): void {
  const stale = options.approved === undefined ? undefined : staleness(options.approved, result.plan);
  if (stale !== undefined) {
    throw new RefusedError(`the saved plan does not hold any more: ${stale}; nothing was written`, {
      hint: 'make a new plan with --out, have it approved, and apply that',
    });
  }
  for (const { broker, part } of result.planned) {
    const over = overBudget(part.changes, part.owned.length, options.decisions.maxDeletes);
    if (over === undefined) continue;
    throw new RefusedError(`${broker.title}: ${over}; nothing was written`, {
      hint: 'read the plan; if that is what you want, say so with --max-deletes 100',
    });
  }
}

/** Each broker is read again as soon as its own writes are done, while the other may still be at its. */
async function applySite(
  planned: Planned,
  result: PlanResult,
  options: ApplyOptions,
  diary: Diary,
  permit: Permit,
) {
  const progress = new Progress(options.report, diary);
  if (planned.part.changes.length === 0) return { progress, left: { planned } };
  await writeSite(planned, result, options, progress, permit);
  const done = [...progress.outcomes.values()]
    .filter(({ outcome }) => outcome.status === 'done')
    .map(({ change }) => change);
  return { progress, left: await settle(planned, result.session, options.decisions, done) };
}

async function writeSite(
  planned: Planned,
  { session }: PlanResult,
  options: ApplyOptions,
  progress: Progress,
  permit: Permit,
): Promise<void> {
  const { broker, part, landscape } = planned;
  let writer: Writer<Resource> | undefined;
  try {
    const credentials = permitted(session.credentials, permit);
    const watch = { permit, record: progress.record };
    writer = await broker.writer(landscape.environment, session.context, credentials, watch);
    for (const phase of schedule(broker.kinds, part.changes, planned.difference)) {
      if (options.stop?.aborted === true) throw stopped();
      await permit();
      session.context.progress(`${broker.title}: ${progress.outcomes.size} of ${part.changes.length} done`);
      const runnable = progress.runnable(phase);
      await writer.write(runnable, progress.report);
      // At once, not at the end: a later failure must not leave open sessions with a right that is gone.
      await endSessions(planned, writer, progress, runnable, options);
      await progress.recorded();
    }
  } catch (error) {
    progress.abandon(part.changes, error);
  } finally {
    await writer?.close();
  }
  await progress.recorded().catch((error: unknown) => progress.abandon(part.changes, error));
}

/** A password that is stored is a write, too. */
function permitted(credentials: Credentials, permit: Permit): Credentials {
  return {
    has: (path) => credentials.has(path),
    read: (path) => credentials.read(path),
    ensure: async (path, username) => {
      await permit();
      return credentials.ensure(path, username);
    },
  };
}

function stopped(): RefusedError {
  return new RefusedError('not done: stopped before it', { hint: 'apply again: it goes on from here' });
}

/** A session may go on with a right that it was given before it was lost: who lost one is made to log in again. */
async function endSessions(
  { broker, part }: Planned,
  writer: Writer<Resource>,
  progress: Progress,
  tried: readonly Change[],
  { decisions }: ApplyOptions,
): Promise<void> {
  const narrowed = tried.filter(
    (change) =>
      progress.outcomes.get(change.address)?.outcome.status === 'done' &&
      kindOf(broker.kinds, change).narrows?.(change, part.changes) === true,
  );
  if (narrowed.length === 0) return;
  if (decisions.keepConnections) {
    const message = 'connections that are open keep what they had until they are closed (--keep-connections)';
    progress.warnings.push(...narrowed.map(({ address }) => ({ address, message })));
    return;
  }
  try {
    const open = await writer.closeSessions(narrowed);
    progress.errors.push(...open.map(({ address, message }) => ({ message: `${message} (${address})` })));
  } catch (error) {
    if (!(error instanceof MqwardenError)) throw error;
    const whose = narrowed.map(({ address }) => address).join(', ');
    progress.errors.push({
      message: `sessions opened before ${whose} was narrowed may still have the old right: ${error.message}`,
      hint: 'close them by hand: the next plan will not show them',
    });
  }
}
