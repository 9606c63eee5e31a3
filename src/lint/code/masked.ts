import type { Source } from '../../topology/places.ts';
import { formatsIn, isSecretKey, maskedLine, randomIn } from '../secrets.ts';
import { givenIn } from './properties.ts';
import type { Code } from './rule.ts';
import { is, isThere, type Node } from './tree.ts';

/** Lines of code as they may be shown to anybody. Pure. */

const hidden = '***';

interface Hole {
  readonly from: number;
  readonly to: number;
}

/** `numbers` count from 1. What may be a secret is not in them: by the name it is given to, or by what it looks like. */
export function maskedLines(code: Code, source: Source, numbers: readonly number[]): Map<number, string> {
  if (numbers.length === 0) return new Map();
  const holes = secretsIn(code);
  const lines = new Map<number, string>();
  for (const number of numbers) {
    const start = source.lineStarts[number - 1];
    if (start === undefined) continue;
    const end = source.lineStarts[number] ?? code.text.length;
    lines.set(number, shown(code.text.slice(start, end).replace(/[\r\n]+$/, ''), start, holes));
  }
  return lines;
}

/** Of what no parser could read: nothing from the first quote of a line on. */
export function maskedText(text: string, numbers: readonly number[]): Map<number, string> {
  const lines = text.split(/\r?\n/);
  return new Map(
    numbers.map((number) => {
      const line = lines[number - 1] ?? '';
      const plain = line.replace(/(["'`]).*/, (_, quote: string) => `${quote}${hidden}`);
      return [number, maskedLine([plain], 0)];
    }),
  );
}

function shown(line: string, start: number, holes: readonly Hole[]): string {
  const inLine = holes
    .filter(({ from, to }) => to > start && from < start + line.length)
    .map(({ from, to }) => ({ from: Math.max(0, from - start), to: Math.min(line.length, to - start) }));
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

function secretsIn(code: Code): Hole[] {
  const given = givenIn(code)
    .filter(({ name }) => isSecretKey(name))
    .map(({ value }) => value);
  const declared = code
    .nodesOf('VariableDeclarator')
    .filter(({ id }) => is(id, 'Identifier') && isSecretKey(id.name))
    .flatMap(({ init }) => (isThere(init) ? [init] : []));
  const texts = code.nodesOf('Literal', 'TemplateLiteral');
  const comments = code.comments.filter(({ text }) => maskedLine([text], 0) !== text);
  const tops = new Set([...given, ...declared]);
  return [
    ...texts.filter((node) => isBelow(node, tops, code)).map(holeOf),
    ...texts.filter((node) => looksSecret(code.text.slice(...node.range))).map(holeOf),
    ...comments.map(({ text, at }) => ({ from: at, to: at + text.length })),
  ];
}

function looksSecret(text: string): boolean {
  return formatsIn(text).length > 0 || randomIn(text).length > 0;
}

function isBelow(node: Node, tops: ReadonlySet<Node>, code: Code): boolean {
  for (let at: Node | undefined = node; at !== undefined; at = code.parentOf(at))
    if (tops.has(at)) return true;
  return false;
}

/** Without the quotes. */
function holeOf({ range }: Node): Hole {
  return { from: range[0] + 1, to: Math.max(range[0] + 1, range[1] - 1) };
}
