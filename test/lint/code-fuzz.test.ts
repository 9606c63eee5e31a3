import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeCode } from '../../src/lint/code/engine.ts';
import { codeRules } from '../../src/lint/code/rules.ts';
import { parseCode } from '../../src/operations/lint/parse.ts';
import { examplesOf } from '../../scripts/docs/examples.ts';

/** Whatever a source file holds, lint ends, and says where. */

const slow = { timeout: 120_000 };
/** No single text of these takes so long, however busy the machine is: only what does not end does. */
const longestMs = 20_000;
const canary = 'canary-5f1c9e7a-horse';

function survives(text: string, file: string): void {
  const started = performance.now();
  const { findings, silenced, lines } = judgeCode(
    { file, text },
    parseCode({ file, text }),
    codeRules,
    '2026-11-24',
  );
  expect(performance.now() - started).toBeLessThan(longestMs);
  const rows = text.split('\n');
  // Of wide lines, none is shown.
  const isShown = (line: number) => lines.has(line) || (rows[line - 1] ?? '').length > 1000;
  expect(findings.every(({ position }) => isShown(position.line))).toBe(true);
  for (const { message, position, related = [] } of [
    ...findings,
    ...silenced.map(({ finding }) => finding),
  ] as typeof findings) {
    expect(message).toMatch(/\S/);
    expect(message).not.toContain(canary);
    for (const place of [position, ...related.flatMap((one) => one.position ?? [])]) {
      const row = rows[place.line - 1];
      expect(row, message).toBeDefined();
      expect(place.column).toBeGreaterThanOrEqual(1);
      expect(place.column, message).toBeLessThanOrEqual((row?.length ?? 0) + 1);
    }
  }
}

const file = fc.constantFrom('a.ts', 'a.tsx', 'a.js', 'a.mjs', 'a.cts');
const examples = codeRules.flatMap(({ id }) => examplesOf(id).map(({ text }) => text));
const piece = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '`',
    "'",
    '"',
    '${',
    '=>',
    '...',
    '?.',
    '!',
    ': ',
    ', ',
    ';',
    '\n',
    '\r',
    '\u2028',
    '\0',
    '\u{1f600}',
    '\ud800',
  ],
  ...[
    '<T>',
    'as const',
    '/* mqwarden-ignore MQC01: x */',
    '// mqwarden-ignore',
    '#!',
    'await ',
    'async ',
    'class A extends ',
    '@d ',
    'enum E { a = ',
  ],
  ...[
    'process.env.X',
    'rejectUnauthorized: false',
    `password: '${canary}'`,
    "'amqp://'",
    "require('amqplib')",
    'new Kafka(',
  ],
);
const expression: fc.Arbitrary<string> = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      'a',
      'b',
      'x',
      'process',
      'undefined',
      'false',
      'null',
      '0',
      "'0'",
      "'amqp://h'",
      "'amqp://'",
      "'plain'",
      "'guest'",
    ),
    fc.constantFrom(
      'process.env.X',
      'a.b',
      "require('kafkajs')",
      'this',
      '(() => undefined)',
      `'${canary}1'`,
    ),
    fc
      .tuple(tie('node'), fc.constantFrom('+', '&&', '||', '??', '===', '!==', ','), tie('node'))
      .map(([l, o, r]) => `(${l} ${o} ${r})`),
    fc
      .tuple(fc.constantFrom('!', 'typeof ', 'await ', 'new ', '...'), tie('node'))
      .map(([o, n]) => `[${o}(${n})]`),
    fc
      .tuple(
        fc.constantFrom(
          'rejectUnauthorized',
          'password',
          'sasl',
          'ssl',
          'brokers',
          'username',
          "['security.protocol']",
        ),
        tie('node'),
      )
      .map(([k, v]) => `({ ${k}: ${v}, ...x })`),
    fc.tuple(tie('node'), tie('node'), tie('node')).map(([t, c, a]) => `(${t} ? ${c} : ${a})`),
    fc
      .tuple(tie('node'), fc.array(tie('node'), { maxLength: 3 }))
      .map(([f, args]) => `(${f})(${args.join(', ')})`),
    tie('node').map((n) => `\`amqp://\${${n}}\``),
  ),
})).node;
const statement = fc
  .tuple(
    fc.constantFrom(
      'const a =',
      'let b =',
      'var x =',
      'x =',
      'a.password =',
      'export default',
      'const { a, b: x } =',
      'logger.info(',
    ),
    expression,
  )
  .map(([start, value]) => `${start} ${value}${start.endsWith('(') ? ')' : ''};`);

test('any text', slow, () => {
  const text = fc
    .array(fc.oneof(piece, fc.string({ unit: 'binary' })), { maxLength: 30 })
    .map((parts) => parts.join(''));
  fc.assert(fc.property(text, file, survives), { numRuns: 1500 });
});

test('an example with anything put in, taken out or cut off', slow, () => {
  const changed = fc
    .tuple(fc.constantFrom(...examples), fc.nat(), fc.nat(40), piece)
    .map(([text, at, gone, put]) => {
      const from = at % (text.length + 1);
      return text.slice(0, from) + put + text.slice(from + gone);
    });
  fc.assert(fc.property(changed, file, survives), { numRuns: 1500 });
});

test('random programs', slow, () => {
  const program = fc.array(statement, { maxLength: 8 }).map((lines) => lines.join('\n'));
  fc.assert(fc.property(program, file, survives), { numRuns: 1500 });
});

test('names that stand for each other, and lists and sums without an end', slow, () => {
  const deep = 3000;
  for (const text of [
    'const a = b, b = a; f({ rejectUnauthorized: a, password: b });',
    `const a = { ${'...a, '.repeat(40)} }; const b = { ${'...a, ...b, '.repeat(40)} sasl: {} }; new (require("kafkajs").Kafka)(b);`,
    'const a = { ...a, sasl: a }; new (require("kafkajs").Kafka)(a);',
    'const a = a.b.c; const { x } = x; f(`amqp://${x}${a}`);',
    `const x = ${"'a' + ".repeat(deep)}'amqp://h';`,
    `const x = ${'`${'.repeat(200)}a${'}`'.repeat(200)};`,
    `const x = ${'('.repeat(deep)}a${')'.repeat(deep)};`,
    `const x = a${'.b'.repeat(deep)}; x${'?.()'.repeat(deep)};`,
    `${'const a = a => '.repeat(200)}a;`,
    `const x = ${'a ? b : '.repeat(500)}c; f({ rejectUnauthorized: x });`,
    Array.from(
      { length: deep },
      (_, at) => `const a${at} = a${at + 1} && { rejectUnauthorized: a${at + 1} };`,
    ).join('\n'),
    Array.from({ length: 30 }, (_, at) => `const a${at} = a${at + 1} ? a${at + 1} : a${at + 1};`).join('\n') +
      'f({ rejectUnauthorized: a0, password: a0 })',
    Array.from({ length: 30 }, (_, at) => `const a${at} = \`\${a${at + 1}}\${a${at + 1}}\`;`).join('\n') +
      'f({ rejectUnauthorized: a0, password: a0 })',
  ])
    survives(text, 'a.js');
});
