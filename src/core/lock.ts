import { LockError, type MqwardenError } from './errors.ts';

/** A broker's lock, and what every one has in common. Pure. */

/** Who holds a lock, shown to whom it keeps waiting. Nothing in it is secret. */
export interface Holder {
  /** `ops@build-7` */
  readonly who: string;
  /** ISO 8601 */
  readonly since: string;
  readonly correlationId: string;
  /** Where it is connected from, as the broker shows it. */
  readonly from?: string | undefined;
}

export interface LockRequest {
  readonly holder: Holder;
  /** Called each time that somebody else is found to hold it: resolves when to try again, throws when not to. */
  readonly wait: (by: Partial<Holder>) => Promise<void>;
  /**
   * Called when nobody else can get it any more, which may be seconds before the broker gives it. Called again where that came
   * to nothing and began anew: once it is given, nobody else has held it since the last call.
   */
  readonly reserved: () => void;
}

/** One writer at a time on one broker. The broker itself frees it when the holder dies. */
export interface Lock {
  /** Milliseconds for which the broker surely keeps it after a word from here. */
  readonly leaseMs: number;
  /** Aborted, with a LockError, as soon as the broker is seen to have given it up. */
  readonly lost: AbortSignal;
  /** A word to the broker. Throws where it did not get through; `lost` tells whether that is the end. */
  renew(): Promise<void>;
  /** Never throws: what cannot be freed frees itself. */
  release(): Promise<void>;
}

/** By the clock that never jumps, and by the one that goes on while a machine sleeps. Milliseconds. */
export interface Instant {
  readonly steady: number;
  readonly wall: number;
}

/** For how long a lock is surely held: from the moment at which the last word was sent that the broker answered. */
export interface Lease {
  renewed(asked: Instant): void;
  isOver(now: Instant): boolean;
}

export function lease(ms: number, since: Instant): Lease {
  let last = since;
  return {
    renewed: (asked) => {
      if (asked.steady > last.steady) last = asked;
    },
    isOver: (now) => Math.max(now.steady - last.steady, now.wall - last.wall) > ms,
  };
}

export function lockLost(title: string, why: string): LockError {
  return new LockError(`the lock of ${title} is lost: ${why}: nothing further is written`, {
    hint: 'apply again: it goes on from here',
  });
}

/** `withRight` is what to do so that it can be locked. */
export function cannotLock(title: string, why: string, withRight: string): LockError {
  return new LockError(`${title} cannot be locked: ${why}`, {
    hint: `${withRight}; or apply with --no-lock, when nobody else writes there`,
  });
}

/** Why the broker could not even be asked. `onlyLocking`: it answers otherwise, so that an apply without the lock could go on. */
export function notLocked(title: string, error: MqwardenError, onlyLocking = false): LockError {
  const { message, position, endpoint } = error;
  const without = onlyLocking ? ['or apply with --no-lock, when nobody else writes there'] : [];
  const hints = [...(error.hint === undefined ? [] : [error.hint]), ...without];
  return new LockError(`${title} cannot be locked: ${message}`, {
    position,
    endpoint,
    hint: hints.length === 0 ? undefined : hints.join('; '),
  });
}

/** Who holds a lock, from what the broker kept of it: anybody may have written that. */
export function holderIn(value: unknown): Partial<Holder> {
  if (typeof value !== 'object' || value === null) return {};
  const known = Object.entries(value).filter(
    ([key, one]) => ['who', 'since', 'correlationId'].includes(key) && typeof one === 'string',
  );
  return Object.fromEntries(known);
}
