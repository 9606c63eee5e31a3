import { isAbsolute, join, relative, resolve } from 'node:path';
import { parseReference } from '../secrets/reference.ts';
import type { Data } from './document.ts';

/** An environment as it is written in a file of the folder `from`, as a file of the folder `to` must say it. */
export function rebased(environment: Data, from: string, to: string): Data {
  const move = (path: string) => (isAbsolute(path) ? path : moved(path, from, to));
  return mapKeys(environment, (key, value) => {
    if (key === 'secrets') return moveReference(value, move);
    return mapKeys(value, (inner, part) => {
      if (inner === 'tls') return mapKeys(part, (name, path) => (files.has(name) && isText(path) ? move(path) : path));
      if (inner === 'admin' || inner === 'auditor') return mapKeys(part, (name, text) => (name === 'password' ? moveReference(text, move) : text));
      return part;
    });
  });
}

const files: ReadonlySet<string> = new Set(['ca', 'cert', 'key']);

function moved(path: string, from: string, to: string): string {
  const way = relative(resolve(to), resolve(from, path));
  return way === '' ? '.' : join(way);
}

function moveReference(value: Data, move: (path: string) => string): Data {
  const parsed = isText(value) ? parseReference(value) : undefined;
  if (parsed?.ok !== true || parsed.reference.scheme !== 'file') return value;
  const { target, field } = parsed.reference;
  return `file:${move(target)}${field === undefined ? '' : `#${field}`}`;
}

function mapKeys(value: Data, change: (key: string, inner: Data) => Data): Data {
  if (typeof value !== 'object' || value === null || isList(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(key, inner)]));
}

function isText(value: Data): value is string {
  return typeof value === 'string';
}

function isList(value: object): value is readonly Data[] {
  return Array.isArray(value);
}
