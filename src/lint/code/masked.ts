import type { Source } from '../../topology/places.ts';
import { formatsIn, maskedLine, randomIn } from '../secrets.ts';
import { secretsGivenIn } from './properties.ts';
import type { Code } from './rule.ts';
import type { Node } from './tree.ts';

/** Lines of code as they may be shown to anybody. Pure. */

const hidden = '***';

interface Hole {
  readonly from: number;
  readonly to: number;
}

/** Longer ones are generated: nobody reads them, and nobody need look in all of them for secrets. */
const longest = 2000;

/** `numbers` count from 1. What may be a secret is not in them: by the name it is given to, or by what it looks like. */
export function maskedLines(code: Code, source: Source, numbers: readonly number[]): Map<number, string> {
  const lines = new Map<number, string>();
  const holes = numbers.length === 0 ? [] : joined(secretsIn(code));
  for (const number of numbers) {
    const start = source.lineStarts[number - 1];
    const end = source.lineStarts[number] ?? code.text.length;
    if (start === undefined || end - start > longest) continue;
    lines.set(number, shown(code.text.slice(start, end).replace(/[\r\n]+$/, ''), start, holes));
  }
  return lines;
}

/** Of what no parser could read: nothing from the first quote of a line on. */
export function maskedText(text: string, numbers: readonly number[]): Map<number, string> {
  const lines = text.split(/\r?\n/);
  const short = numbers.filter((number) => (lines[number - 1] ?? '').length <= longest);
  return new Map(
    short.map((number) => {
      const line = lines[number - 1] ?? '';
      const plain = line.replace(/(["'`]).*/, (_, quote: string) => `${quote}${hidden}`);
      return [number, maskedLine([plain], 0)];
    }),
  );
}

function shown(line: string, start: number, holes: readonly Hole[]): string {
  const inLine = between(start, start + line.length, holes).map(({ from, to }) => ({
    from: Math.max(0, from - start),
    to: Math.min(line.length, to - start),
  }));
  const sights = [...formatsIn(line), ...randomIn(line)].map(({ at, length }) => ({
    from: at,
    to: at + length,
  }));
  let masked = line;
  let before = line.length + 1;
  // From the end, so that what is before stays where it is; of two that overlap, all of both.
  for (const { from, to } of joined([...inLine, ...sights]).reverse()) {
    if (to > before) continue;
    masked = `${masked.slice(0, from)}${hidden}${masked.slice(to)}`;
    before = from;
  }
  return masked;
}

/** In order, and none in another. */
function joined(holes: readonly Hole[]): Hole[] {
  const sorted = [...holes].sort((a, b) => a.from - b.from);
  const all: Hole[] = [];
  for (const hole of sorted) {
    const last = all.at(-1);
    if (last === undefined || hole.from > last.to) all.push(hole);
    else all[all.length - 1] = { from: last.from, to: Math.max(last.to, hole.to) };
  }
  return all;
}

/** Those of `joined` that have something from `start` on and before `end`: a file may have as many as lines. */
function between(start: number, end: number, holes: readonly Hole[]): readonly Hole[] {
  let [low, high] = [0, holes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((holes[middle]?.to ?? 0) > start) high = middle;
    else low = middle + 1;
  }
  const found: Hole[] = [];
  for (let hole = holes[low]; hole !== undefined && hole.from < end; hole = holes[low]) {
    found.push(hole);
    low += 1;
  }
  return found;
}

function secretsIn(code: Code): Hole[] {
  const values = joined(secretsGivenIn(code).map(({ value }) => rangeOf(value)));
  const comments = code.comments.filter(({ text }) => maskedLine([text], 0) !== text);
  return [
    ...code
      .nodesOf('Literal', 'TemplateLiteral')
      .filter(({ range }) => between(range[0], range[0] + 1, values).length > 0)
      .map(withoutQuotes),
    ...code
      .nodesOf('Literal', 'TemplateElement')
      .filter(({ range }) => looksSecret(code.text.slice(...range)))
      .map((node) => (node.type === 'Literal' ? withoutQuotes(node) : rangeOf(node))),
    ...comments.map(({ text, at }) => ({ from: at, to: at + text.length })),
  ];
}

function looksSecret(text: string): boolean {
  return formatsIn(text).length > 0 || randomIn(text).length > 0;
}

function rangeOf({ range: [from, to] }: Node): Hole {
  return { from, to };
}

function withoutQuotes({ range: [from, to] }: Node): Hole {
  return { from: from + 1, to: Math.max(from + 1, to - 1) };
}
