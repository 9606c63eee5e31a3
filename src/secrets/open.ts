import { dirname, resolve } from 'node:path';
import { type Position, SecretError } from '../core/errors.ts';
import { envStore } from './env-store.ts';
import { fileStore } from './file-store.ts';
import { parseReference, supportedStores } from './reference.ts';
import type { SecretStore } from './store.ts';

export interface StoreOptions {
  /** Of the process: where a store finds its address, and who it is asked as. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Milliseconds that one request may take; 10 seconds, if not given. */
  readonly timeoutMs?: number | undefined;
}

/**
 * The store that `reference` names, such as `file:credentials`. `at` is where the reference stands: a relative folder starts from
 * that file's; without it, from the folder that the process runs in. Reads and writes nothing yet.
 */
export function openStore(reference: string, at: Position | undefined, options: StoreOptions): SecretStore {
  const parsed = parseReference(reference);
  const hint = `write ${supportedStores.join(' or ')}`;
  if (!parsed.ok || parsed.reference.field !== undefined) {
    throw new SecretError('this is not the reference of a store of secrets', { position: at, hint });
  }
  const { scheme, target } = parsed.reference;
  switch (scheme) {
    case 'file':
      return fileStore(resolve(at === undefined ? '.' : dirname(at.file), target));
    case 'env':
      return envStore(target, options.variables);
    default:
      throw new SecretError(`a store of secrets by "${scheme}:" is not supported yet`, {
        position: at,
        hint,
      });
  }
}
