/** Patterns as people write them, and as nobody should, and names that they are put to. */
import fc from 'fast-check';
import { nameProblem } from '../../src/brokers/rabbitmq/names.ts';
import { dialect } from '../rabbitmq/dialect.ts';

/** What the engines of RabbitMQ's versions read in ways of their own, or no automaton can tell: to be called undecidable, or right. */
const beyond = [
  '(?i)order',
  '^(?=a).*',
  '^(?!a).*$',
  '.*(?<!b)$',
  'a++b',
  '\\bab\\b',
  '^[[:alpha:]]+$',
  '^(a|b)\\1$',
  '^a{,3}$',
  '\\Aorder\\z',
  '^\\s$',
  '^[é]$',
  '^é+$',
  '^[]a]+$',
  '^(?>a|ab)b$',
  '^\\Qa.b\\E$',
  '^\\x61$',
  '^(?<name>a)b$',
  '^\\p{L}+$',
  '(?#a comment)order',
  '^(?|a|b)$',
  '^a{2}{3}$',
  '^[a-\\d]+$',
  '^\\R$',
  'or\\Kder',
  '^a(?:b|(?i)c)$',
  '^$*a',
  '^.{2,4}?$',
  '^(a|b)*?b$',
  '^\\w+-\\W$',
  '^.$',
  '^[^a]$',
  '',
  '.*',
  '^(((a)))$|^b',
  '^(a{1,3}b){2}$',
];

const atom = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom('a', 'b', 'ab', 'order', '-', '\\.', '.', '#') },
  {
    weight: 8,
    arbitrary: fc.constantFrom('[ab]', '[^a]', '[a-c.]', '\\d', '\\w', '[^.]', '[-a]', '\\D', '[0-9]'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('é', '\\-', '\\s', '\\b', '(?i)', '[[:digit:]]', '(?:', ')', '{', '[a', '\\1'),
  },
);

const quantifier = fc.oneof(
  { weight: 10, arbitrary: fc.constant('') },
  { weight: 3, arbitrary: fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{1,2}', '{2,}') },
  { weight: 1, arbitrary: fc.constantFrom('{,2}', '++', '{0}', '{3,1}') },
);

const { tree } = fc.letrec<{ tree: string; piece: string }>((tie) => ({
  piece: fc
    .tuple(
      fc.oneof(
        { depthSize: 'small' },
        atom,
        tie('tree').map((inner) => `(${inner})`),
        tie('tree').map((inner) => `(?:${inner})`),
      ),
      quantifier,
    )
    .map(([one, times]) => one + times),
  tree: fc
    .array(fc.array(tie('piece'), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })
    .map((choices) => choices.map((pieces) => pieces.join('')).join('|')),
}));

export const patterns: fc.Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...dialect.map(({ pattern }) => pattern), ...beyond) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('^', '^', ''), tree, fc.constantFrom('$', '$', ''))
      .map((parts) => parts.join('')),
  },
);

const text = fc
  .array(fc.constantFrom('a', 'b', 'ab', 'order', '.', '-', 'c', '1', 'A', '#', 'é', '\n'), {
    minLength: 1,
    maxLength: 5,
  })
  .map((parts) => parts.join(''));

/** Of what a person would put to a pattern: what it is for by hand, and what is made of the same letters. */
export const names: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 1, arbitrary: fc.constantFrom(...dialect.flatMap(({ yes, no }) => [...yes, ...no])) },
    { weight: 2, arbitrary: text },
  )
  .filter((name) => nameProblem(name.replaceAll('\n', '')) === undefined && !name.startsWith('amq.'));
