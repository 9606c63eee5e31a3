import { describe, expect, it } from 'vitest';
import { judgeCode } from '../../src/lint/code/engine.ts';
import { codeRules } from '../../src/lint/code/rules.ts';
import { parseCode } from '../../src/operations/lint/parse.ts';

/** What the engine makes of what rules find in code. The rules themselves: rules.test.ts. */

const look = (text: string, file = 'src/a.ts') =>
  judgeCode({ file, text }, parseCode({ file, text }), codeRules, '2026-11-24');
const weak = 'export const options = { rejectUnauthorized: false };\n';

describe('a comment', () => {
  const rulesIn = (text: string) => look(text).findings.map(({ rule }) => rule);

  it('ignores its own line, or the next one that is no comment', () => {
    expect(rulesIn(weak.replace('\n', ' // mqwarden-ignore MQC01: a laboratory\n'))).toEqual([]);
    expect(rulesIn(`/* mqwarden-ignore unverified-tls: a laboratory */\n// More.\n\n${weak}`)).toEqual([]);
    expect(rulesIn(`// mqwarden-ignore MQC01 until 2999-01-01: soon gone\n${weak}`)).toEqual([]);
    expect(rulesIn(`// mqwarden-ignore MQC01: a laboratory\nf();\n${weak}`)).toEqual(['MQ013', 'MQC01']);
  });

  it.each([
    ['no reason', '// mqwarden-ignore MQC01', 'MQ011'],
    ['no rule', '// mqwarden-ignore: because', 'MQ010'],
    ['a rule of topologies', '// mqwarden-ignore MQ101: because', 'MQ012'],
    ['a day that has passed', '// mqwarden-ignore MQC01 until 2020-01-01: because', 'MQ014'],
  ])('with %s is a finding of its own', (_, comment, rule) => {
    expect(rulesIn(`${comment}\n${weak}`)).toEqual([rule, 'MQC01']);
    expect(rulesIn(`const text = '${comment}';\n${weak}`)).toEqual(['MQC01']);
  });
});

it('ignores with the reason that is given', () => {
  const { findings, silenced } = look(weak.replace('\n', ' // mqwarden-ignore MQC01: a laboratory\n'));
  expect(findings).toEqual([]);
  expect(silenced).toMatchObject([{ by: 'comment', reason: 'a laboratory', finding: { rule: 'MQC01' } }]);
});

it.each(['src/a.test.ts', 'test/a.ts', 'src/__tests__/a.js', 'fixtures/a.cjs', 'src\\e2e\\a.ts'])(
  'only looks for secrets in tests: %s',
  (file) => {
    expect(look(weak, file).findings).toEqual([]);
    expect(look(weak, file.replace(/test|fixtures|e2e/g, 'latest')).findings).toHaveLength(1);
  },
);

describe('what names stand for is followed in time', () => {
  const doubled = (first: string, next: (before: string) => string) =>
    Array.from({ length: 40 }, (_, at) => `const a${at + 1} = ${next(`a${at}`)};\n`).reduce(
      (all, line) => all + line,
      `const a0 = ${first};\n`,
    );
  const use = `import amqp from 'amqplib'; import tls from 'node:tls';
    amqp.connect(a40); tls.connect({ rejectUnauthorized: a40, [a40]: false }); tls.connect(a40);\n`;

  it.each([
    ['texts of texts', doubled("'x'", (before) => `\`\${${before}}\${${before}}\``)],
    ['choices of choices', doubled('false', (before) => `x ? ${before} : ${before}`)],
    ['objects of objects', doubled('1', (before) => `{ x: ${before}, y: ${before} }`)],
    ['keys of keys', doubled("'a'", (before) => `{ [${before}]: 'a', b: 'a' }[${before}]`)],
    ['itself', 'const a40 = { b: a40, [a40]: `${a40}` };\n'],
    ['its own key', "const o = { a: 'x' }; const a40 = o[a40];\n"],
  ])('though they are %s', (_, names) => {
    const from = performance.now();
    const { findings } = look(names + use);
    expect(findings.map(({ rule }) => rule)).toContain('MQC11');
    expect(performance.now() - from).toBeLessThan(5_000);
  });
});

