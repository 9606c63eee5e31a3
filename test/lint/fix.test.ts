import { describe, expect, test } from 'vitest';
import type { Edit } from '../../src/core/rule.ts';
import { edited } from '../../src/lint/fix.ts';
import { lintTexts } from '../../src/operations/lint/look.ts';
import { fixedTexts } from '../../src/operations/lint/repair.ts';
import { ruleSet } from '../../src/operations/lint/rules.ts';

const at = (line: number, column: number) => ({ file: 'a.yaml', line, column });
const fix = (text: string, ...edits: readonly Edit[]) => edited({ file: 'a.yaml', text }, edits);

describe('a value', () => {
  test.each([
    ['plain', 'a: one # why\nb: 2\n', 'a: two # why\nb: 2\n', 'one', 'two'],
    ['in single quotes', "a: 'one'\n", "a: 'it''s'\n", 'one', "it's"],
    ['in double quotes', 'a: "one"\n', 'a: "two"\n', 'one', 'two'],
    ['that needs quotes now', 'a: one\n', 'a: "true"\n', 'one', 'true'],
    ['within brackets', 'a: one\nb: [x]', 'a: two\nb: [x]', 'one', 'two'],
    ['with lines of Windows', 'a: one\r\nb: 2\r\n', 'a: two\r\nb: 2\r\n', 'one', 'two'],
    ['that is another by now', 'a: one\n', 'a: one\n', 'three', 'two'],
    ['with an anchor, which others may use', 'a: &x one\nb: *x\n', 'a: &x one\nb: *x\n', 'one', 'two'],
  ])('%s', (_, before, after, from, to) => {
    expect(fix(before, { is: 'replace', at: at(1, 4), from, to })).toBe(after);
  });
});

describe('an entry', () => {
  test.each([
    ['of a mapping', 'a: 1\nb:\n  c: 2\nd: 3\n', at(2, 1), 'a: 1\nd: 3\n'],
    ['with a comment in it', 'a: 1\nb: # why\n  c: 2\nd: 3\n', at(2, 1), 'a: 1\nb: # why\n  c: 2\nd: 3\n'],
    ['with a comment behind it', 'a:\n  - one\n  - two # why\n', at(3, 5), 'a:\n  - one\n  - two # why\n'],
    ['the last of a mapping', 'a: 1\nb: 2\n', at(2, 1), 'a: 1\n'],
    [
      'of a list',
      'a:\n  - one\n  - two\n  # more\n  - three\n',
      at(3, 5),
      'a:\n  - one\n  # more\n  - three\n',
    ],
    [
      'that is an alias',
      'a: [&x one, two]\nb: [*x, three, *x]\n',
      at(2, 16),
      'a: [&x one, two]\nb: [*x, three]\n',
    ],
    ['with an anchor', 'a: [one, &x one]\nb: *x\n', at(1, 10), 'a: [one, &x one]\nb: *x\n'],
    ['of a list in brackets', 'a: [one, two, three]\n', at(1, 10), 'a: [one, three]\n'],
    ['the last in brackets', 'a: [one, two]\n', at(1, 10), 'a: [one]\n'],
    ['of a mapping in braces', 'a: { b: 1, c: 2 }\n', at(1, 6), 'a: { c: 2 }\n'],
    ['the only one: something must be left', 'a:\n  b: 1\n', at(2, 3), 'a:\n  b: 1\n'],
    ['at a place where none begins', 'a: 1\nb: 2\n', at(1, 2), 'a: 1\nb: 2\n'],
  ])('%s', (_, before, position, after) => {
    expect(fix(before, { is: 'remove', at: position })).toBe(after);
  });
});

test('a comment goes, with its line where it has one of its own', () => {
  expect(
    fix('a: 1 # one\n# two\nb: 2\n', { is: 'uncomment', at: at(1, 6) }, { is: 'uncomment', at: at(2, 1) }),
  ).toBe('a: 1\nb: 2\n');
});

test('a comment becomes another', () => {
  expect(fix('a: 1 # one\r\nb: 2\n', { is: 'uncomment', at: at(1, 6), to: '# two' })).toBe(
    'a: 1 # two\r\nb: 2\n',
  );
});

test('edits that overlap are not made at once', () => {
  const text = 'a: 1\nb: { c: one, d: 2 }\n';
  const edits: Edit[] = [
    { is: 'remove', at: at(2, 1) },
    { is: 'replace', at: at(2, 9), from: 'one', to: 'two' },
  ];
  expect(fix(text, ...edits)).toBe('a: 1\n');
});

test('nothing is edited in what cannot be read', () => {
  expect(fix('a: "one\n', { is: 'replace', at: at(1, 4), from: 'one', to: 'two' })).toBe('a: "one\n');
});

test('what is found is repaired, round by round, and the rest stays as it is', async () => {
  const set = await ruleSet();
  const text = `# Where it lands.
version: 1
name: shop
environments:
  production:
    rabbitmq:
      managementUrl:   "http://rabbitmq.internal:15672"   # old
      amqpsUrl: amqp://rabbitmq.internal:5672
      vhost: production
      admin: { username: provisioner, password: file:/run/secrets/rabbitmq }
services:
  # mqwarden-ignore MQ106: it was needed once
  order-service: { owner: orders-team, rabbitmq: {} }
`;
  const look = (texts: Parameters<typeof lintTexts>[0]) =>
    lintTexts(texts, set, { variables: {}, today: '2026-11-24' });
  const { texts, fixed } = fixedTexts([{ file: 'a.yaml', text }], look);
  expect(texts[0]?.text).toBe(
    text
      .replace('"http://rabbitmq.internal:15672"', '"https://rabbitmq.internal:15671"')
      .replace('amqp://rabbitmq.internal:5672', 'amqps://rabbitmq.internal:5671')
      .replace('  # mqwarden-ignore MQ106: it was needed once\n', ''),
  );
  expect(fixed).toBeGreaterThanOrEqual(2);
});
