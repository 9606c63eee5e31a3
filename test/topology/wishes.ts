import type { JsonObject } from '../../src/core/json.ts';

/** What the generators of both brokers' sections share. */

/** One of them, or none where there is none to choose from. */
export function pick<T>(from: readonly T[], at: number): T[] {
  return from.slice(at % Math.max(from.length, 1)).slice(0, 1);
}

/** Without what was not wished for. */
export function given(values: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== null && value !== undefined),
  ) as JsonObject;
}

export function nonEmpty(values: Readonly<Record<string, object>>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => Object.keys(value).length > 0),
  ) as JsonObject;
}
