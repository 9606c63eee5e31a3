import { dirname, resolve } from 'node:path';
import { type Position, SecretError } from '../core/errors.ts';
import { awsStore } from './aws/store.ts';
import { envStore } from './env-store.ts';
import { execStore } from './exec.ts';
import { fileStore } from './file-store.ts';
import { parseReference, storeProblem, supportedStores } from './reference.ts';
import type { SecretStore, StoreOptions } from './store.ts';
import { vaultStore } from './vault/store.ts';

/**
 * The store that `reference` names, such as `file:credentials`. `at` is where the reference stands: a relative folder starts from
 * that file's; without it, from the folder that the process runs in. Reads and writes nothing yet.
 */
export function openStore(reference: string, at: Position | undefined, options: StoreOptions): SecretStore {
  const parsed = parseReference(reference);
  const hint = `write ${supportedStores.join(' or ')}`;
  const problem = parsed.ok ? storeProblem(parsed.reference) : parsed.problem;
  if (!parsed.ok || problem !== undefined) {
    throw new SecretError(`a store of secrets ${problem ?? ''}`, { position: at, hint });
  }
  const { scheme, target } = parsed.reference;
  switch (scheme) {
    case 'file':
      return fileStore(resolve(at === undefined ? '.' : dirname(at.file), target));
    case 'env':
      return envStore(target, options.variables);
    case 'aws-sm':
      return awsStore(target, at, options);
    case 'vault':
      return vaultStore(target, at, options);
    case 'exec':
      return execStore(target, at, options);
  }
}
