import type { Holder } from './broker.ts';
import { LockError, type MqwardenError } from './errors.ts';

/** What every broker's lock has in common. Pure. */

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

/** Why the broker could not even be asked. */
export function notLocked(title: string, { message, hint, position, endpoint }: MqwardenError): LockError {
  const next = hint === undefined ? '' : `${hint}; `;
  return new LockError(`${title} cannot be locked: ${message}`, {
    position,
    endpoint,
    hint: `${next}or apply with --no-lock, when nobody else writes there`,
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
