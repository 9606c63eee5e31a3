import type { OnEvent } from './connect-events.ts';
import { checkedOptions, isRecord, refuse, type Tls, type Words } from './connect-policy.ts';

/** What every factory takes, whatever the broker and the client: said and checked in one place. */

/** Where a service's credentials come from: `rabbitmq/order-service/username` and `rabbitmq/order-service/password`. */
export interface SecretSource {
  /** `fresh` after a refused login: what lies in a cache would be refused again. */
  getSecret(path: string, options: { readonly fresh: boolean }): Promise<string>;
}

/** A source of your own, or the name of a store: `file:/run/secrets`, `vault:secret`. */
export type Secrets = SecretSource | string;

export interface ServiceOptions {
  readonly service: string;
  /** `certificate`: the client certificate of `tls` says who it is, and there is no password. Default `password`. */
  readonly auth?: 'password' | 'certificate' | undefined;
  /** Asked at every connect, so that a rotated password is found. Either this or `username` and `password`. */
  readonly secrets?: Secrets | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: Tls | undefined;
}

/** Of a connection that is ours to follow: a client that gets no more than its options has none of it. */
export interface FollowedOptions {
  /** Milliseconds between two looks at the store, while connected; default 15,000. */
  readonly refreshMs?: number | undefined;
  /** How often in a row a login may be refused before it is given up; default 5, and 1 for what cannot change. */
  readonly loginAttempts?: number | undefined;
  /** Told of every connect, reconnect, refusal and end, also before the first connection is there. */
  readonly onEvent?: OnEvent | undefined;
  /** Milliseconds that what is under way may take when an old connection is left; default 30,000. */
  readonly drainMs?: number | undefined;
}

const names = ['service', 'auth', 'secrets', 'username', 'password', 'tls'] as const;

export const followedNames = ['refreshMs', 'loginAttempts', 'onEvent', 'drainMs'] as const;

/** The options of one client: those above, and `more` of its own. Throws PolicyError, before anything is read or sent. */
export function checkedService<T extends ServiceOptions>(
  options: T,
  more: readonly Exclude<keyof T & string, (typeof names)[number]>[],
  words: Words,
  variables: Readonly<Record<string, string | undefined>>,
): T {
  const given = checkedOptions<T>(options, [...names, ...more], words, variables);
  requireText(given, 'service');
  for (const [name, [least, most]] of bounds) refuseOutOf(given, name, least, most);
  refuseSources(given);
  return given;
}

/** Throws PolicyError for an option that is left out, or no text. */
export function requireText<T extends object>(given: T, name: keyof T & string): void {
  const value: unknown = given[name];
  if (typeof value === 'string' && value !== '') return;
  refuse('MQWARDEN_OPTIONS', `option ${name} is missing`, `give ${name} as text`);
}

/** They keep a store from being flooded, and a stop from never coming. */
const bounds = new Map([
  ['refreshMs', [100, 3_600_000]],
  ['loginAttempts', [1, 100]],
  ['drainMs', [0, 3_600_000]],
] as const);

function refuseOutOf(given: object, name: string, least: number, most: number): void {
  const value: unknown = (given as Readonly<Record<string, unknown>>)[name];
  if (value === undefined) return;
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return;
  const hint = `give a whole number from ${least} to ${most}, or leave it out`;
  refuse('MQWARDEN_OPTIONS', `option ${name} is out of bounds`, hint);
}

/** Who it is comes from one place, and is complete. */
function refuseSources({ auth, secrets, username, password, tls }: ServiceOptions): void {
  const way: unknown = auth;
  if (way !== undefined && way !== 'password' && way !== 'certificate') {
    const hint = 'give password, which is the default, or certificate';
    refuse('MQWARDEN_OPTIONS', 'option auth is neither', hint);
  }
  if (auth === 'certificate') {
    if ([secrets, username, password].some((one) => one !== undefined)) {
      const hint = 'with auth: certificate, leave secrets, username and password out';
      refuse('MQWARDEN_CREDENTIALS', 'a certificate says who it is, and a password is given, too', hint);
    }
    if (tls?.cert !== undefined) return;
    refuse('MQWARDEN_CREDENTIALS', 'no certificate is given', 'give tls: { cert, key } of the service');
  }
  if (secrets === undefined) {
    if (username && password) return;
    const hint = 'give secrets, or both username and password';
    refuse('MQWARDEN_CREDENTIALS', 'no complete credential is given', hint);
  }
  if (username !== undefined || password !== undefined) {
    refuse('MQWARDEN_CREDENTIALS', 'credentials must come from one place', 'leave username and password out');
  }
  if (typeof secrets === 'string' && secrets !== '') return;
  if (isRecord(secrets) && typeof secrets['getSecret'] === 'function') return;
  const hint = 'give a store such as file:/run/secrets, or an object with getSecret(path)';
  refuse('MQWARDEN_CREDENTIALS', 'option secrets is neither a store nor a source', hint);
}

/** Whether a certificate is read anew at every connect. */
export function isRenewable({ ca, cert, key }: Tls = {}): boolean {
  return [ca, cert, key].some(
    (one) => typeof one === 'function' || (typeof one === 'string' && !one.includes('-----BEGIN')),
  );
}

/** What was given as it is will be refused again; a store may be ahead of its broker. */
export function attemptsOf(options: Omit<ServiceOptions & FollowedOptions, 'service'>): number {
  const { loginAttempts, secrets, auth, tls } = options;
  const mayChange = auth === 'certificate' ? isRenewable(tls) : secrets !== undefined;
  return loginAttempts ?? (mayChange ? 5 : 1);
}
