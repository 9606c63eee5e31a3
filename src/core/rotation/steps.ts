import type { Mode, Step } from './words.ts';
import type { Rotating, RotationRecord, UnderWay } from './record.ts';

const order: Readonly<Record<Mode, readonly Step[]>> = {
  dual: ['create', 'grant', 'test', 'publish', 'drain', 'close', 'revoke', 'remove', 'prove'],
  'in-place': ['publish', 'set', 'close', 'prove'],
};

/** What is still to be done, the step that was begun first: each may be done again. */
export function stepsLeft(
  { mode, step }: Pick<UnderWay, 'mode' | 'step'>,
  emergency = false,
): readonly Step[] {
  const left = order[mode].slice(order[mode].indexOf(step));
  return emergency ? left.filter((one) => one !== 'drain') : left;
}

/**
 * Steps that are done in one turn, without giving others theirs in between: from where services read a password that the broker does
 * not have yet, to where it has it.
 */
export function turnsOf(steps: readonly Step[]): readonly (readonly Step[])[] {
  return steps.reduce<readonly (readonly Step[])[]>((turns, step) => {
    const last = turns.at(-1);
    return step === 'set' && last?.at(-1) === 'publish'
      ? [...turns.slice(0, -1), [...last, step]]
      : [...turns, [step]];
  }, []);
}

/** A rotation that begins: what its record says before anything is done. */
export interface Beginning {
  readonly mode: Mode;
  /** A generation whose name nobody has. */
  readonly next: number;
  readonly password: string;
  /** The one in use now, where the store has it. */
  readonly former: string | undefined;
  /** When the one in use was written, where only the store tells. */
  readonly formerSince: string | undefined;
  readonly at: string;
}

export function begin(
  record: RotationRecord,
  { mode, next, password, former, ...times }: Beginning,
): RotationRecord {
  const generation = mode === 'dual' ? next : record.inUse;
  const since = record.rotatedAt ?? times.formerSince;
  return {
    ...record,
    last: Math.max(record.last, generation),
    underWay: {
      mode,
      way: 'forth',
      step: firstStep(mode),
      startedAt: times.at,
      from: {
        generation: record.inUse,
        ...(former === undefined ? {} : { password: former }),
        ...(since === undefined ? {} : { since }),
      },
      to: { generation, password, since: times.at },
    },
  };
}

function firstStep(mode: Mode): Step {
  return mode === 'dual' ? 'create' : 'publish';
}

/** The record with the step that is about to be done. The drain counts from when the new credential was there to be read. */
export function announce(record: RotationRecord, step: Step, at: string): RotationRecord {
  const { underWay } = record;
  if (underWay === undefined) throw new Error('no rotation is under way');
  const drains = step === 'drain' && underWay.drainFrom === undefined;
  return { ...record, underWay: { ...underWay, step, ...(drains ? { drainFrom: at } : {}) } };
}

/** The record after the last step: the new generation is in use, and no password is kept any more. */
export function finish({ principal, last, underWay }: RotationRecord): RotationRecord {
  if (underWay === undefined) throw new Error('no rotation is under way');
  const { generation, since } = underWay.to;
  return { principal, inUse: generation, last, ...(since === undefined ? {} : { rotatedAt: since }) };
}

/** From here on the old one is going: it cannot be gone back to. */
const ended: readonly Step[] = ['revoke', 'remove', 'prove'];

/** Whether going on gives a principal a password on the broker, or leaves it with one that could still be taken away. */
export function givesPassword(underWay: Pick<UnderWay, 'mode' | 'way' | 'step'>): boolean {
  const { mode, way, step } = underWay;
  return mode === 'dual' ? way === 'forth' && !ended.includes(step) : stepsLeft(underWay).includes('set');
}

/** Which side services are given, by a reading of the store; `neither` is what somebody wrote by hand. */
export type Standing = 'from' | 'to' | 'neither';

export type Return =
  /** `nothing`: no step is to be done for it. */
  | { readonly is: 'back' | 'nothing'; readonly record: Rotating }
  | { readonly is: 'too late' | 'unknown' | 'already' };

/** The way back, while the old one lives: the same steps with the sides exchanged. */
export function turnBack({ underWay, ...record }: Rotating, given: Standing): Return {
  if (underWay.way === 'back') return { is: 'already' };
  const { mode, from, to, step, startedAt } = underWay;
  if (mode === 'dual' && ended.includes(step)) return { is: 'too late' };
  const back = (first: Step): Rotating => ({
    ...record,
    underWay: { mode, way: 'back', from: to, to: from, step: first, startedAt },
  });
  // Somebody else's credential is in the store, so that ours was never given to the broker.
  if (mode === 'in-place' && step === 'publish' && given === 'neither')
    return { is: 'nothing', record: back('publish') };
  if (!publishes(underWay, given)) return { is: 'back', record: back('revoke') };
  return from.password === undefined ? { is: 'unknown' } : { is: 'back', record: back('publish') };
}

/**
 * Whether services must be given the old one again before the new one goes. Where the new one may have been published, a reading
 * of the store that shows the old one proves nothing: it may be behind. Writing the old one does, as it fails where it is.
 */
function publishes({ mode, step }: UnderWay, given: Standing): boolean {
  if (mode === 'in-place' || given === 'to') return true;
  return step === 'publish' ? given === 'from' : stepsLeft({ mode, step: 'publish' }).includes(step);
}
