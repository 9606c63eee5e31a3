import type { Position } from '../core/errors.ts';
import type { Data } from '../topology/document.ts';
import { type Path, type Place, placeAt, positionAt } from '../topology/places.ts';
import type { LintFile } from './rule.ts';

/** A value that is no list and no mapping, with the way to it. */
export interface Scalar {
  readonly path: Path;
  readonly value: string | number | bigint | boolean | null;
  readonly position: Position;
}

/** All of a file, in its order. */
export function* scalarsOf({ data, root, source }: LintFile): Generator<Scalar> {
  if (data === undefined) return;
  for (const { path, value, place } of below(data, root, [])) {
    yield { path, value, position: positionAt(source, place.at) };
  }
}

type Found = Pick<Scalar, 'path' | 'value'> & { readonly place: Place };

function* below(value: Data, place: Place, path: Path): Generator<Found> {
  if (typeof value !== 'object' || value === null) {
    yield { path, value, place };
    return;
  }
  const entries: [string | number, Data][] = isList(value)
    ? value.map((item, at) => [at, item])
    : Object.entries(value);
  for (const [step, inner] of entries) yield* below(inner, placeAt(place, [step]), [...path, step]);
}

function isList(value: object): value is readonly Data[] {
  return Array.isArray(value);
}
