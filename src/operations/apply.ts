import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '../core/address.ts';
import type { Outcome, Warning, Writer } from '../core/broker.ts';
import { overBudget } from '../core/decisions.ts';
import { kindOf } from '../core/diff.ts';
import { MqwardenError, RefusedError } from '../core/errors.ts';
import { type Plan, staleness } from '../core/plan.ts';
import type { Change, Resource } from '../core/resource.ts';
import { schedule, type Step } from '../core/schedule.ts';
import type { AuditLog } from '../history/audit-log.ts';
import { plan, type Planned, type PlanOptions, type PlanResult, planSession } from './plan.ts';

export interface ApplyOptions extends PlanOptions {
  /** A saved plan: the approval that the fresh one must equal. */
  readonly approved?: Plan | undefined;
  /** Asked after the plan is known and before anything is written. */
  readonly confirm: (plan: Plan) => Promise<boolean>;
  /** Opened, and found writable, before anything is written. */
  readonly auditLog: () => Promise<AuditLog>;
  readonly report: (change: Change, outcome: Outcome) => void;
  readonly redact: (text: string) => string;
  /** Aborted by a person: what is under way ends, and nothing further begins. */
  readonly stop?: AbortSignal | undefined;
  /** Milliseconds to wait for the brokers to show what was written. */
  readonly settleMs?: number;
}

interface ItemResult {
  readonly change: Change;
  readonly outcome: Outcome;
}

export type ApplyResult =
  | { readonly status: 'declined'; readonly plan: Plan }
  | {
      readonly status: 'applied';
      readonly plan: Plan;
      readonly items: readonly ItemResult[];
      readonly warnings: readonly Warning[];
      /** What a plan made after the apply still lists. */
      readonly left: Plan;
    };

