import type { Watch } from '../core/broker.ts';
import { address } from '../core/address.ts';
import { MqwardenError, RefusedError } from '../core/errors.ts';
import { principalAt, type RotationRecord } from '../core/rotation/record.ts';
import { type DoneStep, type Rotation, type Rotations, summarizeRotations } from '../core/rotation/report.ts';
import { announce, begin, finish, stepsLeft } from '../core/rotation/steps.ts';
import type { Step } from '../core/rotation/words.ts';
import { gate, type Gate } from '../core/pool.ts';
import type { AuditLog } from '../history/audit-log.ts';
import { generatePassword } from '../secrets/generate.ts';
import { type LockOptions, type Locks, lockAll, unlocked } from './lock.ts';
import { writeRecord } from './records.ts';
import { type Intent, intend, type Scope } from './rotate/intent.ts';
import { doStep, type Rotating, type Work } from './rotate/steps.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

export interface RotateOptions extends SessionOptions, Omit<Scope, 'now'> {
  /** Milliseconds to wait for those who use the old credential. */
  readonly graceMs: number;
  readonly now: () => Date;
  /** Asked after it is known what is to be done, and before anything is written. */
  readonly confirm: (planned: Rotations) => Promise<boolean>;
  /** True where `confirm` asks a person: nobody else is kept waiting for the answer. */
  readonly attended: boolean;
  readonly lock: LockOptions | 'none';
  readonly auditLog: () => Promise<AuditLog>;
  /** Told of each step as it ends. */
  readonly report: (of: Pick<Rotation, 'broker' | 'service'>, step: DoneStep) => void;
  readonly redact: (text: string) => string;
  readonly stop?: AbortSignal | undefined;
}

/** What would be done, with the steps. Writes nothing, and locks nothing. */
export async function planRotation(options: RotateOptions): Promise<Rotations> {
  const session = await openSession(options);
  return documentOf(session, plannedOf(await intend(session, scopeOf(options)), options), true);
}

/** Rotates what is to be rotated, and ends what was begun before; undefined where a person did not agree. */
export async function rotate(options: RotateOptions): Promise<Rotations | undefined> {
  const session = await openSession(options);
  const first = options.attended ? await intend(session, scopeOf(options)) : undefined;
  if (first !== undefined && !(await agreed(session, first, options))) return undefined;
  const locks = options.lock === 'none' ? unlocked : await lockAll(session, options.lock, options.stop);
  try {
    const intents = await intend(session, scopeOf(options));
    if (first !== undefined) requireSame(plannedOf(first, options), plannedOf(intents, options));
    else if (!(await agreed(session, intents, options))) return undefined;
    return await carryOut(session, intents, options, locks);
  } finally {
    await locks.release();
  }
}

function scopeOf({ services, emergency, wish, olderThanMs, now }: RotateOptions): Scope {
  return { services, emergency, wish, olderThanMs, now: now() };
}

function agreed(session: Session, intents: readonly Intent[], options: RotateOptions): Promise<boolean> {
  const planned = plannedOf(intents, options);
  if (!planned.some(({ result }) => result === 'planned')) return Promise.resolve(true);
  return options.confirm(documentOf(session, planned, false));
}

/** A person may take hours to answer. */
function requireSame(first: readonly Rotation[], again: readonly Rotation[]): void {
  if (JSON.stringify(first) === JSON.stringify(again)) return;
  throw new RefusedError(
    'what you agreed to does not hold any more: the store or a broker has changed; nothing was written',
    {
      hint: 'rotate again, and read the new steps',
    },
  );
}

function documentOf(session: Session, rotations: readonly Rotation[], dryRun: boolean): Rotations {
  return {
    version: 1,
    topology: session.topology.name,
    environment: session.environment.name,
    correlationId: session.correlationId,
    dryRun,
    rotations,
    summary: summarizeRotations(rotations),
  };
}

function plannedOf(intents: readonly Intent[], options: RotateOptions): Rotation[] {
  return intents.map((intent): Rotation => {
    const { assessment, target } = intent;
    const of = { broker: target.broker, service: target.service };
    switch (assessment.is) {
      case 'skip':
        return { ...of, result: 'skipped', steps: [], reason: assessment.why };
      case 'blocked':
        return { ...of, result: 'blocked', steps: [], reason: assessment.why, hint: assessment.hint };
      case 'begin':
      case 'resume':
      case 'return': {
        const record = startOf(intent, options, () => '');
        const left = stepsLeft(record.underWay, options.emergency);
        const steps = left.map((step): DoneStep => ({ step, result: 'planned', detail: '' }));
        return { ...of, ...sidesOf(record, assessment.is !== 'begin'), result: 'planned', steps };
      }
    }
  });
}

function sidesOf(record: Rotating, resumed: boolean) {
  const { mode, from, to } = record.underWay;
  return {
    mode,
    from: principalAt(record, from),
    to: principalAt(record, to),
    ...(resumed ? { resumed } : {}),
  };
}

/** The record with which the work on a service begins. */
function startOf(
  { assessment, held, next }: Intent,
  { now }: RotateOptions,
  password: () => string,
): Rotating {
  if (assessment.is === 'skip' || assessment.is === 'blocked')
    throw new Error('nothing is to be done for it');
  if (assessment.is !== 'begin') return rotating(assessment.record);
  return rotating(
    begin(assessment.record, {
      mode: assessment.mode,
      next,
      password: password(),
      former: held.credential?.password,
      formerSince: held.credential?.writtenAt,
      at: now().toISOString(),
    }),
  );
}

