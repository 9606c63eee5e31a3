import fc from 'fast-check';
import { expect, test } from 'vitest';
import { namesOfPattern, routingKeysOf, topLevel } from '../../src/brokers/rabbitmq/patterns/inverse.ts';
import { namePattern } from '../../src/brokers/rabbitmq/patterns/names.ts';
import { topicPattern } from '../../src/brokers/rabbitmq/patterns/topic.ts';

const names = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 5,
});
const word = fc.constantFrom('a', 'b+', '*', '#', '', '(', '\\', 'x y', '[^.]*');
const keys = fc.uniqueArray(
  fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('.')),
  { minLength: 1, maxLength: 4 },
);

test('names come back from their pattern', () => {
  fc.assert(
    fc.property(names, (some) => {
      expect([...(namesOfPattern(namePattern(some)) ?? [])].sort()).toEqual([...some].sort());
    }),
  );
});

test('routing keys come back from their pattern, or others that mean the same', () => {
  fc.assert(
    fc.property(keys, (some) => {
      const pattern = topicPattern(some);
      fc.pre(pattern !== '^$' && pattern !== '.*');
      const back = routingKeysOf(pattern);
      expect(back === undefined ? undefined : topicPattern(back)).toBe(pattern);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ['^order(\\..*)?$', ['order.#']],
  ['^(payment\\.captured|payment\\.refused)$', ['payment.captured', 'payment.refused']],
  ['^[^.]*\\.paid$', ['*.paid']],
  ['^order\\.[a-z]+$', undefined],
  ['order', undefined],
  ['^(?i)order$', undefined],
])('%s', (pattern, want) => {
  expect(routingKeysOf(pattern)).toEqual(want);
});

test.each([
  ['^a$|^b$', undefined],
  ['^(b|a)$', undefined],
  ['a', undefined],
  ['^a\\.b$', ['a.b']],
])('names of %s', (pattern, want) => {
  expect(namesOfPattern(pattern)).toEqual(want);
});

test('alternatives are split where they stand side by side', () => {
  expect(topLevel('^(a|b)$|c[|]|d\\|')).toEqual(['^(a|b)$', 'c[|]', 'd\\|']);
});
