import {
  checkedService,
  type FollowedOptions,
  followedNames,
  requireText,
  type ServiceOptions,
} from '../../../core/connect-options.ts';
import { refuse, type Words } from '../../../core/connect-policy.ts';

/** What a service may say of its connection beside what all may, and what is refused of it. */

export interface RabbitmqOptions extends ServiceOptions {
  /** `amqps://host:port`, without credentials, vhost or query. */
  readonly url: string;
  readonly vhost: string;
}

/** With what amqplib's connection alone has: one that is followed. */
export interface ConnectOptions extends RabbitmqOptions, FollowedOptions {}

const words: Words = { broker: 'RabbitMQ', encrypted: 'use an amqps: URL' };

interface Endpoint {
  readonly endpoint: URL;
}

/** For a client that is given its options and no more. Throws PolicyError, before anything is read or sent. */
export function checked(options: RabbitmqOptions): RabbitmqOptions & Endpoint {
  return withEndpoint(checkedService(options, ['url', 'vhost'], words, process.env));
}

/** The same for amqplib. */
export function checkedConnect(options: ConnectOptions): ConnectOptions & Endpoint {
  return withEndpoint(checkedService(options, ['url', 'vhost', ...followedNames], words, process.env));
}

function withEndpoint<T extends RabbitmqOptions>(given: T): T & Endpoint {
  requireText(given, 'url');
  requireText(given, 'vhost');
  refuseGuest(given.username);
  return { ...given, endpoint: endpointOf(given) };
}

/** No message repeats the URL: it may hold a password. */
function endpointOf({ url }: RabbitmqOptions): URL {
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
