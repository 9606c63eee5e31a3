import type { Address } from '../core/address.ts';
import type { Deed, Outcome, Warning } from '../core/broker.ts';
import { MqwardenError } from '../core/errors.ts';
import type { Change } from '../core/resource.ts';
import type { Step } from '../core/schedule.ts';
import type { Diary } from './diary.ts';
import type { Failure } from './settle.ts';

export interface ItemResult {
  readonly change: Change;
  readonly outcome: Outcome;
}

/** Told of each change as it ends. */
type Report = (change: Change, outcome: Outcome) => void;

/** The writes of one broker: what was tried, how it ended, and what could not be closed behind it. */
export class Progress {
  readonly outcomes = new Map<Address, ItemResult>();
  readonly warnings: Warning[] = [];
  readonly errors: Failure[] = [];
  private readonly noted: Promise<void>[] = [];
  private readonly tell: Report;
  private readonly diary: Diary;

  constructor(tell: Report, diary: Diary) {
    this.tell = tell;
    this.diary = diary;
  }

  readonly report = (change: Change, outcome: Outcome): void => {
    this.outcomes.set(change.address, { change, outcome });
    this.tell(change, outcome);
    this.keep(this.diary.item(change, outcome));
  };

  /** For the record only: no change waits for it, and none is counted. */
  readonly record = (deed: Deed): void => this.keep(this.diary.deed(deed));

  private keep(note: Promise<void>): void {
    // Awaited at the end of the phase; until then a rejection must not count as unhandled.
    note.catch(() => undefined);
    this.noted.push(note);
  }

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
  /** A writer, or a log, that gives up leaves changes untried: each is named, with the reason. */
  abandon(changes: readonly Change[], error: unknown): void {
    if (!(error instanceof MqwardenError)) throw error;
    const { message, hint } = error;
    const untried = changes.filter((change) => !this.outcomes.has(change.address));
    if (untried.length === 0) this.errors.push({ message, hint });
    for (const change of untried) this.report(change, { status: 'failed', error: message, hint });
  }
}
