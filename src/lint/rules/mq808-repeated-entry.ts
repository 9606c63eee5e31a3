import type { Data } from '../../topology/document.ts';
import { type Place, positionAt, showPath } from '../../topology/places.ts';
import type { FileRule } from '../rule.ts';

export const repeatedEntry: FileRule = {
  id: 'MQ808',
  name: 'repeated-entry',
  severity: 'note',
  summary: 'A list has the same entry twice.',
  why: `It does nothing twice. Who takes one of the two out believes that the service does it no more, or that the name is claimed no more, and the
other one still says so.`,
  instead: 'Each entry once.',
  *inFile({ data, root, source }) {
    if (data === undefined) return;
    for (const { path, first, again } of repeatedIn(data, root, [])) {
      const position = positionAt(source, again.at);
      yield {
        position,
        message: `${showPath(path)}: the same stands there already`,
        hint: 'take one of the two out',
        related: [{ message: 'it stands here, too', position: positionAt(source, first.at) }],
        fix: [{ is: 'remove', at: position }],
      };
    }
  },
};

interface Repeated {
  readonly path: readonly (string | number)[];
  readonly first: Place;
  readonly again: Place;
}

/** What a broker gets as it stands: there, a list may mean what it says twice. */
const verbatim: readonly (string | number)[] = ['arguments', 'definition', 'config'];

function* repeatedIn(value: Data, place: Place, path: Repeated['path']): Generator<Repeated> {
  if (typeof value !== 'object' || value === null || verbatim.includes(path.at(-1) ?? '')) return;
  const list = Array.isArray(value);
  const known = new Map<string, Place>();
  for (const [key, inner] of Object.entries<Data>(value as Readonly<Record<string, Data>>)) {
    const step = list ? Number(key) : key;
    const below = place.children?.get(step);
    if (below === undefined) continue;
    const first = list ? known.get(textOf(inner)) : undefined;
    if (first !== undefined) yield { path: [...path, step], first, again: below };
    else {
      if (list) known.set(textOf(inner), below);
      yield* repeatedIn(inner, below, [...path, step]);
    }
  }
}

/** Large integers have no JSON of their own. */
function textOf(value: Data): string {
  if (typeof value === 'string') return `'${value}`;
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));
}
