import type { Position } from '../../core/errors.ts';
import type { StoreOptions } from '../store.ts';
import { VaultClient } from './client.ts';
import { connectVault } from './connection.ts';
import { type Kv, kvOf } from './kv.ts';
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

/** The secrets below `within`, a mount or a path in one. */
export function kvFor(within: string, at: Position | undefined, options: StoreOptions): Kv {
  return kvOf(clientFor(options, at), within);
}
