import { type ErrorDetails, SecretError, SecretOutage } from '../../core/errors.ts';
import type { HttpsAnswer } from '../https.ts';
import type { VaultSettings } from './settings.ts';

/** What Vault's answers mean, in words of our own: its bodies may repeat what they were sent. Pure. */

export interface Asked {
  /** What was asked for, `vault secret/rabbitmq/order-service`. */
  readonly what: string;
  /** What a policy must say for it, as a sentence. */
  readonly policy?: string | undefined;
  readonly details: ErrorDetails;
}

/** The error for an answer that is neither what was asked for nor a plain absence. */
export function refusal(
  { endpoint, login }: Pick<VaultSettings, 'endpoint' | 'login'>,
  answer: HttpsAnswer,
  { what, policy, details }: Asked,
): SecretError {
  const vault = `Vault at ${endpoint}`;
  const outage = (message: string, hint: string) =>
    new SecretOutage(`${message}: ${what}`, { ...details, endpoint, hint });
  const { status } = answer;
  if (status === 403) {
    const token = login.by === 'token' ? 'VAULT_TOKEN may be over' : 'the login succeeds';
    const hint = `${token}; ${policy ?? 'see which policies it has'}`;
    return new SecretError(`${vault} refuses access to ${what} (403)`, { ...details, endpoint, hint });
  }
  if (status === 503 && says(answer, 'Vault is sealed')) return outage(`${vault} is sealed`, 'unseal it');
  if (status === 501) return outage(`${vault} is not initialised`, 'initialise it, and unseal it');
  if (status === 472 || status === 473) {
    return outage(
      `${vault} is a standby (${status})`,
      'let VAULT_ADDR name the active server of the cluster',
    );
  }
  if (status === 412) return outage(`${vault} is behind the others (412)`, 'run again');
  if (status === 429) return outage(`${vault} has too many requests (429)`, 'run again later');
  if (status >= 500) return outage(`${vault} failed (${status})`, 'see the log of Vault');
  if (status >= 300 && status < 400) {
    const hint = 'let VAULT_ADDR name what it leads to: no token is sent on to another address';
    return new SecretError(`${vault} points elsewhere (${status}): ${what}`, { ...details, endpoint, hint });
  }
  return new SecretError(`${vault} answers with ${status}, unexpectedly: ${what}`, {
    ...details,
    endpoint,
    hint: 'is it Vault that VAULT_ADDR names? See its log',
  });
}

/** Whether one of its errors is just this sentence of Vault's own. */
export function says({ json }: HttpsAnswer, sentence: string): boolean {
  if (typeof json !== 'object' || json === null || !('errors' in json)) return false;
  return Array.isArray(json.errors) && json.errors.includes(sentence);
}

/** `data` of an answer, if it has one. */
export function dataIn({ json }: HttpsAnswer): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || !('data' in json)) return {};
  return objectOf(json.data);
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
