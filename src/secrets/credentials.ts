import type { Credential, Credentials } from '../core/broker.ts';
import { type Position, SecretConflict, SecretError } from '../core/errors.ts';
import { generatePassword } from './generate.ts';
import { supportedStores } from './reference.ts';
import type { SecretStore, StoredDocument } from './store.ts';

export interface CredentialOptions {
  /** Called with each password before it leaves. */
  readonly conceal: (secret: string) => void;
  readonly generate?: () => string;
}

/** Both fields of one version, so that no name goes with the password of another. */
export interface VersionedCredential extends Credential {
  readonly version: string;
}

/** Undefined where nothing is stored. */
export async function readCredential(
  store: SecretStore,
  path: string,
): Promise<VersionedCredential | undefined> {
  const stored = await store.read(path);
  return stored === undefined ? undefined : credentialIn(stored, store.place(path));
}

/** The credential in a document; `place` is for the message. */
export function credentialIn(
  { document, version }: Pick<StoredDocument, 'document' | 'version'>,
  place: string,
): VersionedCredential {
  const { username = '', password = '' } = document;
  if (username !== '' && password !== '') return { username, password, version };
  throw new SecretError(`${place} is not a credential`, {
    hint: 'it must have the texts "username" and "password"; restore it, or move it away',
  });
}

/** The services' credentials in a store. */
export function credentialsIn(
  store: SecretStore,
  { conceal, generate = generatePassword }: CredentialOptions,
): Credentials {
  const read = async (path: string): Promise<Credential | undefined> => {
    const credential = await readCredential(store, path);
    if (credential === undefined) return undefined;
    conceal(credential.password);
    return { username: credential.username, password: credential.password };
  };
  const stored = async (path: string, username: string): Promise<Credential | undefined> => {
    const credential = await read(path);
    return credential === undefined ? undefined : requireUser(credential, username, store.place(path));
  };
  return {
    has: async (path) => (await read(path)) !== undefined,
    read,
    ensure: async (path, username) => {
      const known = await stored(path, username);
      if (known !== undefined) return known;
      const fresh = { username, password: generate() };
      conceal(fresh.password);
      try {
        await store.write(path, fresh, undefined);
        return fresh;
      } catch (error) {
        if (!(error instanceof SecretConflict)) throw error;
      }
      // Another run was faster: its password is the one, and both runs go on with it.
      const winner = await stored(path, username);
      if (winner !== undefined) return winner;
      throw new SecretError(`${store.place(path)} was removed while it was made`, { hint: 'run again' });
    },
  };
}

function requireUser(stored: Credential, username: string, place: string): Credential {
  if (stored.username === username) return stored;
  const names = `${JSON.stringify(stored.username)}, not for ${JSON.stringify(username)}`;
  throw new SecretError(`the credential in ${place} is for the user ${names}`, {
    hint: 'move it away, or give the service its former user name',
  });
}

/**
 * Those in the store that an environment names in `secrets`; `at` is where it does. Without a store nothing is known, and nothing
 * can be made. Reads and writes nothing yet, and does not throw: only a command that needs a credential fails for the lack of a
 * store.
 */
export function credentialsFor(
  openStore: (() => SecretStore) | undefined,
  at: Position,
  options: CredentialOptions,
): Credentials {
  if (openStore === undefined) {
    const hint = `name a store in the environment, such as secrets: ${supportedStores.join(' or ')}`;
    return {
      has: () => Promise.resolve(undefined),
      read: () => Promise.resolve(undefined),
      ensure: (path) =>
        Promise.reject(new SecretError(`no store to keep the credential ${path} in`, { position: at, hint })),
    };
  }
  let opened: Credentials | undefined;
  const open = () => (opened ??= credentialsIn(openStore(), options));
  return {
    has: async (path) => open().has(path),
    read: async (path) => open().read(path),
    ensure: async (path, username) => open().ensure(path, username),
  };
}