/** Plans anew, passes the guards, writes in order, reads again. */
export async function apply(options: ApplyOptions): Promise<ApplyResult> {
  const result = await plan(options);
  guard(result, options);
  if (!(await options.confirm(result.plan))) return { status: 'declined', plan: result.plan };
  if (result.plan.changes.length === 0) {
    return { status: 'applied', plan: result.plan, items: [], warnings: [], left: result.plan };
  }
  const log = await options.auditLog();
  const diary = keepDiary(log, result, options);
  await diary.note('started');
  const sites = await Promise.all(
    result.planned.map((planned) => applySite(planned, result, options, diary)),
  );
  const items = sites.flatMap((site) => [...site.outcomes.values()]);
  const left = await settle(result, options, items);
  await diary.note('finished');
  return {
    status: 'applied',
    plan: result.plan,
    items,
    warnings: sites.flatMap((site) => site.warnings),
    left,
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

interface Diary {
  note(result: 'started' | 'finished'): Promise<void>;
  item(change: Change, outcome: Outcome): Promise<void>;
}

function keepDiary(
  log: AuditLog,
  { session, plan: { digest, environment } }: PlanResult,
  options: ApplyOptions,
): Diary {
  const common = { correlationId: session.correlationId, environment, planDigest: digest };
  return {
    note: (result) => log.append({ ...common, action: 'apply', result }),
    item: (change, outcome) =>
      log.append({
        ...common,
        ...(change.service === undefined ? {} : { service: change.service }),
        address: change.address,
        action: change.action,
        result: outcome.status === 'done' ? 'ok' : outcome.status,
        ...(outcome.status === 'done' ? {} : { error: options.redact(outcome.error) }),
      }),
  };
}

/** The writes of one broker: what was tried, how it ended, and what could not be closed behind it. */
class Progress {
  readonly outcomes = new Map<Address, ItemResult>();
  readonly warnings: Warning[] = [];
  private readonly noted: Promise<void>[] = [];
  private readonly options: ApplyOptions;
  private readonly diary: Diary;

  constructor(options: ApplyOptions, diary: Diary) {
    this.options = options;
    this.diary = diary;
  }

  readonly report = (change: Change, outcome: Outcome): void => {
    this.outcomes.set(change.address, { change, outcome });
    this.options.report(change, outcome);
    const note = this.diary.item(change, outcome);
    // Awaited at the end of the phase; until then a rejection must not count as unhandled.
    note.catch(() => undefined);
    this.noted.push(note);
  };

  /** Waits until the audit log holds every outcome so far: no phase begins before the last one is on record. */
  async recorded(): Promise<void> {
    await Promise.all(this.noted.splice(0));
  }

  /** The changes of a phase whose foundations stand; the others are reported as skipped. */
  runnable(phase: readonly Step[]): Change[] {
    return phase.flatMap(({ change, after }) => {
      const failed = after.find((at) => this.outcomes.get(at)?.outcome.status !== 'done');
      if (failed === undefined) return [change];
      this.report(change, { status: 'skipped', error: `not done, since ${failed} was not` });
      return [];
    });
  }

  done(): Change[] {
    return [...this.outcomes.values()]
      .filter((item) => item.outcome.status === 'done')
      .map((item) => item.change);
  }
}

async function applySite(planned: Planned, { session }: PlanResult, options: ApplyOptions, diary: Diary) {
  const { broker, part, landscape } = planned;
  const progress = new Progress(options, diary);
  if (part.changes.length === 0) return progress;
  let writer: Writer<Resource> | undefined;
  try {
    writer = await broker.writer(landscape.environment, session.context, session.credentials);
    for (const phase of schedule(broker.kinds, part.changes, planned.difference)) {
      if (options.stop?.aborted === true) throw stopped();
      session.context.progress(`${broker.title}: ${progress.outcomes.size} of ${part.changes.length} done`);
      await writer.write(progress.runnable(phase), progress.report);
      await progress.recorded();
    }
    progress.warnings.push(...(await endSessions(planned, writer, progress.done(), options)));
  } catch (error) {
    abandon(part.changes, progress, error);
  } finally {
    await writer?.close();
  }
  await progress.recorded();
  return progress;
}

function stopped(): RefusedError {
  return new RefusedError('not done: stopped before it', { hint: 'apply again: it goes on from here' });
}

/** A writer that gives up leaves changes untried: each is named, with the reason. */
function abandon(changes: readonly Change[], progress: Progress, error: unknown): void {
  if (!(error instanceof MqwardenError)) throw error;
  const untried = changes.filter((change) => !progress.outcomes.has(change.address));
  for (const change of untried) {
    progress.report(change, { status: 'failed', error: error.message, hint: error.hint });
  }
}

/** RabbitMQ checks reading only when a consumer starts: who lost a right is made to log in again. */
async function endSessions(
  { broker }: Planned,
  writer: Writer<Resource>,
  done: readonly Change[],
  { decisions }: ApplyOptions,
): Promise<readonly Warning[]> {
  const narrowed = done.filter((change) => kindOf(broker.kinds, change).narrows?.(change, done) === true);
  if (narrowed.length === 0) return [];
  if (!decisions.keepConnections) return writer.closeSessions(narrowed);
  return narrowed.map(({ address }) => ({
    address,
    message: 'connections that are open keep what they had until they are closed (--keep-connections)',
  }));
}

/** Reads again until nothing is left but what failed: brokers may show a write a little later. */
async function settle(
  result: PlanResult,
  options: ApplyOptions,
  items: readonly ItemResult[],
): Promise<Plan> {
  const failed = new Set(
    items.filter((item) => item.outcome.status !== 'done').map((item) => item.change.address),
  );
  const deadline = performance.now() + (options.settleMs ?? 5_000);
  for (let pause = 50; ; pause *= 2) {
    const { plan: left } = await planSession(result.session, options);
    const waiting = left.changes.some((change) => !failed.has(change.address));
    if (!waiting || performance.now() + pause > deadline) return left;
    await sleep(pause);
  }
}
