import type { Context, Credentials, Deed } from '../../../core/broker.ts';
import type { Admin } from '../admin.ts';

/** What every write has at hand. */
export interface Hands {
  readonly admin: Admin;
  readonly context: Context;
  readonly credentials: Credentials;
  /** For what is done beside the changes. */
  readonly record: (deed: Deed) => void;
}
