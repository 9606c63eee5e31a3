import { BrokerError, PartialView } from '../../core/errors.ts';
import type { Session } from './admin.ts';
import { faultOf } from './faults.ts';

/** An answer that is an error: absence must not be inferred from it. `what` as in `the ACLs`. */
export function requireAnswer(
  { endpoint, admin }: Pick<Session, 'endpoint' | 'admin'>,
  what: string,
  errorCode: number,
  message?: string | null,
): void {
  if (errorCode === 0) return;
  const fault = faultOf(errorCode, message);
  const text = `${what} of Kafka at ${endpoint} cannot be read by ${admin}: ${fault.error}`;
  const details = {
    endpoint,
    hint: fault.hint?.replace('the administrator', () => admin).replace('User:…', () => `User:${admin}`),
  };
  throw fault.name.endsWith('AUTHORIZATION_FAILED')
    ? new PartialView(text, details)
    : new BrokerError(text, details);
}

/** Every item that was asked for must be in the answer. */
export function requireAll(
  { endpoint }: Pick<Session, 'endpoint'>,
  what: string,
  asked: readonly string[],
  answered: Iterable<string>,
): void {
  const known = new Set(answered);
  const missing = asked.find((name) => !known.has(name));
  if (missing === undefined) return;
  throw new BrokerError(`Kafka at ${endpoint} did not answer for ${what} ${missing}`, {
    endpoint,
    hint: 'run it again',
  });
}
