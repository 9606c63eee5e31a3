import { RefusedError } from '../core/errors.ts';
import { gate } from '../core/pool.ts';
import {
  agreedTo,
  type DoneStep,
  type Rotation,
  type Rotations,
  summarizeRotations,
} from '../core/rotation/report.ts';
import type { AuditLog } from '../history/audit-log.ts';
import { type LockOptions, type Locks, lockAll, unlocked } from './lock.ts';
import { type Intent, intend, type Scope } from './rotate/intent.ts';
import { commonTo, rotateOne, type Settings, sidesOf, startOf, stepsOf } from './rotate/walk.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

export interface RotateOptions extends SessionOptions, Settings, Omit<Scope, 'now'> {
  readonly now: () => Date;
  /** Asked after it is known what is to be done, and before anything is written. */
  readonly confirm: (planned: Rotations) => Promise<boolean>;
  /** True where `confirm` asks a person: nobody else is kept waiting for the answer. */
  readonly attended: boolean;
  readonly lock: LockOptions | 'none';
  readonly auditLog: () => Promise<AuditLog>;
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
  if (agreedTo(first) === agreedTo(again)) return;
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
      case 'return':
      case 'forget': {
        const record = startOf(intent, options, () => '');
        const steps = stepsOf(intent, record, options).map((step): DoneStep => ({
          step,
          result: 'planned',
          detail: '',
        }));
        return { ...of, ...sidesOf(record, assessment.is !== 'begin'), result: 'planned', steps };
      }
    }
  });
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
  const common = commonTo(session);
  await log.append({ ...common, action: 'rotate', result: 'started' });
  const planned = plannedOf(intents, options);
  const around = { session, options, locks, log, width: gate(atATime) };
  // None is left half way by what another one meets.
  const ended = await Promise.allSettled(
    intents.map(async (intent, at) => {
      const before = planned[at];
      return before?.result === 'planned' ? rotateOne(intent, around) : before;
    }),
  );
  await log.append({ ...common, action: 'rotate', result: 'finished' });
  const broken = ended.find((one) => one.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  const rotations = ended.flatMap((one) => (one.status === 'fulfilled' ? (one.value ?? []) : []));
  return documentOf(session, rotations, false);
}
