/** Sets of names and of routing keys as nobody should choose them, and what lies just beside a name. */
import fc from 'fast-check';
import { byteLength, longestName, nameProblem } from '../../src/brokers/rabbitmq/names.ts';

const part = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('order', 'queue', 'ex', 'a', 'b', 'A', '0', 'n', 'x') },
  { weight: 2, arbitrary: fc.constantFrom(...'.^$|()[]{}*+?\\/-_~ %#&"\',:;<>=@!'.split('')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('é', 'e\u0301', '🦊', '%2F', '\\d', '\\', '[^.]*', '.*', '(?i)', '{2}', '\\Q'),
  },
);

/** Within the 255 bytes of a short string, and addressable. */
const text = (parts: fc.Arbitrary<string>, maxLength: number) =>
  fc.array(parts, { minLength: 1, maxLength }).map((all) => all.join(''));

const name = text(part, 6).filter((one) => nameProblem(one) === undefined && !one.startsWith('amq.'));

/** Some of the names with something behind them: the beginnings of each other. */
const withPrefixes = fc
  .tuple(fc.array(name, { minLength: 1, maxLength: 6 }), fc.array(fc.tuple(fc.nat(), part), { maxLength: 4 }))
  .map(([names, more]) => [...names, ...more.map(([at, end]) => `${names[at % names.length] ?? ''}${end}`)]);

/** So many with a common beginning that they must be factored to fit into a pattern. */
const family = fc
  .record({ head: name, ends: fc.uniqueArray(fc.nat(299), { minLength: 40, maxLength: 120 }), tail: part })
  .map(({ head, ends, tail }) => ends.map((end) => `${head}.service.queue-${end}${tail}`));

const long = fc.tuple(name, fc.constantFrom('z', 'é', '+')).map(([head, filler]) => {
  const room = longestName - byteLength(head);
  return [head, head + filler.repeat(Math.floor(room / byteLength(filler)))];
});

export const nameSets: fc.Arbitrary<string[]> = fc
  .oneof(
    { weight: 1, arbitrary: fc.constant<string[]>([]) },
    { weight: 12, arbitrary: withPrefixes },
    { weight: 4, arbitrary: family },
    { weight: 2, arbitrary: long },
  )
  .map((names) => [...new Set(names)]);

const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('*', '#') },
  { weight: 5, arbitrary: text(part, 2).map((one) => one.replaceAll('.', '')) },
  { weight: 1, arbitrary: fc.constant('') },
);

const keyPattern = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join('.'));

export const keySets: fc.Arbitrary<string[]> = fc
  .oneof(
    { weight: 1, arbitrary: fc.constant<string[]>([]) },
    { weight: 10, arbitrary: fc.array(keyPattern, { minLength: 1, maxLength: 4 }) },
    {
      weight: 2,
      arbitrary: family.map((names) => names.map((one, at) => (at % 3 === 0 ? `${one}.#` : one))),
    },
  )
  .map((keys) => [...new Set(keys)]);

/** What a name is easily taken for: itself, and what differs in one character, at an end, in case, or by a word. */
export function beside(one: string): string[] {
  const characters = Array.from(one);
  const middle = Math.floor(characters.length / 2);
  const changed = [...characters.slice(0, middle), 'q', ...characters.slice(middle + 1)].join('');
  return [
    ...[one, changed, `x${one}`, `${one}x`, `${one}.`, `${one}.x`, `x.${one}`],
    ...[characters.slice(1).join(''), characters.slice(0, -1).join('')],
    ...[
      one.toUpperCase(),
      one.normalize('NFD'),
      one.split('.').slice(0, -1).join('.'),
      `${one}\n`,
      `${one}\n\n`,
    ],
  ];
}

/** A pattern's keys: its wildcards stand for something, or for nothing. */
export function keysOf(pattern: string): string[] {
  const filled = (star: string, many: string[]) =>
    pattern
      .split('.')
      .flatMap((one) => (one === '*' ? [star] : one === '#' ? many : [one]))
      .join('.');
  return [pattern, filled('w', []), filled('w', ['u', 'v']), filled('', []), filled('é~', ['', ''])];
}

/** Each once, as many as fit into a short string; `most` of them, spread over all. */
export function someOf(candidates: readonly string[], most: number): string[] {
  const fitting = [...new Set(candidates)].filter((one) => byteLength(one) <= longestName);
  const step = Math.max(1, fitting.length / most);
  return fitting.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step));
}
