import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LintFinding } from '../../src/core/rule.ts';
import { edited } from '../../src/lint/fix.ts';
import { maskedLine } from '../../src/lint/secrets.ts';
import { lintTexts } from '../../src/operations/lint/look.ts';
import { fixedTexts } from '../../src/operations/lint/repair.ts';
import { ruleSet } from '../../src/operations/lint/rules.ts';
import { parseFile } from '../../src/topology/document.ts';
import type { TextFile } from '../../src/topology/files.ts';
import { examplesOf } from '../../scripts/docs/examples.ts';
import { infosOf } from '../../src/operations/lint/topology.ts';
import { filesOf, topologies } from '../topology/arbitrary.ts';

/** Whatever a file holds, lint ends, and says where. */

/** On a loaded machine they take their time. */
const slow = { timeout: 120_000 };
/** No single text of these takes so long, however busy the machine is: only what does not end does. */
const longestMs = 20_000;

const set = await ruleSet();
const look = (texts: readonly TextFile[]) => lintTexts(texts, set, { variables: {}, today: '2026-11-24' });

function survives(files: readonly TextFile[]): readonly LintFinding[] {
  const started = performance.now();
  const { findings, silenced } = look(files);
  expect(performance.now() - started).toBeLessThan(longestMs);
  for (const { message, position, related = [] } of [
    ...findings,
    ...silenced.map(({ finding }) => finding),
  ]) {
    expect(message).not.toBe('');
    for (const place of [position, ...related.flatMap((one) => one.position ?? [])]) {
      const line = files.find(({ file }) => file === place?.file)?.text.split('\n')[(place?.line ?? 0) - 1];
      expect(line, message).toBeDefined();
      expect(place?.column).toBeGreaterThanOrEqual(1);
      expect(place?.column).toBeLessThanOrEqual((line?.length ?? 0) + 1);
    }
  }
  return findings;
}

const root = fileURLToPath(new URL('../../topology', import.meta.url));
const whole = [
  'environments.yaml',
  'principals.yaml',
  'services/order-service.yaml',
  'services/auth-service.yaml',
].map((file) => ({ file, text: readFileSync(`${root}/${file}`, 'utf8') }));
/** All that the rules are to find. */
const examples = infosOf(set).flatMap(({ id }) => examplesOf(id).map(({ text }) => text));

const piece = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    ': ',
    '- ',
    '? ',
    '&a ',
    '*a',
    '"',
    "'",
    '|',
    '>',
    '#',
    '\n',
    '\n  ',
    '\r\n',
    '\ufeff',
    '\0',
    '\ud800',
  ],
  ...[
    '# mqwarden-ignore ',
    '# mqwarden-ignore MQ101: x',
    ' until 2026-99-99',
    'MQ106',
    '${MQWARDEN_X}',
    '__proto__: ',
    'null',
    '~',
    '*',
  ],
  ...[
    'password: x',
    'tags: [administrator]',
    'amqp://a:5672',
    '.*',
    '^(a|b)+$',
    '-----BEGIN PRIVATE KEY-----',
    '9e99',
    '\u202e',
  ],
);

test('any text', slow, () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (one) => void survives([{ file: 'a.yaml', text: one }])),
    { numRuns: 500 },
  );
});

test('a topology with anything put in, taken out or cut off', slow, () => {
  const edit = fc.record({
    which: fc.nat(whole.length - 1),
    at: fc.nat(8000),
    remove: fc.nat(30),
    insert: fc.oneof(piece, fc.string({ maxLength: 5 })),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const files = whole.map(({ file, text }, index) => ({
        file,
        text: edits
          .filter(({ which }) => which === index)
          .reduce((all, { at, remove, insert }) => {
            const from = at % (all.length + 1);
            return all.slice(0, from) + insert + all.slice(from + remove);
          }, text),
      }));
      survives(files);
    }),
    { numRuns: 150 },
  );
});

test('random topologies', slow, () => {
  fc.assert(
    fc.property(topologies(), (written) => {
      const findings = survives(filesOf(written));
      expect(findings.filter(({ rule }) => ['MQ001', 'MQ002'].includes(rule))).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

test('what is repaired can be read, and repaired no further', slow, () => {
  fc.assert(
    fc.property(fc.constantFrom(...examples), piece, fc.nat(2000), (text, insert, at) => {
      const from = at % (text.length + 1);
      const before = [{ file: 'a.yaml', text: text.slice(0, from) + insert + text.slice(from) }];
      const { texts, fixed } = fixedTexts(before, look);
      if (fixed === 0) expect(texts).toEqual(before);
      const after = survives(texts);
      expect(fixedTexts(texts, look).fixed).toBe(0);
      const broken = (some: readonly LintFinding[]) => some.filter(({ rule }) => rule === 'MQ001').length;
      expect(broken(after)).toBeLessThanOrEqual(broken(look(before).findings));
    }),
    { numRuns: 150 },
  );
});

test('any edit leaves a file that can be read', slow, () => {
  const position = fc.record({
    file: fc.constant('a.yaml'),
    line: fc.integer({ min: 1, max: 12 }),
    column: fc.integer({ min: 1, max: 30 }),
  });
  const edit = fc.oneof(
    fc.record({ is: fc.constant('remove' as const), at: position }),
    fc.record({ is: fc.constant('uncomment' as const), at: position }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...examples), fc.array(edit, { maxLength: 6 }), (text, edits) => {
      const wasRead = parseFile('a.yaml', text).problems.length === 0;
      const problems = parseFile('a.yaml', edited({ file: 'a.yaml', text }, edits)).problems;
      if (wasRead) expect(problems.filter(({ message }) => message !== 'the file is empty')).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('a secret behind its key is never shown', slow, () => {
  const secret = fc
    .string({ minLength: 6, maxLength: 20 })
    .filter((text) => /^[^\s#]\S{5,}$/.test(text) && !/^["']?(?:env|file|vault|aws-sm|exec):/.test(text));
  const form = fc.constantFrom(
    'password: S',
    '  passphrase: "S"',
    "- { user: a, password: 'S' }",
    'api-key: S # more',
    'password=S',
    '"token": "S"',
    'password:\n  S',
    'secret: |\n  a\n  S',
    'password: >-\n\n    S',
    '? password\n: S',
    'password:\nS',
    'password: # in the vault\n\n- S',
    'a: { password:\n"S" }',
    'secret: |\na\nS',
  );
  fc.assert(
    fc.property(secret, form, (hidden, shape) => {
      const lines = shape.replace('S', () => hidden).split('\n');
      const shown = lines.map((_, at) => maskedLine(lines, at)).join('\n');
      const clear = shape.replace('S', '');
      fc.pre(!clear.includes(hidden));
      expect(shown).not.toContain(hidden);
    }),
    { numRuns: 500 },
  );
});
