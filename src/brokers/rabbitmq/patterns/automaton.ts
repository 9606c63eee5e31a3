import { type Bytes, type Node, Undecidable } from './syntax.ts';

/**
 * Patterns as automata: in time linear to pattern and name, they say what a backtracking engine would say after any time. Pure.
 *
 * A state is a step with what it has seen of the end: `$` also stands before one newline at the very end, so that a thread that
 * passed it may take at most that.
 */

type Step =
  | { readonly is: 'take'; readonly bytes: Bytes; readonly next: number }
  | { readonly is: 'fork'; readonly first: number; readonly second: number }
  | { readonly is: 'start' | 'end'; readonly next: number }
  | { readonly is: 'match' };

export interface Automaton {
  readonly steps: readonly Step[];
  readonly entry: number;
}

/** Past so many steps a pattern is not ours, nor any person's. */
const mostSteps = 5000;

export function automatonOf(node: Node): Automaton {
  const steps: Step[] = [{ is: 'match' }];
  return { steps, entry: build(steps, node, 0) };
}

/** From the end backwards, so that each step knows the next one. */
function build(steps: Step[], node: Node, next: number): number {
  switch (node.is) {
    case 'bytes':
      return add(steps, { is: 'take', bytes: node.bytes, next });
    case 'start':
    case 'end':
      return add(steps, { is: node.is, next });
    case 'sequence':
      return node.nodes.reduceRight((after, one) => build(steps, one, after), next);
    case 'choice':
      return node.nodes
        .map((one) => build(steps, one, next))
        .reduceRight((second, first) => add(steps, { is: 'fork', first, second }));
    case 'repeat':
      return repeat(steps, node, next);
  }
}

function repeat(steps: Step[], node: Extract<Node, { is: 'repeat' }>, next: number): number {
  const { least, most, lazy } = node;
  const fork = (into: number, past: number): Step =>
    lazy ? { is: 'fork', first: past, second: into } : { is: 'fork', first: into, second: past };
  let entry = next;
  if (most === Infinity) {
    entry = add(steps, { is: 'match' });
    const body = build(steps, node.node, entry);
    steps[entry] = fork(body === entry ? next : body, next);
  } else {
    for (let at = least; at < most; at += 1) entry = add(steps, fork(build(steps, node.node, entry), next));
  }
  for (let at = 0; at < least; at += 1) {
    const body = build(steps, node.node, entry);
    // Of what is empty there may be any number: it adds no step that would bound it.
    if (body === entry) break;
    entry = body;
  }
  return entry;
}

function add(steps: Step[], step: Step): number {
  if (steps.length >= mostSteps) throw new Undecidable('a pattern that is too large');
  return steps.push(step) - 1;
}

/** What a thread has passed: nothing, `$` with a newline still to come or not, or `$` and that newline. */
const endings = 3;
const newline = 0x0a;

/** Each `step * 3 + ending`: only those that take a byte or match, sorted. */
type Threads = readonly number[];

/** Everything that is reached without a byte. */
function settled({ steps }: Automaton, from: readonly number[], atStart: boolean): Threads {
  const seen = new Set<number>();
  const found: number[] = [];
  const waiting = [...from];
  for (let thread = waiting.pop(); thread !== undefined; thread = waiting.pop()) {
    if (seen.has(thread)) continue;
    seen.add(thread);
    const ending = thread % endings;
    const step = steps[(thread - ending) / endings];
    switch (step?.is) {
      case 'fork':
        waiting.push(step.first * endings + ending, step.second * endings + ending);
        break;
      case 'start':
        if (atStart) waiting.push(step.next * endings + ending);
        break;
      case 'end':
        waiting.push(step.next * endings + Math.max(ending, 1));
        break;
      default:
        found.push(thread);
    }
  }
  return found.sort((a, b) => a - b);
}

/** Where the threads are after a byte. A pattern matches anywhere in a name unless it says otherwise: it may begin at each one. */
function advanced(automaton: Automaton, threads: Threads, byte: number): Threads {
  const moved = threads.flatMap((thread) => {
    const ending = thread % endings;
    if (ending === 2 || (ending === 1 && byte !== newline)) return [];
    const after = ending === 0 ? 0 : 2;
    const step = automaton.steps[(thread - ending) / endings];
    if (step?.is === 'match') return [after];
    return step?.is === 'take' && step.bytes[byte] === true ? [step.next * endings + after] : [];
  });
  return settled(automaton, [...moved, automaton.entry * endings], false);
}

/** What a name can have led to so far. The same for the same threads, with the ways on as they are found. */
interface State {
  readonly threads: Threads;
  readonly isMatch: boolean;
  /** Matched without `$`: whatever follows is matched, too. */
  readonly isCertain: boolean;
  readonly ways: Map<number, State>;
}

export interface Machine {
  readonly automaton: Automaton;
  readonly begin: State;
  next(state: State, byte: number): State;
}

