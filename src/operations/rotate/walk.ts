import { address } from '../../core/address.ts';
import type { Watch } from '../../core/broker.ts';
import { MqwardenError, RefusedError } from '../../core/errors.ts';
import type { Gate } from '../../core/pool.ts';
import { principalAt, type Rotating, type RotationRecord } from '../../core/rotation/record.ts';
import type { DoneStep, Rotation } from '../../core/rotation/report.ts';
import { announce, begin, finish, stepsLeft, turnsOf } from '../../core/rotation/steps.ts';
import type { Mode, Step } from '../../core/rotation/words.ts';
import type { AuditLog } from '../../history/audit-log.ts';
import { generatePassword } from '../../secrets/generate.ts';
import type { Locks } from '../lock.ts';
import { writeRecord } from '../records.ts';
import type { Session } from '../session.ts';
import type { Intent } from './intent.ts';
import { doStep, type Work } from './steps.ts';

/** What holds for all rotations of a run. */
export interface Settings {
  /** Milliseconds to wait for those who use the old credential. */
  readonly graceMs: number;
  readonly emergency: boolean;
  readonly now: () => Date;
  /** Told of each step as it ends. */
  readonly report: (of: Pick<Rotation, 'broker' | 'service'>, step: DoneStep) => void;
  readonly redact: (text: string) => string;
  readonly stop?: AbortSignal | undefined;
}

/** From which principal to which. */
export function sidesOf(record: Rotating, resumed: boolean) {
  const { mode, from, to } = record.underWay;
  return {
    mode,
    from: principalAt(record, from),
    to: principalAt(record, to),
    ...(resumed ? { resumed } : {}),
  };
}

/** The record with which the work on a service begins. */
export function startOf(
  { assessment, held, next }: Intent,
  { now }: Pick<Settings, 'now'>,
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

/** What is to be done, from its record on. */
export function stepsOf(
  { assessment }: Pick<Intent, 'assessment'>,
  { underWay }: Rotating,
  { emergency }: Pick<Settings, 'emergency'>,
): readonly Step[] {
  return assessment.is === 'forget' ? [] : stepsLeft(underWay, emergency);
}

export interface Around {
  readonly session: Session;
  readonly options: Settings;
  readonly locks: Locks;
  readonly log: AuditLog;
  readonly width: Gate;
}

/** One service, from wherever it is to the end; what it meets on the way is its result, and nobody else's. */
export async function rotateOne(intent: Intent, around: Around): Promise<Rotation> {
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
    const { way, from } = record.underWay;
    const result = way === 'back' ? 'aborted' : from.password === undefined ? 'adopted' : 'rotated';
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
  const work = await width(() => workOf(intent, around));
  try {
    let kept = { record: first as RotationRecord, version: held.record?.version };
    const keep = async (record: RotationRecord): Promise<void> => {
      await work.permit();
      kept = await writeRecord(target.store, target, record, kept.version);
    };
    const take = async (step: Step): Promise<void> => {
      await work.permit();
      await logged(step, rotating(kept.record), { ...around, intent, tell }, async () => {
        await keep(announce(kept.record, step, options.now().toISOString()));
        return doStep(step, rotating(kept.record), work);
      });
      await work.recorded();
    };
    for (const turn of turnsOf(stepsOf(intent, first, options))) {
      const inTurn = async (): Promise<void> => {
        for (const step of turn) await take(step);
      };
      await (turn.includes('drain') ? inTurn() : width(inTurn));
    }
    const { mode } = first.underWay;
    await keep(finish(kept.record));
    session.context.progress(`${target.broker}: ${target.service} done`);
    if (intent.assessment.is === 'forget')
      return 'the broker had not been given another password, and the store is left as somebody else wrote it';
    return await remainderOf(work, mode, options);
  } finally {
    await work.rotator.close();
  }
}

/** The rotation is over, whatever becomes of asking what it left. */
async function remainderOf({ rotator }: Work, mode: Mode, { redact }: Settings): Promise<string | undefined> {
  try {
    return await rotator.remainder(mode);
  } catch (error) {
    if (!(error instanceof MqwardenError)) throw error;
    return `what is left of the old credential could not be read: ${redact(error.message)}`;
  }
}

async function workOf(
  { target, passwordless }: Intent,
  { session, options, locks, log }: Around,
): Promise<Work> {
  const { site, service } = target;
  const permit = async (): Promise<void> => {
    if (options.stop?.aborted === true) {
      throw new RefusedError('stopped before it was done', { hint: 'rotate again: it goes on from here' });
    }
    await locks.check();
  };
  const { record, recorded } = recorder({ session, options, log });
  const watch: Watch = { permit, record };
  const rotator = await site.broker.rotator(site.landscape.environment, session.context, permit);
  return {
    target,
    hands: { session, site, service, watch },
    rotator,
    graceMs: options.graceMs,
    passwordless: passwordless !== undefined,
    now: options.now,
    permit,
    recorded,
    progress: (text) => session.context.progress(`${target.broker}: ${service}: ${text}`),
  };
}

/** What a step does is on record when it has ended, not while it goes on. */
function recorder({
  session,
  options,
  log,
}: Pick<Around, 'session' | 'options' | 'log'>): Pick<Watch, 'record'> & Pick<Work, 'recorded'> {
  const noted: Promise<void>[] = [];
  return {
    record: ({ action, address: at, detail }) => {
      const note = log.append({
        ...commonTo(session),
        action,
        address: at,
        detail: options.redact(detail),
        result: 'ok',
      });
      // Awaited when the step has ended; until then a rejection must not count as unhandled.
      note.catch(() => undefined);
      noted.push(note);
    },
    recorded: async () => {
      await Promise.all(noted.splice(0));
    },
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
    ...commonTo(session),
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

/** In every line of the audit log. */
export function commonTo({ correlationId, environment }: Session) {
  return { correlationId, environment: environment.name };
}
