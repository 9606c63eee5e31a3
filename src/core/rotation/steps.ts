import type { Mode, Step } from './words.ts';
import type { RotationRecord, UnderWay } from './record.ts';

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

export type Return =
  | { readonly is: 'back'; readonly record: RotationRecord }
  | { readonly is: 'too late' | 'unknown' | 'already' };

/**
 * The way back, while the old one lives: the same steps with the sides exchanged. `published`: services are given the new one,
 * so that they must be given the old one again before the new one goes.
 */
export function turnBack(record: RotationRecord, published: boolean): Return {
  const { underWay } = record;
  if (underWay === undefined) return { is: 'too late' };
  if (underWay.way === 'back') return { is: 'already' };
  const { mode, from, to, step, startedAt } = underWay;
  const ended: readonly Step[] = ['revoke', 'remove', 'prove'];
  if (mode === 'dual' && ended.includes(step)) return { is: 'too late' };
  if (from.password === undefined && (published || mode === 'in-place')) return { is: 'unknown' };
  const first: Step = published || mode === 'in-place' ? 'publish' : 'revoke';
  return {
    is: 'back',
    record: {
      ...record,
      underWay: { mode, way: 'back', from: to, to: from, step: first, startedAt },
    },
  };
}
