import type { Position } from '../core/errors.ts';

/** The way to a value: keys of mappings and indexes of lists. */
export type Path = readonly (string | number)[];

/**
 * Where a value stands, by its offset in the text: all that is kept of a file's syntax tree, which would take some ten
 * times the memory of the data.
 */
export interface Place {
  /** Of a list or mapping under a key the key, else the value itself. */
  readonly at: number;
  /** The key that the value stands under; the same as `at` for an item of a list. */
  readonly key: number;
  readonly children?: ReadonlyMap<string | number, Place> | undefined;
}

/** A file by its name and the offsets at which its lines start. */
export interface Source {
  readonly file: string;
  readonly lineStarts: readonly number[];
}

export function sourceOf(file: string, text: string): Source {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return { file, lineStarts };
}

/** Line and column (from 1) of an offset; columns count UTF-16 units, as editors do. */
export function positionAt({ file, lineStarts }: Source, offset: number): Position {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { file, line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
}

/** The place at `path`, or the nearest one around it. */
export function placeAt(root: Place, path: Path): Place {
  let place = root;
  for (const step of path) {
    const child = place.children?.get(step);
    if (child === undefined) return place;
    place = child;
  }
  return place;
}

/** A path for a person to read: `services.order-service.rabbitmq.queues["order.queue.payments"].type`. */
export function showPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (/^[\w-]+$/.test(step)) return index === 0 ? step : `.${step}`;
      return `[${JSON.stringify(step)}]`;
    })
    .join('');
}

/** Problems in the order of a reader: by file, then from top to bottom. */
export function byPosition(
  a: { readonly position?: Position | undefined },
  b: { readonly position?: Position | undefined },
): number {
  const [p, q] = [a.position, b.position];
  if (p === undefined || q === undefined) return p === q ? 0 : p === undefined ? -1 : 1;
  if (p.file !== q.file) return p.file < q.file ? -1 : 1;
  return p.line - q.line || p.column - q.column;
}
