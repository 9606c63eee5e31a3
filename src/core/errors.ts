import type { Address } from './address.ts';

/** Where in a file something stands; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface ErrorDetails {
  /** The resource that it is about. */
  readonly address?: Address | undefined;
  /** The endpoint that it is about, `rabbitmq.internal:15671`. */
  readonly endpoint?: string | undefined;
  readonly position?: Position | undefined;
  /** What to do next, as a sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** An expected failure: printed as a sentence with what to do next, without a stack, exit code 1. */
export class MqwardenError extends Error {
  /** Stable, for scripts: `MQWARDEN_…`. */
  readonly code: string;
  readonly address: Address | undefined;
  readonly endpoint: string | undefined;
  readonly position: Position | undefined;
  readonly hint: string | undefined;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.address = details.address;
    this.endpoint = details.endpoint;
    this.position = details.position;
    this.hint = details.hint;
  }
}

/** One thing wrong in a topology. */
export interface Problem {
  readonly message: string;
  readonly position?: Position | undefined;
  readonly hint?: string | undefined;
  /** The other places that it is about, such as the first declaration of what is declared twice. */
  readonly related?: readonly { readonly message: string; readonly position: Position }[];
}

/** The topology cannot be read or does not hold together; carries every problem found, not only the first. */
export class TopologyError extends MqwardenError {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    const first = problems[0];
    super('MQWARDEN_TOPOLOGY', first?.message ?? 'the topology is not valid', {
      position: first?.position,
      hint: first?.hint,
    });
    this.problems = problems;
  }
}

/** A command line that makes no sense. */
export class UsageError extends MqwardenError {
  constructor(message: string, hint?: string) {
    super('MQWARDEN_USAGE', message, { hint });
  }
}

/** A broker could not be reached, or refused the administrator. */
export class ConnectionError extends MqwardenError {
  constructor(message: string, details: ErrorDetails) {
    super('MQWARDEN_CONNECTION', message, details);
  }
}

/** The broker was reached, and does not take this user name and password, or this certificate. */
export class LoginRefused extends ConnectionError {}

/** The broker shows this administrator only a part of what it has: a diff against that would be wrong. */
export class PartialView extends MqwardenError {
  constructor(message: string, details: ErrorDetails) {
    super('MQWARDEN_PARTIAL_VIEW', message, details);
  }
}

/** A secret could not be read or written. Never carries the secret. */
export class SecretError extends MqwardenError {
  constructor(message: string, details: ErrorDetails = {}, code = 'MQWARDEN_SECRET') {
    super(code, message, details);
  }
}

/** The store of secrets does not answer, or not now: the same may work later. */
export class SecretOutage extends SecretError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'MQWARDEN_SECRET_OUTAGE');
  }
}

/** Somebody else wrote the secret since it was read: nothing was written. */
export class SecretConflict extends SecretError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'MQWARDEN_SECRET_CONFLICT');
  }
}

/** A guard refused to go on: nothing was written. */
export class RefusedError extends MqwardenError {
  constructor(message: string, details: ErrorDetails = {}) {
    super('MQWARDEN_REFUSED', message, details);
  }
}

/** The broker took the connection and refused or failed a request. */
export class BrokerError extends MqwardenError {
  constructor(message: string, details: ErrorDetails) {
    super('MQWARDEN_BROKER', message, details);
  }
}

/** Somebody else writes, or nobody can be kept from it: the lock was not taken, or is lost. */
export class LockError extends MqwardenError {
  constructor(message: string, details: ErrorDetails = {}) {
    super('MQWARDEN_LOCK', message, details);
  }
}

/** What a caught value says of itself: anything can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An error's words and code as a cause, without what else hangs on it: a request with its credentials, a socket. */
export function bareCause(error: unknown, redact = (text: string): string => text): Error {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  const bare = new Error(redact(messageOf(error)));
  return typeof code === 'string' || typeof code === 'number' ? Object.assign(bare, { code }) : bare;
}
