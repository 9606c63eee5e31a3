import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { compile, covers, mayReach, reach } from '../../src/brokers/rabbitmq/patterns/pattern.ts';
import { dialect } from './dialect.ts';

/** Whether the broker agrees is for fuzz/dialect.test.ts to ask. */
describe('what a pattern matches', () => {
  test.each(dialect)('$pattern', ({ pattern, yes, no }) => {
    expect(compile(pattern).kind).toBe('decided');
    expect(yes.map((name) => [name, reach(pattern, name)])).toEqual(yes.map((name) => [name, 'yes']));
    expect(no.map((name) => [name, reach(pattern, name)])).toEqual(no.map((name) => [name, 'no']));
  });
});

describe('what is not judged', () => {
  const group = 'an option, look-around, or other group that begins with (?';
  const brace = 'a brace, which the engines read differently';
  test.each([
    ['(?i)order', group],
    ['(?i:order)', group],
    ['^(?!amq\\.).*', group],
    ['(?=a)', group],
    ['(?<=a)b', group],
    ['(?<n>a)', group],
    ['(?>a)', group],
    ['(?#a)', group],
    ['(*UTF8)a', 'a verb of the engine: (*…)'],
    ['a(*FAIL)', 'a verb of the engine: (*…)'],
    ['(a)\\1', 'an escape or reference that is not known here: \\1'],
    ['\\bword\\b', 'an escape or reference that is not known here: \\b'],
    ['\\Aa\\z', 'an escape or reference that is not known here: \\A'],
    ['\\Qa.b\\E', 'an escape or reference that is not known here: \\Q'],
    ['\\x61', 'an escape or reference that is not known here: \\x'],
    ['a\\sb', 'an escape or reference that is not known here: \\s'],
    ['a*+', 'a possessive quantifier'],
    ['a{2}+', 'a possessive quantifier'],
    ['a**', 'a quantifier of a quantifier'],
    ['a{2}{3}', 'a quantifier of a quantifier'],
    ['*a', 'a quantifier with nothing to repeat'],
    ['(|+)', 'a quantifier with nothing to repeat'],
    ['^*a', 'a repeated anchor'],
    ['a{,3}', brace],
    ['a{ 1}', brace],
    ['a{b}', brace],
    ['{username}', brace],
    ['a{2,1}', 'a quantifier out of order'],
    ['[[:alpha:]]', 'a class within a class'],
    ['[a[]', 'a class within a class'],
    ['[]a]', 'a class that begins with a bracket'],
    ['[^]a]', 'a class that begins with a bracket'],
    ['[z-a]', 'a range out of order'],
    ['[\\d-z]', 'a range between escapes'],
    ['[a-b-c]', 'a dash inside of a class'],
    ['[é]', 'a class with characters beyond ASCII'],
    ['é+', 'a repeated character beyond ASCII'],
    ['[a', 'an end too early'],
    ['a\\', 'an end too early'],
    ['(a', 'a group that is not closed'],
    ['a)', 'a closing parenthesis too many'],
    ['('.repeat(250) + ')'.repeat(250), 'groups nested too deep'],
    ['(((a{255}){255}){255}){255}', 'a pattern that is too large'],
  ])('%s', (pattern, why) => {
    expect(compile(pattern)).toEqual({ kind: 'undecidable', why });
    expect(reach(pattern, 'a')).toBe('perhaps');
    expect(mayReach(pattern, 'a')).toBe(true);
  });

  it('is what a word is beyond ASCII', () => {
    expect([reach('^\\w+$', 'order_1'), reach('^\\w+$', 'a-b'), reach('^\\w+$', 'é')]).toEqual([
      'yes',
      'no',
      'perhaps',
    ]);
  });

  it('is what the broker could lose patience with, if it would match', () => {
    expect(reach('^((a+)+c|a*b)$', `${'a'.repeat(40)}b`)).toBe('perhaps');
    expect(reach('^((a+)+c|a*b)$', 'a'.repeat(40))).toBe('no');
  });
});

/** Backtracking would take longer than anybody waits; half a second for all of it leaves room for a busy machine. */
test('no pattern takes long', () => {
  const started = performance.now();
  const name = 'a'.repeat(255);
  const hard = [
    '^(a+)+$',
    '^(a|a)*$',
    '^(a|aa)+$',
    '^(.*a){12}$',
    '^(a*)*b',
    `^${'a?'.repeat(200)}${'a'.repeat(200)}$`,
  ];
  expect(hard.map((pattern) => [reach(pattern, `${name}!`), reach(pattern, name)])).toEqual([
    ['no', 'yes'],
    ['no', 'yes'],
    ['no', 'yes'],
    ['no', 'perhaps'],
    ['no', 'no'],
    ['no', 'perhaps'],
  ]);
  expect(covers('^(a|b)*a(a|b){60}$', '^(a|b)*ba(a|b){60}$')).toBe(false);
  expect(compile('((((((){255}){255}){255}){255}){255})').kind).toBe('decided');
  expect(compile('['.repeat(30_000)).kind).toBe('undecidable');
  expect(performance.now() - started).toBeLessThan(5000);
});

const atom = fc.constantFrom(
  'a',
  'b',
  'c',
  '.',
  '\\.',
  '[ab]',
  '[^a]',
  '[a-c]',
  '\\d',
  '\\w',
  '1',
  '(a|b)',
  '(?:ab|)',
  '(a.|b*)c',
  'é',
  '^',
  '$',
);
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '+?', '{2}', '{0,2}', '{1,}');
const sequence = fc
  .array(fc.tuple(atom, quantifier), { maxLength: 5 })
  .map((parts) => parts.map(([one, many]) => ('^$é'.includes(one) ? one : one + many)).join(''));
const pattern = fc
  .tuple(
    fc.constantFrom('', '^'),
    fc.array(sequence, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', '$'),
  )
  .map(([start, parts, end]) => `${start}(${parts.join('|')})${end}`);
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '.', '1', 'é'), maxLength: 8 });

/** JavaScript's engine reads this part alike, if it is given bytes as characters. */
function javascript(of: string, name: string): boolean {
  const bytes = (given: string) => Buffer.from(given, 'utf8').toString('latin1');
  return new RegExp(bytes(of)).test(bytes(name));
}

it('agrees with another engine on random patterns', () => {
  let told = 0;
  fc.assert(
    fc.property(pattern, text, (one, name) => {
      const found = reach(one, name);
      if (found === 'perhaps') return;
      told += 1;
      expect(found).toBe(javascript(one, name) ? 'yes' : 'no');
    }),
    { numRuns: 3000 },
  );
  expect(told).toBeGreaterThan(2000);
});

it('a pattern that covers another matches whatever that matches', () => {
  let covering = 0;
  fc.assert(
    fc.property(pattern, pattern, fc.array(text, { minLength: 10, maxLength: 10 }), (wide, narrow, names) => {
      const is = covers(wide, narrow);
      if (is) covering += 1;
      const beyond = names.filter((name) => reach(narrow, name) === 'yes' && reach(wide, name) === 'no');
      if (is) expect(beyond).toEqual([]);
    }),
    { numRuns: 3000 },
  );
  expect(covering).toBeGreaterThan(300);
});
