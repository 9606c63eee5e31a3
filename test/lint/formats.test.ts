import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { address } from '../../src/core/address.ts';
import type { Finding } from '../../src/core/finding.ts';
import { fingerprintsOf } from '../../src/core/fingerprint.ts';
import { infosOf } from '../../src/operations/lint/topology.ts';
import { ruleSet } from '../../src/operations/lint/rules.ts';
import { MqwardenError } from '../../src/core/errors.ts';
import { errorAsText } from '../../src/report/error.ts';
import { findingsAsJson } from '../../src/report/findings-json.ts';
import type { FindingsReport } from '../../src/report/findings-report.ts';
import { findingsAsAnnotations } from '../../src/report/github.ts';
import { findingsAsJunit } from '../../src/report/junit.ts';
import { lintAsMarkdown } from '../../src/report/lint-markdown.ts';
import { lintAsText } from '../../src/report/lint-text.ts';
import { findingsAsSarif } from '../../src/report/sarif.ts';

const golden = (name: string) => join(import.meta.dirname, 'formats', name);
const position = (line: number, column: number) => ({ file: 'topology/a b/ordérs.yaml', line, column });

/** With all that a name may hold to break out of a format. */
const findings: readonly Finding[] = [
  {
    rule: 'MQ101',
    name: 'literal-secret',
    severity: 'error',
    message: 'a, b: 100% <of> "it" & ::error::\u001b[31m',
    hint: 'a hint',
    position: position(2, 5),
    related: [{ message: 'first here', position: position(1, 1) }],
  },
  {
    rule: 'MQ106',
    name: 'powerful-tag',
    severity: 'warning',
    message: 'orders has the tag `monitoring` | more',
    position: position(3, 1),
    address: address('rabbitmq:user', 'orders'),
    service: 'orders',
  },
  {
    rule: 'ACME001',
    name: 'acme',
    severity: 'note',
    message: 'of a rule that nobody knows',
    position: position(4, 1),
  },
];
const silenced = [
  { finding: { ...findings[0], message: 'silenced' } as Finding, by: 'comment', reason: 'because' },
  { finding: { ...findings[1], message: 'old' } as Finding, by: 'baseline' },
] as const;
const lines = ['name: a', '    password: x', 'services:', 'tail'];

let report: FindingsReport;
beforeAll(async () => {
  report = {
    command: 'lint',
    version: '1.2.3',
    findings,
    silenced,
    rules: infosOf(await ruleSet()).filter(({ id }) => ['MQ001', 'MQ101', 'MQ106'].includes(id)),
    fingerprints: fingerprintsOf([...findings, ...silenced.map(({ finding }) => finding)], 'topology'),
    failOn: 'error',
    leftOut: ['3 that git ignores', '1 by --exclude'],
    lineAt: ({ line }) => lines[line - 1],
  };
});