/** States are found as names lead to them; past so many, they are forgotten and found again. */
const mostStates = 2000;

export function machineOf(automaton: Automaton): Machine {
  const known = new Map<string, State>();
  const stateOf = (threads: Threads): State => {
    const key = threads.join();
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= mostStates) {
      for (const state of known.values()) state.ways.clear();
      known.clear();
    }
    // The matching step is the first of all.
    const [first = endings] = threads;
    const state = { threads, isMatch: first < endings, isCertain: first === 0, ways: new Map() };
    known.set(key, state);
    return state;
  };
  return {
    automaton,
    begin: stateOf(settled(automaton, [automaton.entry * endings], true)),
    next(state, byte) {
      const way = state.ways.get(byte) ?? stateOf(advanced(automaton, state.threads, byte));
      state.ways.set(byte, way);
      return way;
    },
  };
}

export function accepts(machine: Machine, name: Uint8Array): boolean {
  let state = machine.begin;
  for (const byte of name) {
    if (state.isCertain) return true;
    state = machine.next(state, byte);
  }
  return state.isMatch;
}

/** Past so much work it is not told. */
const mostWork = 3_000_000;

/** Whether `wide` accepts everything that `narrow` accepts; undefined where telling would take too long. */
export function includes(wide: Machine, narrow: Machine): boolean | undefined {
  const waiting: [State, State][] = [[wide.begin, narrow.begin]];
  const seen = new Set<string>();
  const bytes = representatives([wide.automaton, narrow.automaton]);
  let work = 0;
  for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
    const [outer, inner] = pair;
    if (outer.isCertain) continue;
    if (inner.isMatch && !outer.isMatch) return false;
    const key = `${outer.threads.join()};${inner.threads.join()}`;
    if (seen.has(key)) continue;
    seen.add(key);
    work += bytes.length * (outer.threads.length + inner.threads.length + 1);
    if (work > mostWork) return undefined;
    for (const byte of bytes)
      waiting.push([wide.next(outer, byte), inner.isCertain ? inner : narrow.next(inner, byte)]);
  }
  return true;
}

/** Whether there is a name that all of them accept; undefined where telling would take too long. */
export function overlap(machines: readonly Machine[]): boolean | undefined {
  const waiting = [machines.map(({ begin }) => begin)];
  const seen = new Set<string>();
  const bytes = representatives(machines.map(({ automaton }) => automaton));
  let work = 0;
  for (let states = waiting.pop(); states !== undefined; states = waiting.pop()) {
    const here = states;
    if (here.every(({ isMatch }) => isMatch)) return true;
    const key = here.map(({ threads }) => threads.join()).join(';');
    if (seen.has(key)) continue;
    seen.add(key);
    work += bytes.length * here.reduce((sum, { threads }) => sum + threads.length + 1, 0);
    if (work > mostWork) return undefined;
    for (const byte of bytes)
      waiting.push(machines.map((machine, at) => machine.next(here[at] ?? machine.begin, byte)));
  }
  return false;
}

/** One byte of each kind that the automata tell apart. */
function representatives(automata: readonly Automaton[]): number[] {
  const sets = new Set(
    automata.flatMap(({ steps }) => steps.flatMap((step) => (step.is === 'take' ? [step.bytes] : []))),
  );
  const kinds = new Map<string, number>();
  for (let byte = 0; byte < 256; byte += 1) {
    const kind = [byte === newline, ...[...sets].map((bytes) => bytes[byte])].map(Number).join('');
    if (!kinds.has(kind)) kinds.set(kind, byte);
  }
  return [...kinds.values()];
}

/**
 * Whether an engine that backtracks, as the broker's does, finds the match within so many steps: past its own limit (50,000 from
 * RabbitMQ 4.3 on) it says that there is none.
 */
export function findsSoon({ steps, entry }: Automaton, name: Uint8Array, patience = 10_000): boolean {
  for (let from = 0; from <= name.length; from += 1) {
    let left = patience;
    const waiting: [step: number, at: number][] = [[entry, from]];
    for (let thread = waiting.pop(); thread !== undefined; thread = waiting.pop()) {
      left -= 1;
      if (left < 0) return false;
      const [number, at] = thread;
      const step = steps[number];
      switch (step?.is) {
        case 'fork':
          waiting.push([step.second, at], [step.first, at]);
          break;
        case 'start':
          if (at === 0) waiting.push([step.next, at]);
          break;
        case 'end':
          if (isEnd(name, at)) waiting.push([step.next, at]);
          break;
        case 'take':
          if (at < name.length && step.bytes[name[at] ?? 0] === true) waiting.push([step.next, at + 1]);
          break;
        default:
          return true;
      }
    }
  }
  return false;
}

function isEnd(name: Uint8Array, at: number): boolean {
  return at === name.length || (at === name.length - 1 && name[at] === newline);
}
