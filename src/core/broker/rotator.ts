import type { Mode } from '../rotation/words.ts';
import type { Credential } from './context.ts';

/** What a rotation asks of a broker beside the changes of a plan. Every method throws where no answer came. */
export interface Rotator {
  /** A real login, which ends at once. */
  login(credential: Credential): Promise<'accepted' | 'refused'>;
  /** How many sessions of a principal are open; undefined where the broker does not tell. */
  sessions(principal: string): Promise<number | undefined>;
  /** Ends those that are open, as far as the broker can, and returns how many. */
  endSessions(principal: string): Promise<number>;
  /** Gives a user that lives another password. */
  setPassword(credential: Credential): Promise<void>;
  /** What is left when the old credential is refused, as a sentence; undefined where nothing is. */
  remainder(mode: Mode): Promise<string | undefined>;
  close(): Promise<void>;
}
