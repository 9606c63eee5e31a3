import type { Problem } from '../../src/core/errors.ts';

/** A problem as the golden tables have it: `file:line:col: message (hint) [related]`. */
export function show({ message, position, hint, related = [] }: Problem): string {
  const where = (at: Problem['position']) =>
    at === undefined ? 'nowhere' : `${at.file}:${at.line}:${at.column}`;
  const others = related.map((other) => ` [${other.message}: ${where(other.position)}]`).join('');
  return `${where(position)}: ${message}${hint === undefined ? '' : ` (${hint})`}${others}`;
}
