import { SecretError } from '../../src/core/errors.ts';

/** The SecretError that a promise must end with. */
export async function failure(promise: Promise<unknown>): Promise<SecretError> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  if (error instanceof SecretError) return error;
  throw new Error('no SecretError', { cause: error });
}

/** All that an error could show of itself, its causes too. */
export function allOf(error: SecretError): string {
  const { message, hint, endpoint, stack, cause } = error;
  const inner = cause instanceof Error ? `${cause.message} ${cause.stack ?? ''}` : JSON.stringify(cause);
  return [message, hint, endpoint, stack, inner].join('\n');
}
