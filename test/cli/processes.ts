/** What the system says of processes, where it has /proc: their argument lists, and what a program left running. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export const hasProc = existsSync('/proc/self/cmdline');

/** Empty for a process that has gone. */
function read(pid: number | string, file: 'cmdline' | 'environ' | 'stat'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** The arguments of a process and of all that it started, as any user of the machine can read them. */
export function argumentLists(pid: number): string {
  return look(pid).lists;
}

export interface Look {
  readonly lists: string;
  /** The variables of all that it started, `NAME=value` each. */
  readonly variables: readonly string[];
}

export function look(pid: number): Look {
  const all = family(pid);
  const below = all.filter((one) => one !== pid);
  return {
    lists: all.map((one) => read(one, 'cmdline').replaceAll('\0', ' ')).join('\n'),
    variables: below.flatMap((one) => read(one, 'environ').split('\0')),
  };
}

/** A process and all that it started. */
function family(pid: number): number[] {
  const parents = new Map(pids().map((one) => [one, parentOf(one)]));
  const isBelow = (one: number | undefined): boolean =>
    one !== undefined && one > 1 && (one === pid || isBelow(parents.get(one)));
  return [...parents.keys()].filter(isBelow);
}

/** Processes whose environment holds `mark`: it is handed down, also to those that outlive their parent. */
export function marked(mark: string): number[] {
  return pids().filter((pid) => read(pid, 'environ').includes(mark));
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function parentOf(pid: number): number | undefined {
  // The second field is a name in parentheses, which may hold anything.
  const fields = read(pid, 'stat').split(') ').at(-1)?.split(' ');
  return fields?.[1] === undefined ? undefined : Number(fields[1]);
}
