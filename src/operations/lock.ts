import { setTimeout as sleep } from 'node:timers/promises';
import type { Permit } from '../core/broker.ts';
import { LockError } from '../core/errors.ts';
import {
  type Holder,
  type Instant,
  type Lease,
  lease,
  type Lock,
  lockLost,
  type LockRequest,
} from '../core/lock.ts';
import { printable } from '../report/printable.ts';
import { type Begun, notEarly } from './early.ts';
import type { Session, Site } from './session.ts';
import { whoAndWhere } from './user.ts';

export interface LockOptions {
  /** Milliseconds to wait for somebody else who holds it. */
  readonly timeoutMs: number;
  /** Told once that it has to be waited for, and who holds it. */
  readonly notice: (text: string) => void;
}

/** The locks of all brokers of a session. */
export interface Locks {
  /** Throws unless all of them are surely held. */
  readonly check: Permit;
  /** Never throws. */
  release(): Promise<void>;
}

/** For those who may not lock, and said so. */
export const unlocked: Locks = { check: () => Promise.resolve(), release: () => Promise.resolve() };

/**
 * One after the other, in the order of the registry, so that no two applies wait for each other. What of a broker is certain
 * not to be written by another apply any more is read meanwhile.
 */
export async function lockAll(
  session: Session,
  options: LockOptions,
  stop: AbortSignal | undefined,
  early: Begun = notEarly,
): Promise<Locks> {
  const keepers: Keeper[] = [];
  const release = async (): Promise<void> => {
    await Promise.all(keepers.map((keeper) => keeper.release()));
  };
  const until = performance.now() + options.timeoutMs;
  try {
    for (const site of session.sites) {
      const { broker, landscape } = site;
      session.context.progress(`locking ${broker.title}`);
      const request = requestFor(site, session, options, early, until, stop);
      const lock = await broker.lock(landscape.environment, session.context, request);
      keepers.push(await keep(broker.title, lock));
    }
  } catch (error) {
    await release();
    throw error;
  }
  const check = async (): Promise<void> => {
    for (const keeper of keepers) await keeper.check();
  };
  return { check, release };
}

/** How often somebody else's lock is tried again. */
const pauseMs = 500;

function requestFor(
  site: Site,
  { correlationId, context }: Session,
  { timeoutMs, notice }: LockOptions,
  early: Begun,
  until: number,
  stop: AbortSignal | undefined,
): LockRequest {
  const { title } = site.broker;
  const { who, host } = whoAndWhere();
  let told = false;
  return {
    holder: { who: `${who}@${host}`, since: new Date().toISOString(), correlationId },
    reserved: () => early.begin(site),
    wait: async (by) => {
      early.forget();
      const left = until - performance.now();
      if (left <= 0) throw givenUp(title, by, timeoutMs);
      const locked = `${title} is locked by ${inWords(by)}`;
      if (!told) notice(`${locked}: waiting up to ${seconds(left)} for it`);
      told = true;
      context.progress(`waiting, ${seconds(left)} left: ${locked}`);
      const pause = sleep(Math.min(pauseMs, left), undefined, stop === undefined ? {} : { signal: stop });
      await pause.catch(() => {
        throw new LockError(`stopped while ${title} was locked by somebody else; nothing was written`, {
          hint: 'apply again',
        });
      });
    },
  };
}

function givenUp(title: string, by: Partial<Holder>, timeoutMs: number): LockError {
  const waited = timeoutMs === 0 ? '' : `, and still after ${seconds(timeoutMs)}`;
  return new LockError(`${title} is locked by ${inWords(by)}${waited}; nothing was written`, {
    hint: 'apply again when that one has ended, or wait longer with --lock-timeout 10m; --no-lock would write beside it',
  });
}

/** What others wrote: `ops@build-7 (from 10.0.0.7, since 2026-11-24T06:07:07.000Z, correlation id 3f…)`, as far as it is known. */
function inWords({ who, from, since, correlationId }: Partial<Holder>): string {
  const known = Object.entries({ from, since, 'correlation id': correlationId }).flatMap(([label, value]) =>
    value === undefined ? [] : [`${label} ${value}`],
  );
  return printable(`${who ?? 'somebody else'}${known.length === 0 ? '' : ` (${known.join(', ')})`}`);
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}

/** The first word shows from when it was surely held: the answer that gave it may have come late. */
async function keep(title: string, lock: Lock): Promise<Keeper> {
  const since = instant();
  try {
    await lock.renew();
  } catch (error) {
    await lock.release();
    throw error;
  }
  return new Keeper(title, lock, since);
}

function instant(): Instant {
  return { steady: performance.now(), wall: Date.now() };
}

/** Words within a lease, so that one that gets lost is no lost lock. */
const wordsPerLease = 4;

/** Keeps a lock by a word to the broker now and then, and knows by the clock for how long it is surely held. */
class Keeper {
  private readonly title: string;
  private readonly lock: Lock;
  private readonly lease: Lease;
  private readonly ended = new AbortController();
  private asking: Promise<void> | undefined;
  private failure: LockError | undefined;

  constructor(title: string, lock: Lock, since: Instant) {
    this.title = title;
    this.lock = lock;
    this.lease = lease(lock.leaseMs, since);
    void this.beat();
  }

  /** A process that was stopped finds out here, before it writes; once lost is lost for good. */
  async check(): Promise<void> {
    // The broker may have kept it all the same: it is asked, once for all that wait.
    if (this.isOverdue()) await (this.asking ??= this.ask());
    const { lost } = this.lock;
    if (lost.aborted) this.failure ??= lost.reason as LockError;
    else if (this.isOverdue()) {
      this.failure ??= lockLost(this.title, `the broker confirmed nothing for ${seconds(this.lock.leaseMs)}`);
    }
    if (this.failure !== undefined) throw this.failure;
  }

  async release(): Promise<void> {
    this.ended.abort();
    await this.lock.release();
  }

  private isOverdue(): boolean {
    return this.failure === undefined && !this.lock.lost.aborted && this.lease.isOver(instant());
  }

  private get betweenWordsMs(): number {
    return this.lock.leaseMs / wordsPerLease;
  }

  private async beat(): Promise<void> {
    const { signal } = this.ended;
    for (;;) {
      await sleep(this.betweenWordsMs, undefined, { ref: false, signal }).catch(() => undefined);
      if (signal.aborted || this.lock.lost.aborted) return;
      await this.renew();
    }
  }

  private async ask(): Promise<void> {
    await Promise.race([this.renew(), sleep(this.betweenWordsMs, undefined, { ref: false })]);
    this.asking = undefined;
  }

  private async renew(): Promise<void> {
    const asked = instant();
    try {
      await this.lock.renew();
      this.lease.renewed(asked);
    } catch {
      // What did not get through is tried again; what is over shows in `lost`, or by the clock.
    }
  }
}
