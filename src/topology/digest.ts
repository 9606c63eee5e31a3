import type { Data } from './document.ts';
import type { Unit } from './merge.ts';

/** What a digest of a topology covers. Pure. */

export function dataOf(units: ReadonlyMap<string, Unit>): unknown {
  return Object.fromEntries([...units].map(([name, { data }]) => [name, digestible(data)]));
}

/** The data as written, before any schema, so that nothing that a schema makes of it can hide from the digest. */
export function digestible(data: Data): unknown {
  if (typeof data === 'bigint') return { integer: String(data) };
  if (typeof data !== 'object' || data === null) return data;
  if (Array.isArray(data)) return data.map((item: Data) => digestible(item));
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, digestible(value)]));
}
