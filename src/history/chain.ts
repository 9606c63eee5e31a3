import { createHash } from 'node:crypto';

/** What `prev` is on the first line. */
const nothingBefore = '0'.repeat(64);

/** The end of a log, as far as the next line depends on it. */
export interface Tail {
  /** Hash of the last line, whole or torn. */
  readonly prev: string;
  /** Hash of the last whole line; differs from `prev` where a kill tore the last one. */
  readonly whole: string;
}

/** Sha256 of a line without its line break, in hex. */
export function hashLine(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}

/**
 * One line of the log. Only ASCII: a line that a kill cut in the middle of a character would otherwise not read back as the
 * bytes that were hashed. `resumes` binds the line to the last whole one where torn text stands between.
 */
export function sealLine(entry: Readonly<Record<string, unknown>>, tail: Tail): string {
  const torn = tail.prev === tail.whole ? {} : { resumes: tail.whole };
  const json = JSON.stringify({ ...entry, prev: tail.prev, ...torn });
  return json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export type Verification =
  | { readonly ok: true; readonly lines: number; readonly torn: readonly number[]; readonly last: string }
  /** `line` counts from 1. */
  | { readonly ok: false; readonly line: number; readonly why: string };

/**
 * Checks that nothing was changed, removed, inserted or reordered. Lines torn by a kill are allowed, since the line after
 * them vouches for them and for the one before. Pure. What it cannot see is lines missing at the end: compare `last` with a
 * copy kept elsewhere.
 */
export function verifyChain(text: string): Verification {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const torn: number[] = [];
  let tail: Tail = { prev: nothingBefore, whole: nothingBefore };
  for (const [index, line] of lines.entries()) {
    const hash = hashLine(line);
    const links = linksOf(line);
    if (links === undefined) {
      torn.push(index + 1);
      tail = { prev: hash, whole: tail.whole };
      continue;
    }
    const why = brokenLink(links, tail);
    if (why !== undefined) return { ok: false, line: index + 1, why };
    tail = { prev: hash, whole: hash };
  }
  return { ok: true, lines: lines.length, torn, last: tail.prev };
}

interface Links {
  readonly prev: string;
  readonly resumes?: string | undefined;
}

function brokenLink({ prev, resumes }: Links, tail: Tail): string | undefined {
  if (prev !== tail.prev) return 'the line before it is not the one that it was written after';
  if (tail.prev === tail.whole)
    return resumes === undefined ? undefined : 'a torn line before it was removed';
  return resumes === tail.whole ? undefined : 'a line before the torn one is not the one that was there';
}

/** The links of a whole line; undefined for a torn one, which is never valid JSON since its last brace is missing. */
function linksOf(line: string): Links | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null || !('prev' in entry)) return { prev: '' };
    if (typeof entry.prev !== 'string') return { prev: '' };
    const resumes = 'resumes' in entry && typeof entry.resumes === 'string' ? entry.resumes : undefined;
    return { prev: entry.prev, resumes };
  } catch {
    return undefined;
  }
}

/** The tail of a text that holds the end of a log; `complete` if the text begins where the log does. */
export function tailOf(text: string, complete: boolean): Tail | undefined {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const last = lines.at(-1);
  const sure = complete ? 0 : 1;
  if (last === undefined) return complete ? { prev: nothingBefore, whole: nothingBefore } : undefined;
  for (let index = lines.length - 1; index >= sure; index -= 1) {
    const line = lines[index] ?? '';
    if (linksOf(line) !== undefined) return { prev: hashLine(last), whole: hashLine(line) };
  }
  return complete ? { prev: hashLine(last), whole: nothingBefore } : undefined;
}
