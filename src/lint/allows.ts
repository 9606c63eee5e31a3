import type { Path } from '../topology/places.ts';
import type { LintFile } from './rule.ts';
import { type Scalar, scalarsOf } from './scalars.ts';

/** A name, or a glob over names, that an owner allows the use of something. */
export interface Allowed extends Scalar {
  readonly file: LintFile;
  readonly value: string;
  /** Who allows it, as it is called in `services` or `principals`. */
  readonly owner: string;
  /** What it may be used for: `topic orders`. */
  readonly what: string;
}

/** All entries of `allow`, on any broker: `services.S.BROKER.KINDS.NAME.allow.USE`, and `services.S.BROKER.serves[N].allow`. */
export function allowsIn(files: readonly LintFile[]): Allowed[] {
  return files.flatMap((file) =>
    scalarsOf(file).flatMap((scalar) => {
      const { path, value } = scalar;
      const [root, owner, , kinds, name, key] = path;
      const isService = root === 'services' || root === 'principals';
      if (!isService || key !== 'allow' || typeof value !== 'string') return [];
      return [{ ...scalar, value, file, owner: String(owner), what: labelOf(kinds, name) }];
    }),
  );
}

function labelOf(kinds: Path[number] | undefined, name: Path[number] | undefined): string {
  return typeof name === 'number' ? 'what it serves' : `${String(kinds).replace(/s$/, '')} ${String(name)}`;
}
