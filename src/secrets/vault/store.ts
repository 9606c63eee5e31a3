import { type Position, SecretError } from '../../core/errors.ts';
import { partsOf, type SecretStore, type StoreOptions } from '../store.ts';
import { VaultClient } from './client.ts';
import { connectVault } from './connection.ts';
import { kvOf, placeOf } from './kv.ts';
import { vaultSettings } from './settings.ts';

const defaultTimeoutMs = 10_000;
const clients = new WeakMap<object, VaultClient>();

/** One login for one set of variables, whatever is asked for: a secret id may be good for a single one. */
function clientFor({ variables, timeoutMs, conceal }: StoreOptions, at: Position | undefined): VaultClient {
  const known = clients.get(variables);
  if (known !== undefined) return known;
  const settings = vaultSettings(variables, { position: at });
  const connection = connectVault(settings, timeoutMs ?? defaultTimeoutMs);
  const client = new VaultClient(connection, conceal ?? (() => undefined));
  clients.set(variables, client);
  return client;
}

/** `target` is a mount, or a path in one: `secret`, `secret/team-a`. */
export function vaultStore(target: string, at: Position | undefined, options: StoreOptions): SecretStore {
  const base = target.replace(/\/+$/, '');
  const details = { position: at };
  const pathOf = (path: string) => [base, ...partsOf(path).map(encoded)].join('/');
  let opened: ReturnType<typeof kvOf> | undefined;
  const kv = () => (opened ??= kvOf(clientFor(options, at), base));
  return {
    place: (path) => placeOf(pathOf(path)),
    read: async (path) => kv().read(pathOf(path), details),
    write: async (path, document, expected) => kv().write(pathOf(path), document, expected, details),
  };
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
  const stored = await kvOf(clientFor(options, at), target).read(target, { position: at });
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
