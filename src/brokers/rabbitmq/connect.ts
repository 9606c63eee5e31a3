import type { ChannelModel } from 'amqplib';
import {
  refuse,
  refuseUnknownOptions,
  refuseUnverified,
  type Tls,
  type Unchecked,
} from '../../core/connect-policy.ts';
import { messageOf, MqwardenError } from '../../core/errors.ts';
import { dial } from './amqps.ts';

/** Where a service's credentials come from: `rabbitmq/<service>/username` and `rabbitmq/<service>/password`. */
export interface SecretSource {
  getSecret(path: string): Promise<string>;
}

/** PEM texts, not paths. Without `ca`, the machine's own authorities are trusted. */
export type RabbitTls = Tls;

export interface ConnectOptions {
  readonly service: string;
  /** `amqps://host:port`, without credentials, vhost or query. */
  readonly url: string;
  readonly vhost: string;
  readonly tls?: RabbitTls | undefined;
  /** Asked at every connect, so that a rotated password is found. Either this or `username` and `password`. */
  readonly secrets?: SecretSource | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** Milliseconds until a connection that is not open yet is given up. */
const timeoutMs = 10_000;

/**
 * An amqplib connection over verified TLS. Throws MqwardenError with a code `MQWARDEN_…` before a byte is sent for anything
 * that would weaken that, and for any option that it does not know.
 */
export async function connect(options: ConnectOptions): Promise<ChannelModel> {
  refuseWeakening(options);
  const url = endpointOf(options);
  const { username, password } = await credentialsOf(options);
  const { service, vhost, tls = {} } = options;
  try {
    return await dial({ url, vhost, username, password, tls, timeoutMs, name: service });
  } catch (error) {
    throw failure(url.host, vhost, username, error);
  }
}

const optionNames = ['service', 'url', 'vhost', 'tls', 'secrets', 'username', 'password'];

function refuseWeakening(options: ConnectOptions): void {
  const given = options as unknown as Unchecked;
  const tls: unknown = given['tls'];
  if (tls === false || tls === null) {
    refuse(
      'MQWARDEN_TLS_REQUIRED',
      'RabbitMQ without TLS is refused',
      'leave tls: false out; use an amqps: URL',
    );
  }
  const hint = 'give tls.ca, the authority that signed the certificate of the broker';
  refuseUnverified([given, tls], hint, process.env);
  refuseUnknownOptions(given, optionNames);
  for (const key of ['service', 'url', 'vhost']) {
    if (typeof given[key] === 'string' && given[key] !== '') continue;
    refuse('MQWARDEN_OPTIONS', `option ${key} is missing`, `give ${key} as text`);
  }
}

/** No message repeats the URL: it may hold a password. */
function endpointOf({ url }: ConnectOptions): URL {
  const parsed = URL.parse(url);
  const hint = 'write it as amqps://rabbitmq.internal:5671';
  if (parsed === null || parsed.hostname === '') refuse('MQWARDEN_OPTIONS', 'option url is not a URL', hint);
  if (parsed.protocol !== 'amqps:') {
    refuse(
      'MQWARDEN_TLS_REQUIRED',
      `a URL that begins with ${parsed.protocol} is refused: only amqps: is encrypted`,
      hint,
    );
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

async function credentialsOf(options: ConnectOptions): Promise<{ username: string; password: string }> {
  const { service, secrets } = options;
  const given = [options.username, options.password];
  if ((secrets === undefined) === given.every((one) => one === undefined)) {
    const hint = 'give secrets, or username and password';
    refuse('MQWARDEN_CREDENTIALS', 'credentials must come from one place', hint);
  }
  refuseGuest(options.username);
  const [username, password] =
    secrets === undefined
      ? given
      : await Promise.all(
          ['username', 'password'].map((field) => secrets.getSecret(`rabbitmq/${service}/${field}`)),
        );
  if (!username || !password) {
    const hint = `rabbitmq/${service} needs a username and a password`;
    refuse('MQWARDEN_CREDENTIALS', `${service} has no complete credential`, hint);
  }
  refuseGuest(username);
  return { username, password };
}

function refuseGuest(username: string | undefined): void {
  if (username !== 'guest') return;
  refuse('MQWARDEN_GUEST', 'the user guest is refused', 'every service has a user of its own');
}

/** amqplib's errors have no code for what matters most here: the broker's words are read. */
function failure(endpoint: string, vhost: string, username: string, error: unknown): MqwardenError {
  const message = messageOf(error);
  const details = { endpoint, cause: error };
  if (message.includes('403') && message.includes('ACCESS')) {
    return new MqwardenError('MQWARDEN_ACCESS_REFUSED', `${endpoint} refused user "${username}"`, {
      ...details,
      hint: 'the stored credential is not the one of the broker',
    });
  }
  if (message.startsWith('Expected ConnectionOpenOk')) {
    return new MqwardenError(
      'MQWARDEN_VHOST_REFUSED',
      `user "${username}" was not let into vhost "${vhost}"`,
      {
        ...details,
        hint: 'the vhost does not exist, or the user has no permission in it',
      },
    );
  }
  return new MqwardenError('MQWARDEN_CONNECTION', `cannot connect to ${endpoint}: ${message}`, {
    ...details,
    hint: 'check the address, tls.ca, and whether the broker demands a client certificate',
  });
}
