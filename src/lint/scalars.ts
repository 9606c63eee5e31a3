import type { Position } from '../core/errors.ts';
import type { Data } from '../topology/document.ts';
import { type Path, type Place, positionAt } from '../topology/places.ts';
import type { LintFile } from './rule.ts';

/** A value that is no list and no mapping, with the way to it. */
export interface Scalar {
  readonly path: Path;
  readonly value: string | number | bigint | boolean | null;
  /** In the text: few are ever asked for their line. */
  readonly at: number;
}

/** Every rule about files asks for them. */
const known = new WeakMap<LintFile, readonly Scalar[]>();

/** All of a file, in its order. */
export function scalarsOf(file: LintFile): readonly Scalar[] {
  const before = known.get(file);
  if (before !== undefined) return before;
  const { data, root } = file;
  const scalars: Scalar[] = [];
  if (data !== undefined) collect(data, root, [], scalars);
  known.set(file, scalars);
  return scalars;
}

/** Where it stands, for people. */
export function positionOf({ source }: LintFile, { at }: Scalar): Position {
  return positionAt(source, at);
}

function collect(value: Data, place: Place, path: Path, into: Scalar[]): void {
  if (typeof value === 'object' && value !== null) {
    const entries: [string | number, Data][] = isList(value)
      ? value.map((item, at) => [at, item])
      : Object.entries(value);
    for (const [step, inner] of entries) {
      const below = place.children?.get(step) ?? place;
      collect(inner, below, [...path, step], into);
    }
    return;
  }
  into.push({ path, value, at: place.at });
}

function isList(value: object): value is readonly Data[] {
  return Array.isArray(value);
}