function rotating(record: RotationRecord): Rotating {
  const { underWay } = record;
  if (underWay === undefined) throw new Error('no rotation is under way');
  return { ...record, underWay };
}

/** So many services at a time; a drain keeps nobody waiting. */
const atATime = 8;

async function carryOut(
  session: Session,
  intents: readonly Intent[],
  options: RotateOptions,
  locks: Locks,
): Promise<Rotations> {
  const log = await options.auditLog();
  const common = { correlationId: session.correlationId, environment: session.environment.name };
  await log.append({ ...common, action: 'rotate', result: 'started' });
  const planned = plannedOf(intents, options);
  const around = { session, options, locks, log, width: gate(atATime) };
  const rotations = await Promise.all(
    intents.map(async (intent, at) => {
      const before = planned[at];
      return before?.result === 'planned' ? rotateOne(intent, around) : before;
    }),
  );
  await log.append({ ...common, action: 'rotate', result: 'finished' });
  return documentOf(
    session,
    rotations.filter((one) => one !== undefined),
    false,
  );
}

interface Around {
  readonly session: Session;
  readonly options: RotateOptions;
  readonly locks: Locks;
  readonly log: AuditLog;
  readonly width: Gate;
}

async function rotateOne(intent: Intent, around: Around): Promise<Rotation> {
  const { session, options } = around;
  const { broker, service } = intent.target;
  const record = startOf(intent, options, () => {
    const password = generatePassword();
    session.context.conceal(password);
    return password;
  });
  const steps: DoneStep[] = [];
  const tell = (step: DoneStep) => {
    steps.push(step);
    options.report({ broker, service }, step);
  };
  const of = { broker, service, ...sidesOf(record, intent.assessment.is !== 'begin'), steps };
  try {
    const remainder = await walk(intent, record, around, tell);
    const back = record.underWay.way === 'back';
    const result = back ? 'aborted' : options.wish === 'adopt' ? 'adopted' : 'rotated';
    return { ...of, result, ...(remainder === undefined ? {} : { remainder }) };
  } catch (error) {
    if (!(error instanceof MqwardenError)) throw error;
    const reason = options.redact(error.message);
    return { ...of, result: 'failed', reason, hint: error.hint ?? 'rotate again: it goes on from here' };
  }
}

/** Announces each step in the record, does it, and puts it on record; returns what is left in the end. */
async function walk(
  intent: Intent,
  first: Rotating,
  around: Around,
  tell: (step: DoneStep) => void,
): Promise<string | undefined> {
  const { session, options, width } = around;
  const { target, held } = intent;
  const work = await workOf(intent, around);
  try {
    let kept = { record: first as RotationRecord, version: held.record?.version };
    const keep = async (record: RotationRecord): Promise<void> => {
      await work.permit();
      kept = await writeRecord(target.store, target, record, kept.version);
    };
    for (const step of stepsLeft(first.underWay, options.emergency)) {
      await work.permit();
      const run = async () => {
        await keep(announce(kept.record, step, options.now().toISOString()));
        return doStep(step, rotating(kept.record), work);
      };
      await logged(step, rotating(kept.record), { ...around, intent, tell }, () =>
        step === 'drain' ? run() : width(run),
      );
    }
    const { mode } = first.underWay;
    await keep(finish(kept.record));
    session.context.progress(`${target.broker}: ${target.service} done`);
    return await work.rotator.remainder(mode);
  } finally {
    await work.rotator.close();
  }
}

async function workOf({ target }: Intent, { session, options, locks, log }: Around): Promise<Work> {
  const { site, service } = target;
  const permit = async (): Promise<void> => {
    if (options.stop?.aborted === true) {
      throw new RefusedError('stopped before it was done', { hint: 'rotate again: it goes on from here' });
    }
    await locks.check();
  };
  const watch: Watch = {
    permit,
    record: ({ action, address: at, detail }) =>
      void log.append({
        correlationId: session.correlationId,
        environment: session.environment.name,
        action,
        address: at,
        detail: options.redact(detail),
        result: 'ok',
      }),
  };
  const rotator = await site.broker.rotator(site.landscape.environment, session.context, permit);
  return {
    target,
    hands: { session, site, service, watch },
    rotator,
    graceMs: options.graceMs,
    emergency: options.emergency,
    now: options.now,
    permit,
    progress: (text) => session.context.progress(`${target.broker}: ${service}: ${text}`),
  };
}

/** A step is on record before the next one begins, with the generation that it is about and no secret. */
async function logged(
  step: Step,
  record: Rotating,
  { session, options, log, intent, tell }: Around & { intent: Intent; tell: (step: DoneStep) => void },
  run: () => Promise<string>,
): Promise<void> {
  const { target } = intent;
  const { from, to } = record.underWay;
  const side = ['close', 'drain', 'revoke', 'remove', 'prove'].includes(step) ? from : to;
  const entry = {
    correlationId: session.correlationId,
    environment: session.environment.name,
    action: `rotate ${step}`,
    service: target.service,
    address: address(`${target.broker}:user`, principalAt(record, side)),
  };
  const generation = `generation ${side.generation}`;
  try {
    const detail = options.redact(await run());
    await log.append({ ...entry, result: 'ok', detail: `${generation}: ${detail}` });
    tell({ step, result: 'done', detail });
  } catch (error) {
    if (!(error instanceof MqwardenError)) throw error;
    const said = options.redact(error.message);
    await log.append({ ...entry, result: 'failed', detail: generation, error: said });
    tell({ step, result: 'failed', detail: said });
    throw error;
  }
}
