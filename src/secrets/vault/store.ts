import { type Position, SecretError } from '../../core/errors.ts';
import { partsOf, type SecretStore, type StoreOptions } from '../store.ts';
import type { Kv } from './kv.ts';
import { placeOf } from './place.ts';

/** `target` is a mount, or a path in one: `secret`, `secret/team-a`. */
export function vaultStore(target: string, at: Position | undefined, options: StoreOptions): SecretStore {
  const base = target.replace(/\/+$/, '');
  const details = { position: at };
  const pathOf = (path: string) => [base, ...partsOf(path).map(encoded)].join('/');
  let opened: Promise<Kv> | undefined;
  const kv = () =>
    (opened ??= kvAt(base, at, options).catch((error: unknown) => {
      opened = undefined;
      throw error;
    }));
  return {
    place: (path) => placeOf(pathOf(path)),
    read: async (path) => (await kv()).read(pathOf(path), details),
    write: async (path, document, expected) => (await kv()).write(pathOf(path), document, expected, details),
  };
}

/** Whoever keeps no secret in Vault loads nothing for it. */
async function kvAt(within: string, at: Position | undefined, options: StoreOptions): Promise<Kv> {
  const { kvFor } = await import('./open.ts');
  return kvFor(within, at, options);
}

/** Vault takes no `..` in a path, and a `/` would begin a part of its own. */
function encoded(part: string): string {
  return encodeURIComponent(part).replace(/^\.|\.(?=\.)/g, '%2E');
}

/** The field of a secret that a reference names. */
export async function vaultSecret(
  target: string,
  field: string,
  at: Position,
  options: StoreOptions,
): Promise<string> {
  const stored = await (await kvAt(target, at, options)).read(target, { position: at });
  const place = placeOf(target);
  if (stored === undefined) {
    const api = /^[^/]+\/data\//.test(target) ? '; leave "data/" out, which only Vault\'s API has' : '';
    throw new SecretError(`nothing is stored at ${place}`, {
      position: at,
      hint: `write it there, or correct the path${api}`,
    });
  }
  const value = Object.hasOwn(stored.document, field) ? stored.document[field] : undefined;
  if (value !== undefined && value !== '') return value;
  const problem = value === undefined ? 'has no text in a field' : 'has an empty field';
  throw new SecretError(`${place} ${problem} ${JSON.stringify(field)}`, {
    position: at,
    hint: 'give the name of one of its fields after "#"',
  });
}