describe('however a file nests', () => {
  const many = 10_000;
  const around = (open: string, inner: string, close: string) =>
    `x = ${open.repeat(many)}${inner}${close.repeat(many)};`;

  it.each([
    ['lists', around('[', '', ']')],
    ['objects', around('{ a: ', '1', '}')],
    ['parentheses', around('(', '1', ')')],
    ['calls', around('f(', '1', ')')],
    ['functions', around('a => ', '1', '')],
    ['templates', around('`${', '1', '}`')],
    ['sums', around('a + ', '1', '')],
    ['sums to the right', around('a + (', '1', ')')],
    ['choices', around('a ? b : ', 'c', '')],
    ['negations', around('!', 'a', '')],
    ['assignments', around('a = ', '1', '')],
    ['blocks', `${'{'.repeat(many)}${'}'.repeat(many)}`],
    ['patterns', `const ${'['.repeat(many)}a${']'.repeat(many)} = 1;`],
    ['conditions', `${'if (a) '.repeat(many)}b;`],
    ['other conditions', `${'if (a) {} else '.repeat(many)}b;`],
    ['types', `type A = ${'B<'.repeat(many)}C${'>'.repeat(many)};`],
  ])('what is not looked at is told, with its place: %s', (_, text) => {
    const { findings } = look(`${text}\n`);
    expect(findings.filter(({ rule }) => rule !== 'MQC00')).toEqual([]);
    for (const { position, message } of findings) {
      expect(position).toMatchObject({ file: 'src/a.ts', line: 1 });
      expect(message).toBe('the code is nested too deeply to be read');
    }
  });
});

it.each([
  ['calls', 'a', '.b()'],
  ['properties', 'a', '.b'],
  ['names that are looked up', 'a', '.b(options, process.env.X)'],
  ['optional calls', 'a', '?.b?.()'],
  ['templates', 'a', '`${options}`'],
])('a chain as long as a file takes no longer than its length: %s', (_, start, link) => {
  const from = performance.now();
  // Climbed once for each of its links, it takes half a minute and more on a quiet machine.
  const { findings } = look(
    `import amqp from 'amqplib';\n${weak}amqp.connect(${start}${link.repeat(20_000)});\n`,
  );
  expect(findings.map(({ rule }) => rule)).toEqual(['MQC01', 'MQC11']);
  expect(performance.now() - from).toBeLessThan(20_000);
});

const names = Array.from({ length: 250 }, (_, at) => `const a${at + 1} = a${at};\n`).join('');

it.each([
  ['names of names, used often', names + 'f({ rejectUnauthorized: a250, password: a250 });\n'.repeat(4000)],
  [
    'names that stand for each other',
    `const a = b, b = a;\n${'f({ password: a, username: b });\n'.repeat(4000)}`,
  ],
  ['many blocks', `${'{ let v = 1;'.repeat(400)}${'x.y(z);\n'.repeat(20_000)}${'}'.repeat(400)}`],
  [
    'keys of what all objects have',
    "f({ __proto__: { password: 'x' }, constructor: 1, ['__proto__']: 2 });\n".repeat(2000),
  ],
  [
    'modules called so',
    "new (require('__proto__').constructor)(); require('toString').connect({ valueOf });\n",
  ],
  ['long keys', `const k = '${'p'.repeat(9000)}password';\n${'f({ [k]: 1 });\n'.repeat(4000)}`],
  ['many templates', 'f(`${a}${b}://${c}`);\n'.repeat(20_000)],
  ['a long text', `x = '${'a'.repeat(1_900_000)}';`],
  ['a long number', `x = ${'9'.repeat(1_900_000)};`],
])('a file may be hostile: %s', (_, text) => {
  const from = performance.now();
  expect(look(`${text}\n`).findings).toEqual([]);
  expect(performance.now() - from).toBeLessThan(20_000);
});

it('shows no line that is wider than people read, and looks into it', () => {
  const { findings, lines } = look(`${'f();'.repeat(1000)}${weak}${weak}`);
  expect(findings.map(({ position }) => position.line)).toEqual([1, 2]);
  expect([...lines.keys()]).toEqual([2]);
});
