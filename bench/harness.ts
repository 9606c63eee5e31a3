/** Runs programs in turns, and says how they compare. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripTypeScriptTypes } from 'node:module';

const root = fileURLToPath(new URL('..', import.meta.url));
export const bin = join(root, 'bin/mqwarden.js');

export interface Program {
  /** Of `node`. */
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** With which it may end; 0 if nothing else is said. */
  readonly codes?: readonly number[];
}

export interface Run {
  /** The whole process, from before it starts until it has ended. */
  readonly ms: number;
  readonly peakMB: number;
  readonly cpuMs: number;
}

/** Loaded before the program: tells at its end, on a channel of its own, what it took. */
const usage = `process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  process.getBuiltinModule('fs').writeSync(3, JSON.stringify({ peakMB: maxRSS / 1024, cpuMs: (userCPUTime + systemCPUTime) / 1000 }));
})`;
const preload = ['--import', `data:text/javascript,${encodeURIComponent(usage)}`];

/** Runs it to its end, which must be good. */
export async function run({ args, cwd, variables = {}, codes = [0] }: Program): Promise<Run> {
  const since = performance.now();
  const child = spawn(process.execPath, [...preload, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd ?? root, ...variables },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let [told, complaint, last] = ['', '', ''];
  child.stdio[3]?.on('data', (part: Buffer) => (told += part.toString()));
  child.stderr?.on('data', (part: Buffer) => (complaint += part.toString()));
  child.stdout?.on('data', (part: Buffer) => (last = part.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const ms = performance.now() - since;
  if (code === null || !codes.includes(code))
    throw new Error(`${args.join(' ')} ended with ${code ?? 'a signal'}: ${complaint}${last.slice(-2000)}`);
  return { ms, ...(JSON.parse(told) as Omit<Run, 'ms'>) };
}

/** A file of this folder and what it imports of it, without their types: removing those must not count as the floor's time. */
export function withoutTypes(...files: readonly string[]): string {
  const folder = join(root, '.cache/bench');
  mkdirSync(folder, { recursive: true });
  const [first = ''] = files.map((file) => {
    const text = stripTypeScriptTypes(readFileSync(join(import.meta.dirname, file), 'utf8'));
    const plain = join(folder, basename(file, '.ts') + '.mjs');
    writeFileSync(plain, text.replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.mjs'"));
    return plain;
  });
  return first;
}

export interface Pair {
  readonly subject: readonly Run[];
  readonly floor: readonly Run[];
}

/** Both in turns, so that what else the machine does meets them alike; `before` each run is not measured. */
export async function inTurns(
  rounds: number,
  programs: { readonly subject: Program; readonly floor: Program },
  before: () => Promise<void> = () => Promise.resolve(),
): Promise<Pair> {
  const pair = { subject: [] as Run[], floor: [] as Run[] };
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (['subject', 'floor'] as const) : (['floor', 'subject'] as const);
    for (const which of order) {
      await before();
      pair[which].push(await run(programs[which]));
    }
  }
  return pair;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}

export interface Row {
  readonly what: string;
  readonly pair: Pair;
  /** What the figure must not pass. */
  readonly target: { readonly ratio: number } | { readonly moreMs: number };
}

/** A Markdown table of medians; the ratio is the median of the ratios of each round. */
export function table(rows: readonly Row[]): string {
  const seconds = (values: readonly number[]) => `${(median(values) / 1000).toFixed(3)} s`;
  const lines = rows.map(({ what, pair, target }) => {
    const times = (which: keyof Pair) => pair[which].map(({ ms }) => ms);
    const [subject, floor] = [times('subject'), times('floor')];
    const ratio = median(subject.map((ms, round) => ms / (floor[round] ?? Number.NaN)));
    const more = median(subject.map((ms, round) => ms - (floor[round] ?? Number.NaN)));
    const met = 'ratio' in target ? ratio <= target.ratio : more <= target.moreMs;
    const figure = 'ratio' in target ? ratio.toFixed(2) : `+${more.toFixed(0)} ms`;
    const asked = 'ratio' in target ? target.ratio.toFixed(1) : `+${target.moreMs} ms`;
    const peak = Math.max(...pair.subject.map(({ peakMB }) => peakMB));
    return [
      what,
      seconds(subject),
      seconds(floor),
      figure,
      `${asked} ${met ? 'met' : 'MISSED'}`,
      `${peak.toFixed(0)} MB`,
    ];
  });
  const head = ['', 'mqwarden', 'floor', 'compared', 'target', 'peak memory'];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** What it ran on, and how busy that was. */
export function machine(versions: string): string {
  const load = loadavg()[0] ?? 0;
  return `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${versions}, load ${load.toFixed(1)}`;
}
