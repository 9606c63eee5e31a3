import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { byteLength } from '../../src/brokers/rabbitmq/names.ts';
import { longestPattern } from '../../src/brokers/rabbitmq/patterns/names.ts';
import { bindingKeyPattern, isEveryKey, topicPattern } from '../../src/brokers/rabbitmq/patterns/topic.ts';
import { routes } from './routing.ts';

test('every key can be written in several ways', () => {
  expect(['#', '#.#', '*.#', '#.*', '#.#.*'].filter((key) => !isEveryKey(key))).toEqual([]);
  expect(['', '*', '*.*', '*.*.#', 'a.#', '#.a', '##'].filter(isEveryKey)).toEqual([]);
});

describe('topicPattern, byte for byte', () => {
  const cases: readonly (readonly [keys: readonly string[], pattern: string])[] = [
    [[], '^$'],
    [['order.#'], '^order(\\..*)?$'],
    [['#'], '.*'],
    [['#.#'], '.*'],
    [['order.created'], '^order\\.created$'],
    [['order.*'], '^order\\.[^.]*$'],
    [['*'], '^[^.]+$'],
    [['#.x'], '^(.*\\.)?x$'],
    [['a.#.b'], '^a\\.(.*\\.)?b$'],
    [['*.#'], '^.+$'],
    [[''], '^$'],
    [['b', 'a.*'], '^(a\\.[^.]*|b)$'],
    [['b', '#'], '.*'],
  ];
  test.each(cases)('%j', (keys, pattern) => {
    expect(topicPattern(keys)).toBe(pattern);
  });
});

test('binding keys are text, never expanded', () => {
  expect(bindingKeyPattern(['order.#'])).toBe('^order\\.#$');
  expect(bindingKeyPattern(['b.*', 'a'])).toBe('^(a|b\\.\\*)$');
  expect(bindingKeyPattern([])).toBe('^$');
});

describe('sixty keys with a common beginning', () => {
  const keys = Array.from(
    { length: 60 },
    (_, at) => `order.fulfilment.shipped-${String(at).padStart(2, '0')}`,
  );
  test.each([
    ['literal', keys, topicPattern],
    ['with wildcards', keys.map((key) => `${key}.*.#`), topicPattern],
    ['of bindings', keys, bindingKeyPattern],
  ])('%s fit into the 1,024 bytes that 4.3 takes', (_name, given, compile) => {
    const pattern = compile(given);
    expect(byteLength(pattern)).toBeLessThanOrEqual(longestPattern);
    const expression = new RegExp(pattern);
    for (const key of given) expect(expression.test(key.replace('.*.#', '.x.y'))).toBe(true);
    expect(expression.test('order.fulfilment.shipped-60')).toBe(false);
    expect(expression.test('order.fulfilment.shipped-5')).toBe(false);
  });
});

describe('topicPattern', () => {
  it('matches exactly what an AMQP topic exchange would route', () => {
    const word = fc.constantFrom('*', '#', '', 'a', 'b', 'a+b');
    const keyWord = fc.constantFrom('', 'a', 'b', 'a+b', '*', '#', 'x');
    const pattern = fc.array(word, { maxLength: 5 }).map((parts) => parts.join('.'));
    const key = fc.array(keyWord, { maxLength: 6 }).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(pattern, fc.array(key, { minLength: 1, maxLength: 20 }), (binding, keys) => {
        const compiled = new RegExp(topicPattern([binding]));
        for (const one of keys) {
          expect(`${one} ${String(compiled.test(one))}`).toBe(`${one} ${String(routes(binding, one))}`);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('matches with several keys what any of them matches', () => {
    const pattern = fc
      .array(fc.constantFrom('*', '#', 'a', 'b'), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join('.'));
    const key = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 4 }).map((parts) => parts.join('.'));
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 4 }), key, (patterns, one) => {
        const want = patterns.some((binding) => routes(binding, one));
        expect(new RegExp(topicPattern(patterns)).test(one)).toBe(want);
      }),
    );
  });
});
