import { checkedService, requireText, type ServiceOptions } from '../../../core/connect-options.ts';
import { refuse, type Words } from '../../../core/connect-policy.ts';

/** What a service may say of its connection beside what all may, and what is refused of it. */

export interface ConnectOptions extends ServiceOptions {
  /** `amqps://host:port`, without credentials, vhost or query. */
  readonly url: string;
  readonly vhost: string;
  /** Milliseconds that confirms and acknowledgements may take when an old connection is left; default 30,000. */
  readonly drainMs?: number | undefined;
}

const words: Words = { broker: 'RabbitMQ', encrypted: 'use an amqps: URL' };

/** Throws PolicyError, before anything is read or sent. */
export function checked(options: ConnectOptions): ConnectOptions & { readonly endpoint: URL } {
  const given = checkedService(options, ['url', 'vhost', 'drainMs'], words, process.env);
  requireText(given, 'url');
  requireText(given, 'vhost');
  refuseGuest(given.username);
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

/** Also as the name of a certificate. */
export function refuseGuest(username: string | undefined): void {
  if (username !== 'guest' && !/(?:^|, )CN=guest(?:, |$)/.test(username ?? '')) return;
  refuse('MQWARDEN_GUEST', 'the user guest is refused', 'every service has a user of its own');
}