describe('SARIF', () => {
  const require = createRequire(import.meta.url);
  const { $schema, id, ...schema } = JSON.parse(
    readFileSync(require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'),
  ) as Readonly<Record<string, unknown>>;
  // It is of draft 4, of which it uses only what draft 7 reads the same.
  expect($schema).toContain('draft-04');
  expect(id).toContain('sarif-2.1.0');
  const validate = new Ajv({
    strict: false,
    validateFormats: false,
    unicodeRegExp: false,
    allErrors: true,
  }).compile(schema);
  const errorsOf = (log: unknown) => (validate(log) ? [] : (validate.errors ?? []));

  test('is what its schema says', async () => {
    const text = findingsAsSarif(report);
    expect(errorsOf(JSON.parse(text))).toEqual([]);
    await expect(text).toMatchFileSnapshot(golden('findings.sarif'));
  });

  test('has no link, whatever names there are', () => {
    const [first] = findings as [Finding];
    const told = (message: string) =>
      (
        JSON.parse(findingsAsSarif({ ...report, findings: [{ ...first, message, hint: undefined }] })) as {
          runs: [{ results: [{ message: { text: string } }] }];
        }
      ).runs[0].results[0].message.text;
    expect(told('[click](https://evil.example) has')).toBe('\\[click\\](https://evil.example) has');
    expect(told('\\[a](1)')).toBe('\\\\\\[a\\](1)');
    // What is no link stays as it is, for those viewers that show backslashes.
    expect(told('services[0].x is ^a\\.b$')).toBe('services[0].x is ^a\\.b$');
  });

  test('has no more than code scanning takes, the most severe first, and says so', () => {
    const [error, warning] = findings as [Finding, Finding];
    const many = Array.from({ length: 25_000 }, () => ({ ...warning }));
    const log = JSON.parse(findingsAsSarif({ ...report, findings: [...many, error] })) as {
      runs: [{ results: { level: string; suppressions?: unknown }[]; invocations?: unknown }];
    };
    const [{ results, invocations }] = log.runs;
    expect(results).toHaveLength(25_000);
    expect(results.at(-1)?.level).toBe('error');
    expect(results.some(({ suppressions }) => suppressions !== undefined)).toBe(false);
    expect(JSON.stringify(invocations)).toContain('3 of 25003 findings are left out');
    expect(errorsOf(log)).toEqual([]);
  });

  test('of nothing, too, and of all rules', async () => {
    const log: unknown = JSON.parse(
      findingsAsSarif({ ...report, findings: [], silenced: [], rules: infosOf(await ruleSet()) }),
    );
    expect(errorsOf(log)).toEqual([]);
    // The schema is one that can say no.
    expect(errorsOf({ ...(log as object), version: '2.0.0' })).not.toEqual([]);
  });
});

test('JUnit', async () => {
  await expect(findingsAsJunit(report)).toMatchFileSnapshot(golden('findings.xml'));
  expect(findingsAsJunit({ ...report, failOn: 'note' })).toContain('failures="3"');
});

test('annotations', async () => {
  await expect(findingsAsAnnotations(report)).toMatchFileSnapshot(golden('findings.github.txt'));
});

test('at most ten annotations of a type', () => {
  const [first] = findings;
  const many = Array.from({ length: 25 }, (): Finding => ({ ...(first as Finding) }));
  const text = findingsAsAnnotations({ findings: [...many, ...findings.slice(1)] });
  expect(text.split('\n').filter((line) => line.startsWith('::error '))).toHaveLength(10);
  expect(text).toContain('\n15 more errors, for which GitHub has no room\n');
  expect(text.split('\n').filter((line) => /^::(warning|notice) /.test(line))).toHaveLength(2);
});

describe('a name that is a command to a build server', () => {
  const names = [
    '##[stop-commands]x',
    '##vso[task.setvariable variable=a]b',
    '##teamcity[a]',
    '::add-mask::a',
  ];
  const [first] = findings as [Finding];

  test.each(names)('%s is none in what is printed', (name) => {
    const one: Finding = {
      ...first,
      message: name,
      hint: name,
      evidence: name,
      position: { file: name, line: 1, column: 1 },
      related: [{ message: name }, { message: 'here', position: { file: name, line: 1, column: 1 } }],
    };
    const all = { ...report, findings: [one], silenced: [], fingerprints: new Map(), lineAt: () => name };
    const printed = [
      lintAsText(all, false),
      findingsAsJson([one]),
      findingsAsJunit(all),
      findingsAsSarif(all),
      errorAsText(new MqwardenError('MQWARDEN_X', name, { hint: name }), false),
    ];
    // GitHub's and Azure's runners look for `##` anywhere in a line; for `::` only in front.
    for (const line of printed.join('\n').split('\n')) expect(line).not.toMatch(/##[a-z]*\[|^\s*::/);
    expect(JSON.stringify(JSON.parse(findingsAsJson([one])))).toContain(name);
    // There the command of the annotation itself stands in front: no other is looked for.
    expect(findingsAsAnnotations(all)).toMatch(/^::error /);
  });
});

test('XML has nothing in it that is no character', () => {
  const [first] = findings as [Finding];
  const text = findingsAsJunit({
    ...report,
    findings: [{ ...first, message: 'a\uFFFFb\uFFFEc\uD800d\u0000' }],
  });
  expect(text).toContain('message="a\\u{ffff}b\\u{fffe}c\\u{d800}d\\u{0}"');
});

test('Markdown', async () => {
  await expect(lintAsMarkdown(report)).toMatchFileSnapshot(golden('findings.markdown.txt'));
});

test('text', async () => {
  await expect(lintAsText(report, false)).toMatchFileSnapshot(golden('findings.txt'));
});

test('JSON, with places beside what they are about', () => {
  const { findings: told } = JSON.parse(findingsAsJson(findings)) as { findings: readonly unknown[] };
  expect(told[0]).toEqual({
    rule: 'MQ101',
    name: 'literal-secret',
    severity: 'error',
    message: findings[0]?.message,
    hint: 'a hint',
    file: 'topology/a b/ordérs.yaml',
    line: 2,
    column: 5,
    related: [{ message: 'first here', file: 'topology/a b/ordérs.yaml', line: 1, column: 1 }],
  });
});
