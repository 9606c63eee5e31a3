import { join } from 'node:path';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it, test } from 'vitest';
import plugin, { configs, rules } from '../../src/eslint-plugin.ts';
import { judgeCode } from '../../src/lint/code/engine.ts';
import { codeRules } from '../../src/lint/code/rules.ts';
import { parseCode } from '../../src/operations/lint/parse.ts';
import { examplesOf } from '../../scripts/docs/examples.ts';

/** ESLint itself, with its own parser and with typescript-eslint's, finds what lint finds, at the same places. */

const linter = new Linter({ configType: 'flat', cwd: import.meta.dirname });

interface Seen {
  readonly rule: string;
  readonly line: number;
  readonly column: number;
}
const byPlace = (a: Seen, b: Seen) => a.line - b.line || a.column - b.column || (a.rule < b.rule ? -1 : 1);

function inEslint(text: string, file: string, parser?: Linter.Parser): readonly Seen[] {
  const messages = linter.verify(
    text,
    [
      {
        ...configs.all,
        files: ['**/*.{ts,tsx,js}'],
        linterOptions: { reportUnusedDisableDirectives: 'off' },
        languageOptions: {
          ...(parser === undefined ? {} : { parser }),
          parserOptions: { ecmaFeatures: { jsx: true, globalReturn: false } },
        },
      },
    ],
    join(import.meta.dirname, file),
  );
  expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
  return messages
    .map(({ ruleId, line, column }) => ({ rule: (ruleId ?? '').replace('mqwarden/', ''), line, column }))
    .sort(byPlace);
}

function inLint(text: string, file: string): readonly Seen[] {
  const { findings } = judgeCode({ file, text }, parseCode({ file, text }), codeRules, '2026-11-24');
  return findings
    .map(({ name, position }) => ({ rule: name, line: position.line, column: position.column }))
    .sort(byPlace);
}

const typescript = tseslint.parser as Linter.Parser;
const examples = codeRules.flatMap(({ id }) =>
  examplesOf(id).map((example) => ({ ...example, id, file: `${example.name}.${example.language}` })),
);

describe('the examples', () => {
  it('are found as lint finds them, in TypeScript', () => {
    expect(examples.length).toBeGreaterThan(50);
  });

  test.each(examples)('$id $file', ({ text, file, fails, language }) => {
    const told = inLint(text, file);
    expect(inEslint(text, file, typescript)).toEqual(told);
    if (language === 'js') expect(inEslint(text, file)).toEqual(told);
    if (fails) expect(told).not.toEqual([]);
  });
});

const weak = 'export const options = { rejectUnauthorized: false };\n';

it.each([
  ['a comment of ours', weak.replace('\n', ' // mqwarden-ignore MQC01: a laboratory\n')],
  ['one by name, above', `/* mqwarden-ignore unverified-tls: a laboratory */\n${weak}`],
  ['a byte order mark', `\uFEFF${weak}`],
  ['a line that tells what runs it', `#!/usr/bin/env node\n${weak}`],
  ['lines of Windows', `\r\n\r\n${weak}`],
  ['a comment without a reason', `// mqwarden-ignore MQC01\n${weak}`],
])('with %s, too', (_, text) => {
  const ours = inLint(text.replace('\uFEFF', ''), 'a.js').filter(({ rule }) => !rule.startsWith('ignore-'));
  expect(inEslint(text, 'a.js')).toEqual(ours);
});

it('knows tests by where they are in the project', () => {
  expect(inEslint(weak, 'src/__tests__/a.js')).toEqual([]);
  // This file is in a folder `test`: the project begins here.
  expect(inEslint(weak, 'src/a.js')).toHaveLength(1);
});

it('has every rule, with its page, and the severities of lint', () => {
  expect(Object.keys(rules)).toEqual(codeRules.map(({ name }) => name));
  expect(plugin.meta).toMatchObject({ name: 'mqwarden' });
  for (const { id, name, severity } of codeRules) {
    expect(rules[name]?.meta?.docs?.url).toMatch(new RegExp(`^file://.*/docs/rules/${id}\\.md$`));
    const level = { error: 'error', warning: 'warn', note: 'off' }[severity];
    expect(configs.recommended.rules?.[`mqwarden/${name}`]).toBe(level);
    expect(configs.all.rules?.[`mqwarden/${name}`]).not.toBe('off');
  }
});

it('is configured as the example of it', async () => {
  const cwd = join(import.meta.dirname, '../../examples/eslint');
  const eslint = new ESLint({ cwd });
  const lint = async (text: string, filePath: string) => {
    const [result] = await eslint.lintText(text, { filePath: join(cwd, filePath) });
    return result?.messages.map(({ ruleId, severity, line, column, message }) => ({
      ruleId,
      severity,
      line,
      column,
      message,
    }));
  };
  const code = `import { Kafka } from 'kafkajs';\nexport const kafka: Kafka = new Kafka({ brokers, ssl: { rejectUnauthorized: false } });\n`;
  const unverified = {
    ruleId: 'mqwarden/unverified-tls',
    severity: 2,
    line: 2,
    column: 57,
    message: 'rejectUnauthorized is false: any certificate is taken (MQC01)',
  };
  expect(await lint(code, 'src/orders.ts')).toMatchObject([
    { ruleId: 'mqwarden/own-client', severity: 1 },
    unverified,
  ]);
  expect(await lint(code, 'src/clients/kafka.ts')).toEqual([unverified]);
});
