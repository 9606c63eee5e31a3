import type { Position } from '../core/errors.ts';
import { positionAt } from '../topology/places.ts';
import type { LintFile } from './rule.ts';

interface Start {
  readonly line: number;
  readonly column: number;
  /** Undefined where something begins that is no service. */
  readonly service: string | undefined;
}

/** Whose lines they are: the service, or other principal, that a position stands in. Pure. */
export function servicesIn(files: readonly LintFile[]): (at: Position) => string | undefined {
  const starts = new Map(files.map((file) => [file.source.file, startsOf(file)]));
  return ({ file, line, column }) => {
    const before = starts
      .get(file)
      ?.findLast((one) => one.line < line || (one.line === line && one.column <= column));
    return before?.service;
  };
}

function startsOf({ root, source }: LintFile): Start[] {
  const starts = [...(root.children ?? [])].flatMap(([key, section]) => {
    const { line, column } = positionAt(source, section.key);
    const within = key === 'services' || key === 'principals' ? [...(section.children ?? [])] : [];
    const services = within.map(([name, place]) => {
      return { ...positionAt(source, place.key), service: String(name) };
    });
    return [{ line, column, service: undefined }, ...services];
  });
  return starts.sort((a, b) => a.line - b.line || a.column - b.column);
}
