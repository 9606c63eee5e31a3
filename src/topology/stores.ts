import { dirname, join } from 'node:path';
import type { EnvironmentDeclaration, Topology } from './topology.ts';

/**
 * The place that an environment keeps credentials in, the same for all ways of writing it: a folder is looked up from the file that
 * names it, and variables have upper-case names. Undefined where it has no store.
 */
export function storePlace(
  topology: Pick<Topology, 'locate'>,
  { name, secrets: store }: Pick<EnvironmentDeclaration, 'name' | 'secrets'>,
): string | undefined {
  if (store?.startsWith('env:') === true) return store.toUpperCase();
  if (store?.startsWith('file:') !== true) return store?.replace(/\/+$/, '');
  const { file } = topology.locate(['environments', name, 'secrets']);
  const folder = store.slice('file:'.length);
  const whole = folder.startsWith('/') ? join(folder, '.') : join(dirname(file), folder, '.');
  return `file:${whole.replace(/\/+$/, '')}`;
}
