import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { byteLength } from '../../src/brokers/rabbitmq/names.ts';
import { escapePattern, longestPattern, namePattern } from '../../src/brokers/rabbitmq/patterns/names.ts';
import { namesOf } from '../../src/brokers/rabbitmq/patterns/parse.ts';
import { covers } from '../../src/brokers/rabbitmq/patterns/pattern.ts';

describe('namePattern, byte for byte', () => {
  const cases: readonly (readonly [names: readonly string[], pattern: string])[] = [
    [[], '^$'],
    [['a.b'], '^a\\.b$'],
    [['b', 'a'], '^(a|b)$'],
    [['a', 'a'], '^a$'],
    [['order.exchange.events', 'amq.default'], '^(amq\\.default|order\\.exchange\\.events)$'],
    [['\\.^$|()[]{}*+?'], '^\\\\\\.\\^\\$\\|\\(\\)\\[\\]\\{\\}\\*\\+\\?$'],
    [['a/b-c_d:e é#~@ %'], '^a/b-c_d:e é#~@ %$'],
  ];
  test.each(cases)('%j', (names, pattern) => {
    expect(namePattern(names)).toBe(pattern);
  });
});

const names = fc.uniqueArray(
  fc
    .oneof(
      fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }),
      fc
        .tuple(fc.constantFrom('order', 'pay*ment'), fc.constantFrom('queue', 'ex(change'), fc.nat(500))
        .map((parts) => parts.join('.')),
    )
    .filter((name) => name.isWellFormed()),
  { minLength: 1, maxLength: 120 },
);

describe('namePattern', () => {
  it('is read back to exactly its names, also when prefixes are factored out', () => {
    fc.assert(
      fc.property(names, (given) => {
        expect([...(namesOf(namePattern(given)) ?? [])].sort()).toEqual([...given].sort());
      }),
    );
  });

  it('matches its names and nothing near them', () => {
    fc.assert(
      fc.property(names, (given) => {
        const pattern = new RegExp(namePattern(given));
        const known = new Set(given);
        for (const name of given) {
          expect(pattern.test(name)).toBe(true);
          expect(pattern.test(`${name}x`)).toBe(known.has(`${name}x`));
          expect(pattern.test(name.slice(1))).toBe(known.has(name.slice(1)));
        }
      }),
    );
  });

  it('is read back within bounds, whatever was written by hand', () => {
    expect(namesOf(`^${'(a|b)'.repeat(14)}${'x'.repeat(30_000)}$`)).toBeUndefined();
    expect(namesOf(`^${'('.repeat(10_000)}${')'.repeat(10_000)}$`)).toBeUndefined();
  });

  it('is the same whatever the order of the names', () => {
    fc.assert(
      fc.property(names, (given) => {
        expect(namePattern([...given].reverse())).toBe(namePattern(given));
      }),
    );
  });

  it('factors only where it must, and then fits more names into 1,024 bytes', () => {
    const few = Array.from({ length: 20 }, (_, at) => `order.queue.payments-${at}`);
    expect(namePattern(few)).toBe(`^(${[...few].sort().map(escapePattern).join('|')})$`);
    const many = Array.from({ length: 200 }, (_, at) => `order.queue.payments-${at}`);
    expect(byteLength(namePattern(many))).toBeLessThan(longestPattern);
  });
});

describe('namesOf', () => {
  test.each([
    ['^$', ['']],
    ['', ['']],
    ['^a(b|c(d|))$', ['ab', 'acd', 'ac']],
    ['^(?:a)$', ['a']],
  ])('%s is the set %j', (pattern, want) => {
    expect([...(namesOf(pattern) ?? ['undecided'])]).toEqual(want);
  });
  test.each([
    'a',
    '^a',
    '.*',
    '^a.*$',
    '^a|b$',
    '^\\d$',
    '^[ab]$',
    '^a+$',
    '^(a$',
    '^a)$',
    '^a\\$',
    '(?i)^a$',
    '^(?=a)$',
    '^(?i:a)$',
    '^(*F)a$',
  ])('%s cannot be told', (pattern) => {
    expect(namesOf(pattern)).toBeUndefined();
  });
});

describe('covers', () => {
  const cases: readonly (readonly [wide: string, narrow: string, want: boolean])[] = [
    ['^(a|b)$', '^a$', true],
    ['^a$', '^(a|b)$', false],
    ['.*', '(?i)anything', true],
    ['^order\\..*|^a$', '^order\\..*', true],
    ['^order\\..*', '^order\\..*|^a$', false],
    ['^a$', '^$', true],
    ['^$', '^a$', false],
    ['^a.*$', '^ab$', true],
    ['^(order\\.[^.]*|payment\\.captured)$', '^order\\.[^.]*$', true],
    ['^order\\.[^.]*$', '^(order\\.[^.]*|payment\\.captured)$', false],
    ['^(a(\\..*)?|b\\.[^.]*|c)$', '^(a(\\..*)?|c)$', true],
    ['^order(\\..*)?$', '^order\\.created$', true],
    ['^order\\.[^.]*$', '^order\\.a\\.b$', false],
    ['^x\\.(a\\.[^.]*|b(c|d))$', '^(x\\.a\\.[^.]*|x\\.bd)$', true],
    ['^(|a)$', '^a$', true],
    ['^a$', '^(|a)$', false],
    ['^a$', 'a|', false],
    ['', '^a$', false],
    ['^a$', '', true],
    ['^q$|(?:^audit\\..*)', '(?:^audit\\..*)', true],
    ['^(a|b)*$', '^a$', true],
    ['^a$', '^(a|b)*$', false],
    ['^[z-a]$', '^b$', false],
    ['^a\\d$', '^a1$', true],
    ['^a\\w$', '^a1$', false],
    ['^order\\..*', '^order\\.queue\\..*', true],
    ['^order\\.queue\\..*', '^order\\..*', false],
    ['^o', '^order$', true],
    ['a.*z', '^a[0-9]{1,3}z$', true],
    ['^(a+)+$', '^a$', false],
    ['^a$', '^a$|(?i)b', false],
    ['(?i)a', 'a', false],
    ['.*', 'a{,3}', true],
    ['^[^.]$', '^é$', false],
    ['^order\\.queue\\..*|^(x|y)$', '^order\\.queue\\..*|^y$', true],
  ];
  test.each(cases)('%s over %s: %s', (wide, narrow, want) => {
    expect(covers(wide, narrow)).toBe(want);
  });
});
