import { createHash, X509Certificate } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SecretSource, ServiceOptions } from '../core/connect-options.ts';
import { bareCause, SecretError, SecretOutage } from '../core/errors.ts';
import { readTls } from './pem.ts';
import { credentialPath } from './store.ts';

/**
 * A service's credential, read anew at every connect. Loaded by services: imports nothing that a connection does not need, and
 * a store only when one is named.
 */

export interface Reading {
  /** Of a certificate: its subject. */
  readonly username: string;
  /** Undefined where the certificate says who it is. */
  readonly password: string | undefined;
  /** Another one for every other credential; says nothing of what is in it. */
  readonly version: string;
}

type Credentialed = Pick<ServiceOptions, 'service' | 'auth' | 'secrets' | 'username' | 'password' | 'tls'>;

export type ReadCredential = (options: { readonly fresh: boolean }) => Promise<Reading>;

/** Both fields of one version. Throws SecretError, which never carries what was read. */
export function credentialReader(
  broker: string,
  { service, auth, secrets, username = '', password = '', tls }: Credentialed,
  conceal: (secret: string) => void,
): ReadCredential {
  if (auth === 'certificate') {
    return () => new Promise((resolve) => resolve(readingOf(readTls(tls).cert ?? '')));
  }
  const path = credentialPath({ broker, service });
  const complete = (given: Pair | undefined): Reading => {
    if (!given?.username || !given.password) {
      throw new SecretError(`${service} has no complete credential`, {
        hint: `${path} needs a username and a password`,
      });
    }
    conceal(given.password);
    return { ...given, version: versionOf(given) };
  };
  if (secrets === undefined) return () => Promise.resolve(complete({ username, password }));
  if (typeof secrets === 'string') {
    let store: Promise<ReadPair> | undefined;
    return async () => {
      store ??= openNamed(secrets);
      // A store that could not be opened may be there the next time.
      store.catch(() => (store = undefined));
      return complete(await inTime((await store)(path), path, namedMs));
    };
  }
  return async (options) =>
    complete(await agreed(() => inTime(pairFrom(secrets, path, options), path, ownMs), path));
}

/** `CN=order-service, O=shop`, as certificates are mostly written. */
export function readingOf(cert: string): Reading {
  const username = new X509Certificate(cert).subject.replaceAll('\n', ', ');
  return { username, password: undefined, version: versionOf({ username, password: cert }) };
}

interface Pair {
  readonly username: string;
  readonly password: string;
}
type ReadPair = (path: string) => Promise<Pair | undefined>;

function versionOf({ username, password }: Pair): string {
  return createHash('sha256')
    .update(JSON.stringify([username, password]))
    .digest('base64url');
}

/** Loaded only where a store is named. */
async function openNamed(reference: string): Promise<ReadPair> {
  const { openStore } = await import('./open.ts');
  const store = openStore(reference, undefined, { variables: process.env });
  return async (path) => {
    const { username = '', password = '' } = (await store.read(path))?.document ?? {};
    return { username, password };
  };
}

async function pairFrom(
  source: SecretSource,
  path: string,
  options: { readonly fresh: boolean },
): Promise<Pair> {
  const [username, password] = await Promise.all(
    ['username', 'password'].map(async (field): Promise<unknown> => {
      try {
        return await source.getSecret(`${path}/${field}`, options);
      } catch (error) {
        throw unread(`${path}/${field}`, error);
      }
    }),
  );
  if (typeof username !== 'string' || typeof password !== 'string') {
    const hint = `${path}/username and ${path}/password must be texts`;
    throw new SecretError('getSecret of the option secrets gave no text', { hint });
  }
  return { username, password };
}

/** What a parser says repeats the text, which is the secret; other errors say more than their words to whoever prints them. */
function unread(what: string, error: unknown): SecretError {
  const hint = 'this is what getSecret of the option secrets threw';
  if (error instanceof SyntaxError) {
    return new SecretError(`the secret ${what} cannot be read: what holds it cannot be parsed`, { hint });
  }
  const cause = bareCause(error);
  return new SecretError(`the secret ${what} cannot be read: ${cause.message}`, { hint, cause });
}

const ownMs = 10_000;
/** Stores of ours have bounds of their own, of each request, and words for each. */
const namedMs = 60_000;

/** One that never answers would keep a connection from all that comes after the look at it: its reconnects, too. */
async function inTime<T>(reading: Promise<T>, path: string, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const hint = 'the source of the option secrets does not answer; it is asked again';
    const message = `the credential ${path} was not read within ${ms / 1_000} s`;
    timer = setTimeout(() => reject(new SecretOutage(message, { hint })), ms);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}

const triesMs = 5_000;

/**
 * The first reading that the next one agrees with. Fields that are fetched apart may be of two versions; two readings in a row
 * that agree in both cannot be: neither field changed between them, so at that moment both were of one version.
 */
async function agreed(read: () => Promise<Pair>, path: string): Promise<Pair> {
  const until = performance.now() + triesMs;
  let last = await read();
  for (;;) {
    const next = await read();
    if (next.username === last.username && next.password === last.password) return next;
    if (performance.now() > until) {
      const hint = 'something writes it all the time: no two readings in a row agreed';
      throw new SecretError(`the credential ${path} does not hold still`, { hint });
    }
    last = next;
    // A writer that is busy gets a moment to end.
    await sleep(5);
  }
}
