import { expect, it } from 'vitest';
import { judge, type Point } from '../../src/core/audit.ts';
import type { Finding } from '../../src/core/finding.ts';
import { auditAsMarkdown } from '../../src/report/audit-markdown.ts';
import { auditAsText } from '../../src/report/audit-text.ts';

const rule = {
  id: 'MQA05',
  name: 'guest',
  check: 5,
  title: 'RabbitMQ: no guest',
  severity: 'error',
  why: 'w',
  instead: 'delete it',
  link: 'https://docs.test',
} as const;
const point = (is: Point['is'], says: string): Point => ({ is, says });
const audited = (...points: readonly Point[]) => ({
  topology: 'shop',
  environment: 'test',
  rules: [rule],
  findings: judge([{ ...rule, points: () => points }], {}),
  fingerprints: new Map(),
  auditedAt: '2026-11-24T12:00:00.000Z',
  accepted: new Set<Finding>(),
  stale: [],
  comparison: undefined,
});

it('says each thing once: what fails, what to do, where to read on', () => {
  const text = auditAsText(audited(point('fail', 'a'), point('fail', 'b'), point('pass', 'c')), false);
  expect(text.split('\n')).toEqual([
    'shop, test: 0 PASS, 1 FAIL, 0 N/A, 0 MANUAL',
    '',
    'FAIL   RabbitMQ: no guest: a (and 1 more) MQA05',
    '         - FAIL: a',
    '         - FAIL: b',
    '         - PASS: c',
    '         do: delete it',
    '         see: https://docs.test; mqwarden explain MQA05',
    '',
    '1 error, 0 warnings, 0 notes',
    '',
  ]);
  expect(auditAsText(audited(point('pass', 'there is none')), false)).toContain(
    'PASS   RabbitMQ: no guest MQA05\n         there is none\n',
  );
});

it('is the checklist as a table in Markdown', () => {
  expect(auditAsMarkdown(audited(point('fail', 'guest logs in')))).toContain(
    '| # | check | verdict | evidence | what to do |\n|---|---|---|---|---|\n| 5 | ',
  );
});
