import type { OnEvent } from '../../../core/connect-events.ts';
import {
  checkedOptions,
  refuse,
  refuseSources,
  refuseTiming,
  type Timing,
  type Tls,
  type Words,
} from '../../../core/connect-policy.ts';
import type { Credentialed } from '../../../secrets/source.ts';

/** What a service may say of its connection, and what is refused of it. */

export interface ConnectOptions extends Credentialed, Timing {
  /** `amqps://host:port`, without credentials, vhost or query. */
  readonly url: string;
  readonly vhost: string;
  readonly tls?: Tls | undefined;
  /** Told of every connect, reconnect, refusal and end, also before the first connection is there. */
  readonly onEvent?: OnEvent | undefined;
  /** Milliseconds that confirms and acknowledgements may take when an old connection is left; default 30,000. */
  readonly drainMs?: number | undefined;
}

const optionNames = [
  'service',
  'url',
  'vhost',
  'tls',
  'secrets',
  'username',
  'password',
  'refreshMs',
  'loginAttempts',
  'onEvent',
  'drainMs',
] satisfies (keyof ConnectOptions)[];

const words: Words = { broker: 'RabbitMQ', encrypted: 'use an amqps: URL' };

/** Throws PolicyError, before anything is read or sent. */
export function checked(options: ConnectOptions): ConnectOptions & { readonly endpoint: URL } {
  const given = checkedOptions(options, optionNames, words, process.env);
  for (const key of ['service', 'url', 'vhost'] as const) {
    const value: unknown = given[key];
    if (typeof value === 'string' && value !== '') continue;
    refuse('MQWARDEN_OPTIONS', `option ${key} is missing`, `give ${key} as text`);
  }
  refuseTiming(given);
  const { drainMs = 0 } = given;
  if (!Number.isInteger(drainMs) || drainMs < 0) {
    refuse('MQWARDEN_OPTIONS', 'option drainMs is no time', 'give whole milliseconds, or leave it out');
  }
  refuseGuest(given.username);
  refuseSources(given);
  return { ...given, endpoint: endpointOf(given) };
}

/** No message repeats the URL: it may hold a password. */
function endpointOf({ url }: ConnectOptions): URL {
  const parsed = URL.parse(url);
  const hint = 'write it as amqps://rabbitmq.internal:5671';
  if (parsed === null || parsed.hostname === '') refuse('MQWARDEN_OPTIONS', 'option url is not a URL', hint);
  if (parsed.protocol !== 'amqps:') {
    const message = `a URL that begins with ${parsed.protocol} is refused: only amqps: is encrypted`;
    refuse('MQWARDEN_TLS_REQUIRED', message, hint);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    const advice = 'leave them out of the URL; give secrets, or username and password';
    refuse('MQWARDEN_CREDENTIALS_IN_URL', 'credentials in a URL are refused: URLs end up in logs', advice);
  }
  if (!['', '/'].includes(parsed.pathname) || parsed.search !== '' || parsed.hash !== '') {
    refuse('MQWARDEN_OPTIONS', 'a vhost or query in the URL is refused', 'give the vhost as option vhost');
  }
  return parsed;
}

export function refuseGuest(username: string | undefined): void {
  if (username !== 'guest') return;
  refuse('MQWARDEN_GUEST', 'the user guest is refused', 'every service has a user of its own');
}
