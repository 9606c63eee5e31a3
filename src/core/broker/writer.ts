import type { Address } from '../address.ts';
import type { Change, Resource } from '../resource.ts';
import type { Warning } from './reading.ts';

/** What apply asks of a broker, and what it watches it by. */

export type Outcome =
  | { readonly status: 'done' }
  | { readonly status: 'failed'; readonly error: string; readonly hint?: string | undefined }
  | { readonly status: 'skipped'; readonly error: string };

/**
 * What a writer does, or sees done, beside the changes that it was given: a right that the administrator needs, a connection that
 * is closed. It goes on record as the changes do. Holds no secret.
 */
export interface Deed {
  readonly action: 'create' | 'close';
  /** What it is, or for a connection, the change for which it is closed. */
  readonly address: Address;
  readonly detail: string;
  readonly outcome: Outcome;
}

export interface Writer<R extends Resource> {
  /**
   * Carries out the changes of one phase, which do not depend on one another, in batches or concurrently, and reports each
   * one's own outcome. A failure of one is reported, not thrown; a throw means that nothing further can be done.
   */
  write(changes: readonly Change<R>[], report: (change: Change<R>, outcome: Outcome) => void): Promise<void>;
  /** Closes the sessions that a narrowing left open; returns what it could not close. */
  closeSessions(changes: readonly Change<R>[]): Promise<readonly Warning[]>;
  close(): Promise<void>;
}

/** Asked before every request that writes; throws where nothing more may be written. */
export type Permit = () => Promise<void>;

/** What an apply watches its writers by. */
export interface Watch {
  readonly permit: Permit;
  readonly record: (deed: Deed) => void;
}
