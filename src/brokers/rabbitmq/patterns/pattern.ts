import { accepts, automatonOf, findsSoon, includes, type Machine, machineOf, overlap } from './automaton.ts';
import { namesOf } from './parse.ts';
import { type Node, parse, Undecidable } from './syntax.ts';

/** Whether a pattern matches a name, as far as that can be told without the broker. */
export type Reach = 'yes' | 'no' | 'perhaps';

/** A pattern of the broker's dialect: unanchored, on bytes. Pure. */
export type Pattern =
  | {
      readonly kind: 'decided';
      /** `perhaps` where the broker's engine could lose patience, or its tables say what a word is. */
      matches(name: string): Reach;
      readonly machine: Machine;
      /** Repeats within repeats, or words beyond ASCII: what it matches is not what the broker says in every case. */
      readonly doubtful: boolean;
    }
  | { readonly kind: 'undecidable'; readonly why: string };

/** In time linear to pattern and name, whatever they are. An empty pattern matches every name. */
export function compile(pattern: string): Pattern {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  if (compiled.size >= mostKept) compiled.clear();
  const made = compileAnew(pattern);
  compiled.set(pattern, made);
  return made;
}

/** The same pattern is put to many names. */
const compiled = new Map<string, Pattern>();
const mostKept = 200;

function compileAnew(pattern: string): Pattern {
  try {
    const { node, asciiOnly } = parse(pattern);
    const automaton = automatonOf(node);
    const machine = machineOf(automaton);
    const matches = (name: string): Reach => {
      const bytes = Buffer.from(name, 'utf8');
      if (asciiOnly && bytes.length > name.length) return 'perhaps';
      if (!accepts(machine, bytes)) return 'no';
      return findsSoon(automaton, bytes) ? 'yes' : 'perhaps';
    };
    return { kind: 'decided', matches, machine, doubtful: asciiOnly || repeatsRepeats(node) };
  } catch (error) {
    if (error instanceof Undecidable) return { kind: 'undecidable', why: error.message };
    throw error;
  }
}

function repeatsRepeats(node: Node, within = false): boolean {
  switch (node.is) {
    case 'repeat': {
      const endless = node.most === Infinity;
      return (within && endless) || repeatsRepeats(node.node, within || endless);
    }
    case 'sequence':
    case 'choice':
      return node.nodes.some((one) => repeatsRepeats(one, within));
    default:
      return false;
  }
}

/** What a person's pattern says of a name. */
export function reach(pattern: string, name: string): Reach {
  const found = compile(pattern);
  return found.kind === 'decided' ? found.matches(name) : 'perhaps';
}

/** Nothing is overlooked: what cannot be told counts as reached. */
export function mayReach(pattern: string, name: string): boolean {
  return reach(pattern, name) !== 'no';
}

/** Every name, and also what the engine could not judge, if anything. */
const universal: ReadonlySet<string> = new Set(['.*', '^.*', '.*$', '^.*$']);

/**
 * True if everything that `narrow` matches is matched by `wide`, for permissions and topic permissions, where an empty pattern is
 * for nothing. False also where that cannot be told, so it errs towards "a right is lost".
 */
export function covers(wide: string, narrow: string): boolean {
  if (wide === narrow || universal.has(wide) || isNothing(narrow)) return true;
  if (isNothing(wide)) return false;
  const [outer, inner] = [compile(wide), compile(narrow)];
  if (outer.kind === 'undecidable' || inner.kind === 'undecidable') return false;
  if (outer.doubtful || inner.doubtful) return false;
  return includes(outer.machine, inner.machine) === true;
}

/** Whether there is a name that all these patterns match, where an empty pattern is for nothing but the empty name. */
export function meet(patterns: readonly string[]): Reach {
  const all = [...new Set(patterns.map((one) => (one === '' ? '^$' : one)))].filter(
    (one) => !universal.has(one),
  );
  if (all.length < 2) return 'yes';
  const key = JSON.stringify(all.sort());
  const known = met.get(key);
  if (known !== undefined) return known;
  if (met.size >= mostMeetings) met.clear();
  const found = meetAnew(all);
  met.set(key, found);
  return found;
}

/** The same bindings are put to the rights of many. */
const met = new Map<string, Reach>();
const mostMeetings = 20_000;

function meetAnew(all: readonly string[]): Reach {
  const lists = all.map((one) => ({ one, names: namesOf(one) }));
  const [least] = lists
    .filter(({ names }) => names !== undefined)
    .sort((a, b) => (a.names?.size ?? 0) - (b.names?.size ?? 0));
  if (least?.names !== undefined) {
    const others = all.filter((one) => one !== least.one);
    const found = [...least.names].map((name) => others.map((other) => reach(other, name)));
    if (found.some((each) => each.every((one) => one === 'yes'))) return 'yes';
    return found.some((each) => !each.includes('no')) ? 'perhaps' : 'no';
  }
  const decided = all.map(compile).filter((one) => one.kind === 'decided');
  const found = overlap(decided.map(({ machine }) => machine));
  if (found === false) return 'no';
  return found === true && decided.length === all.length && !decided.some(({ doubtful }) => doubtful)
    ? 'yes'
    : 'perhaps';
}

/** The broker takes '' for `^$`, and a topic permission says with it that no key is allowed. */
function isNothing(pattern: string): boolean {
  return pattern === '' || pattern === '^$';
}
