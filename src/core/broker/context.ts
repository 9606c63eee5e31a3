import type { Address } from '../address.ts';
import type { Position } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Warning } from './reading.ts';

/** What a broker is given to work with. */

export interface Credential {
  readonly username: string;
  readonly password: string;
}

export interface CredentialDrift {
  /** To be written again: why, and the spec that it is to have where that is another. */
  readonly drifted: ReadonlyMap<Address, { readonly why: string; readonly after?: JsonObject }>;
  /** What could not be told. */
  readonly unknown: readonly Warning[];
}

/** The services' credentials. Paths are `<broker>/<service>`. */
export interface Credentials {
  /** Undefined where the environment names no store. */
  has(path: string): Promise<boolean | undefined>;
  /** Undefined where nothing is stored, or the environment names no store. */
  read(path: string): Promise<Credential | undefined>;
  /** The stored credential, or a newly generated one that was stored before this returns. */
  ensure(path: string, username: string): Promise<Credential>;
}

/** What the shell gives to a broker. */
export interface Context {
  /** Resolves a reference such as `env:NAME`; what it returns is redacted from every output from then on. */
  secret(reference: string, at: Position): Promise<string>;
  /** Reads a file named in the topology, relative to the file that names it. */
  file(path: string, at: Position): Promise<string>;
  /** Hands a derived secret (a live hash) to the redaction. */
  conceal(secret: string): void;
  readonly timeoutMs: number;
  /** Sent to the broker where it can carry one (connection names), and in the audit log. */
  readonly correlationId: string;
  readonly progress: (text: string) => void;
}
