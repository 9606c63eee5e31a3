import { dirname, resolve } from 'node:path';
import type { Credentials } from '../core/broker.ts';
import { type Position, SecretError } from '../core/errors.ts';
import { fileStore, type FileStoreOptions } from './file-store.ts';
import { parseReference, supportedStores } from './reference.ts';

const hint = `name a store in the environment, such as secrets: ${supportedStores.join(' or ')}`;

/**
 * The store that an environment names in `secrets`; `at` is where it does: a relative folder starts from that file's folder.
 * Without a store nothing is known, and nothing can be made. Reads and writes nothing yet, and does not throw: only a
 * command that needs a credential fails for the lack of a store.
 */
export function credentialsFor(
  store: string | undefined,
  at: Position,
  options: FileStoreOptions,
): Credentials {
  if (store === undefined) {
    return {
      has: () => Promise.resolve(undefined),
      ensure: (path) =>
        Promise.reject(new SecretError(`no store to keep the credential ${path} in`, { position: at, hint })),
    };
  }
  const parsed = parseReference(store);
  if (parsed.ok && parsed.reference.scheme === 'file' && parsed.reference.field === undefined) {
    return fileStore(resolve(dirname(at.file), parsed.reference.target), options);
  }
  const scheme = parsed.ok ? `"${parsed.reference.scheme}:"` : 'this';
  const refuse = () =>
    Promise.reject(
      new SecretError(`a store of credentials by ${scheme} is not supported yet`, { position: at, hint }),
    );
  return { has: refuse, ensure: refuse };
}
