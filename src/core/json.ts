import { createHash } from 'node:crypto';

/** What a spec is made of: plain data that can be compared, digested, printed and saved in a plan. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** JSON text with object keys sorted at every depth and `undefined` left out, so that equal data gives equal text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    const sorted: [string, unknown][] = Object.entries(inner).sort(([a], [b]) => compareText(a, b));
    return Object.fromEntries(sorted);
  });
}

/** Whether two specs have equal canonical texts, found without making them. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (isList(a) || isList(b)) {
    return isList(a) && isList(b) && a.length === b.length && a.every((item, at) => sameJson(item, b[at]));
  }
  return Object.keys({ ...a, ...b }).every((key) => sameJson(a[key], b[key]));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** `sha256:` and the hex digest of the canonical text of `value`. */
export function digest(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonical(value)).digest('hex')}`;
}

/** By code unit, not by locale: an order that is the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The offset at which JSON.parse stumbled; its own words repeat the text, which nothing that is printed should. */
export function jsonFaultAt(text: string, error: unknown): number {
  const at = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  return at === undefined ? text.length : Number(at);
}
