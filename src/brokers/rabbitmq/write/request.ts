import type { Outcome } from '../../../core/broker.ts';
import type { Admin, Answer, Method, RequestOptions } from '../admin.ts';

/** One write to the management API, judged. */

/** Thrown inside one change, and reported as its outcome. */
export class WriteFailure extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

export function failed(failure: WriteFailure): Outcome {
  return {
    status: 'failed',
    error: failure.message,
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
  };
}

/** Makes a PUT create-only: a race is answered with 412, not overwritten. */
export const createOnly = { headers: { 'If-None-Match': '*' } } as const;

export async function send(
  admin: Admin,
  method: Method,
  path: readonly string[],
  options: RequestOptions = {},
): Promise<Answer> {
  const answer = await admin.request(method, path, options);
  if (answer.status < 200 || answer.status > 299) throw refusal(admin, path, answer);
  return answer;
}

/** Deletes; what is gone already is what was wanted. */
export async function remove(
  admin: Admin,
  path: readonly string[],
  options: RequestOptions = {},
): Promise<void> {
  const answer = await admin.request('DELETE', path, options);
  if (answer.status !== 404 && (answer.status < 200 || answer.status > 299))
    throw refusal(admin, path, answer);
}

/** The body of a GET, or undefined for 404. */
export async function look(admin: Admin, path: readonly string[]): Promise<unknown> {
  const answer = await admin.request('GET', path);
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw refusal(admin, path, answer);
  return answer.body;
}

function refusal(admin: Admin, path: readonly string[], { status, reason }: Answer): WriteFailure {
  const words = reason === '' ? 'no reason given' : reason;
  if (status === 412) {
    return new WriteFailure(
      'made by someone else since the plan was read',
      'run plan again and look at what is there now',
    );
  }
  if (status === 401 || status === 403) {
    return new WriteFailure(
      `RabbitMQ refused it to ${admin.username}: ${words} (${status})`,
      'the login was good: the administrator lacks a right here, such as permissions in the vhost, or the name is reserved',
    );
  }
  if (status === 404) {
    return new WriteFailure(`what it stands on is not there: ${words} (404)`, 'run plan again');
  }
  if (status >= 500) {
    return new WriteFailure(
      `RabbitMQ failed: ${words} (${status})`,
      reason === '' && path.some(isNotAscii)
        ? 'RabbitMQ 4 cannot give its reason for a name with characters outside ASCII: see its log for "error", then run apply again'
        : 'see the log of the broker, then run apply again',
    );
  }
  return new WriteFailure(
    `RabbitMQ refused it: ${words} (${status})`,
    'correct the topology, then run plan again',
  );
}

/** RabbitMQ 4 (seen on 4.0 and 4.3) fails at writing a refusal down that names such a thing: 500 without a word. */
function isNotAscii(name: string): boolean {
  return /[^\0-\x7f]/.test(name);
}

/** What a re-read before the write has shown. */
export function movedOn(): WriteFailure {
  return new WriteFailure('changed since the plan was read', 'run plan again and look at what is there now');
}
