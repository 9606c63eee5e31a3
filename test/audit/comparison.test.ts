/** An audit beside an earlier one, and beside a baseline: what counts as the same, and what is told of the rest. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { address } from '../../src/core/address.ts';
import {
  acrossEnvironments,
  auditFingerprints,
  type AuditRule,
  judge,
  openFindings,
  type Point,
} from '../../src/core/audit.ts';
import { compareAudits, compareEnvironments, type EarlierAudit } from '../../src/core/audit-comparison.ts';
import { MqwardenError } from '../../src/core/errors.ts';
import type { Finding } from '../../src/core/finding.ts';
import { readEarlierAudit } from '../../src/operations/earlier-audit.ts';
import { type Audited, auditReport } from '../../src/report/audit.ts';
import { auditAsJson } from '../../src/report/audit-json.ts';
import { auditAsMarkdown } from '../../src/report/audit-markdown.ts';
import { auditAsText } from '../../src/report/audit-text.ts';
import { findingsAsSarif } from '../../src/report/sarif.ts';

const rule = (id: string, check?: number): AuditRule => ({
  id,
  name: id.toLowerCase(),
  title: `the title of ${id}`,
  severity: 'error',
  why: 'w',
  instead: 'mend it',
  link: 'https://docs.test',
  ...(check === undefined ? {} : { check }),
});
const queue = address('rabbitmq:queue', 'v', 'q');
const fail = (says: string, at?: typeof queue): Point => ({ is: 'fail', says, address: at });
const pass = (says = 'fine'): Point => ({ is: 'pass', says });
const manual = (says = 'look'): Point => ({ is: 'manual', says });
const na = (): Point => ({ is: 'na', says: 'not asked' });

function audited(by: Readonly<Record<string, readonly Point[]>>, over: Partial<Audited> = {}): Audited {
  const rules = Object.keys(by).map((id) => rule(id, Number(id.slice(3))));
  const findings = judge(
    rules.map((one) => ({ ...one, points: () => by[one.id] ?? [] })),
    {},
  );
  return {
    topology: 'shop',
    environment: 'production',
    auditedAt: '2026-11-24T12:00:00.000Z',
    rules,
    findings,
    fingerprints: auditFingerprints('production', findings),
    accepted: new Set(),
    stale: [],
    comparison: undefined,
    ...over,
  };
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqwarden-earlier-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** By way of the file that audit prints. */
async function earlier(by: Readonly<Record<string, readonly Point[]>>): Promise<EarlierAudit> {
  const file = join(folder, 'audit.json');
  await writeFile(file, auditAsJson(audited(by, { auditedAt: '2026-10-01T12:00:00.000Z' })));
  return readEarlierAudit(file);
}

async function between(before: readonly Point[], after: readonly Point[]) {
  const now = audited({ MQA05: after });
  const { turned, same } = compareAudits(now.rules, now.findings, await earlier({ MQA05: before }));
  const [one] = turned;
  if (one === undefined) return same === 1 ? 'same' : 'lost';
  return [one.turn, one.appeared.map(({ says }) => says), one.vanished.map(({ says }) => says)];
}

describe('since the earlier audit', () => {
  test.each<readonly [string, readonly Point[], readonly Point[], unknown]>([
    ['nothing', [pass()], [pass('still fine')], 'same'],
    ['a failure', [pass()], [fail('a')], ['worse', ['a'], []]],
    ['a repair', [fail('a'), fail('b')], [pass()], ['better', [], ['a', 'b']]],
    ['one failure more', [fail('a')], [fail('a'), fail('b')], ['worse', ['b'], []]],
    ['one failure less', [fail('a'), fail('b')], [fail('b')], ['better', [], ['a']]],
    ['another failure', [fail('a')], [fail('b')], ['changed', ['b'], ['a']]],
    ['the same twice', [fail('a')], [fail('a'), fail('a')], ['worse', ['a'], []]],
    ['a count', [fail('q holds 7 messages', queue)], [fail('q holds 900 messages', queue)], 'same'],
    [
      'another broker',
      [fail('broker 1: open')],
      [fail('broker 2: open')],
      ['changed', ['broker 2: open'], ['broker 1: open']],
    ],
    [
      'another port',
      [fail('amqp on :5672')],
      [fail('amqp on :5673')],
      ['changed', ['amqp on :5673'], ['amqp on :5672']],
    ],
    ['what cannot be told any more', [fail('a')], [manual()], ['changed', ['look'], ['a']]],
    ['what was seen to be so, and is not any more', [pass()], [manual()], ['worse', ['look'], []]],
    ['an answer', [manual()], [pass()], ['better', [], ['look']]],
    ['a bad answer', [manual()], [fail('a')], ['worse', ['a'], ['look']]],
    ['what is not asked any more', [fail('a')], [na()], ['changed', [], ['a']]],
    ['what is aside', [fail('a')], [fail('a'), { is: 'aside', says: 'by the way' }], 'same'],
  ])('%s', async (_, before, after, expected) => {
    expect(await between(before, after)).toEqual(expected);
  });

  it('tells rules that only one of the two knows', async () => {
    const now = audited({ MQA05: [pass()], MQA60: [fail('a')] });
    const { turned, same } = compareAudits(
      now.rules,
      now.findings,
      await earlier({ MQA05: [pass()], MQA61: [pass()] }),
    );
    expect([same, turned.map(({ turn, rule: id, title }) => [turn, id, title])]).toEqual([
      1,
      [
        ['new', 'MQA60', 'the title of MQA60'],
        ['gone', 'MQA61', 'mqa61'],
      ],
    ]);
  });

  it('is told in text, Markdown and JSON, the worse first, and with nothing that a terminal obeys', async () => {
    const before = await earlier({
      MQA01: [fail('a \u001b[31mlistener | without `TLS`')],
      MQA02: [pass()],
      MQA03: [manual()],
      MQA04: [pass()],
    });
    const now = audited({
      MQA01: [pass()],
      MQA02: [fail('one password for a'), fail('one password for b')],
      MQA03: [pass()],
      MQA04: [pass()],
    });
    const [, second] = now.findings;
    const whole = {
      ...now,
      accepted: new Set(second === undefined ? [] : [second]),
      comparison: compareAudits(now.rules, now.findings, before),
    };
    await expect(auditAsText(whole, false)).toMatchFileSnapshot('formats/compared.txt');
    await expect(auditAsMarkdown(whole)).toMatchFileSnapshot('formats/compared.md');
    await expect(auditAsJson(whole)).toMatchFileSnapshot('formats/compared.json');
    const sarif = JSON.parse(findingsAsSarif(auditReport(whole, '1.2.3', 'error'))) as {
      runs: { results: { suppressions?: unknown }[] }[];
    };
    expect(sarif.runs[0]?.results.map(({ suppressions }) => suppressions)).toEqual([[{ kind: 'external' }]]);
  });
});

describe('of several environments', () => {
  type By = Readonly<Record<string, readonly Point[]>>;

  const of = (environment: string, points: readonly Point[]) => ({
    environment,
    findings: audited({ MQA05: points }).findings,
  });
  const rules = audited({ MQA05: [] }).rules;

  /** By way of the file that audit prints of all of them. */
  async function earlierOf(by: By, silenced: readonly string[] = []): Promise<EarlierAudit> {
    const all = Object.entries(by).map(([environment, points]) => of(environment, points));
    const silent = all.flatMap((one) => (silenced.includes(one.environment) ? one.findings : []));
    const across = acrossEnvironments(rules, all, new Set(silent));
    const environment = Object.keys(by).join(', ');
    const file = join(folder, 'all.json');
    const whole = audited({}, { ...across, rules, environment });
    await writeFile(file, auditAsJson(whole));
    return readEarlierAudit(file);
  }

  function turnsOf(before: EarlierAudit, after: By, gone = true) {
    const all = Object.entries(after).map(([environment, points]) => of(environment, points));
    const { turned } = compareEnvironments(rules, all, before, gone);
    return turned.map(({ environment, turn, appeared, vanished }) => [
      environment,
      turn,
      ...[appeared, vanished].map((some) => some.map(({ says }) => says)),
    ]);
  }

  test.each<readonly [string, By, By, unknown]>([
    ['nothing', { a: [fail('x')], b: [pass()] }, { a: [fail('x')], b: [pass()] }, []],
    [
      'nothing, where more is beside the point in one',
      { a: [pass()], b: [pass(), na()], c: [na()] },
      { a: [pass()], b: [pass(), na()], c: [na()] },
      [],
    ],
    [
      'the same failure moved from one to the other',
      { a: [fail('x')], b: [pass()] },
      { a: [pass()], b: [fail('x')] },
      [
        ['b', 'worse', ['x'], []],
        ['a', 'better', [], ['x']],
      ],
    ],
    [
      'a failure beside one that stays',
      { a: [fail('x')], b: [pass()] },
      { a: [fail('x')], b: [fail('x')] },
      [['b', 'worse', ['x'], []]],
    ],
    [
      'what cannot be told any more, beside a failure that stays',
      { a: [fail('x')], b: [pass()] },
      { a: [fail('x')], b: [manual()] },
      [['b', 'worse', ['look'], []]],
    ],
    [
      'passed in more words than are told',
      { a: Array.from({ length: 9 }, () => pass()), b: [pass()] },
      { a: [pass()], b: [pass()] },
      [],
    ],
    ['one that was not there', { a: [pass()] }, { a: [pass()], b: [fail('x')] }, [['b', 'new', ['x'], []]]],
    ['one that is gone', { a: [pass()], b: [fail('x')] }, { a: [pass()] }, [['b', 'gone', [], ['x']]]],
  ])('%s', async (_, before, after, expected) => {
    expect(turnsOf(await earlierOf(before), after)).toEqual(expected);
  });

  it('one of them is held against its own part, and nothing is said of the others', async () => {
    const before = await earlierOf({ a: [fail('x')], b: [fail('y')] });
    expect(turnsOf(before, { b: [fail('y')] }, false)).toEqual([]);
    expect(turnsOf(before, { b: [pass()] }, false)).toEqual([[undefined, 'better', [], ['y']]]);
  });

  it('what is accepted in one decides nothing, hides nothing in another, and is still told', async () => {
    const all = [of('a', [fail('x')]), of('b', [manual('look there')])];
    const [first] = all;
    const { findings, accepted } = acrossEnvironments(rules, all, new Set(first?.findings));
    expect(findings).toMatchObject([
      {
        verdict: 'manual',
        message: 'the title of MQA05: b: look there',
        related: [{ message: 'FAIL: a: x (accepted)', verdict: 'fail' }],
      },
    ]);
    expect(accepted.size).toBe(0);
    const both = acrossEnvironments(rules, all, new Set(all.flatMap((one) => one.findings)));
    expect([both.findings[0]?.verdict, both.accepted]).toEqual(['fail', new Set(both.findings)]);
    const before = await earlierOf({ a: [fail('x')], b: [manual('look there')] }, ['a']);
    expect(turnsOf(before, { a: [fail('x')], b: [manual('look there')] })).toEqual([]);
  });
});

it('of very many is short for a person, whole for a program, and as quick as it is long', () => {
  const many = 30_000;
  const points = Array.from({ length: many }, (_, at) => fail(`user-${at} has permissions`));
  const whole = audited({ MQA44: [...points, pass()] });
  const before = { ...whole, findings: [] };
  const now = { ...whole, comparison: compareAudits(whole.rules, whole.findings, before) };
  for (const text of [auditAsText(now, false), auditAsMarkdown(now)]) {
    expect(text.split('\n').length).toBeLessThan(150);
    expect(text).toContain(`and ${many - 49} more: --format json has all`);
    expect(text).toMatch(/user-49`? has permissions/);
  }
  const { findings } = JSON.parse(auditAsJson(now)) as { findings: { related: unknown[] }[] };
  expect(findings[0]?.related).toHaveLength(many + 1);
});

describe('a file that is no audit', () => {
  const good = {
    version: 1,
    topology: 'shop',
    environment: 'production',
    auditedAt: '2026-10-01T12:00:00.000Z',
  };
  const finding = { rule: 'MQA05', name: 'guest', verdict: 'pass' };

  test.each<readonly [string, string, RegExp, number | undefined]>([
    ['is not JSON', '{\n "version": 1,\n oops', /not JSON/, 3],
    ['is empty', '', /not JSON/, 1],
    ['is a list', '[]', /the document must be a mapping/, 1],
    ['is of another version', '{\n"version": 2\n}', /version must be 1/, 2],
    ['is a plan', JSON.stringify({ ...good, changes: [] }), /findings is missing/, 1],
    [
      'has a verdict that there is not',
      JSON.stringify({ ...good, findings: [{ ...finding, verdict: 'secret-word' }] }, undefined, 1),
      /findings\[0\]\.verdict must be "pass", "fail", "na" or "manual"/,
      10,
    ],
    [
      'has numbers for words',
      JSON.stringify({ ...good, findings: [{ ...finding, related: [{ message: 7 }] }] }),
      /findings\[0\]\.related\[0\]\.message must be text/,
      undefined,
    ],
    [
      'has what is no address',
      JSON.stringify({ ...good, findings: [{ ...finding, address: 'x' }] }),
      /findings\[0\]\.address/,
      undefined,
    ],
    [
      'has a rule twice',
      JSON.stringify({ ...good, findings: [finding, finding] }),
      /two findings of MQA05/,
      undefined,
    ],
  ])('%s', async (_, text, says, line) => {
    const file = join(folder, 'bad.json');
    await writeFile(file, text);
    const error = await readEarlierAudit(file).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(MqwardenError);
    const { message, hint, position } = error as MqwardenError;
    expect(message).toMatch(says);
    expect(message).not.toContain('secret-word');
    expect(hint).toContain('mqwarden audit --env NAME --format json > FILE');
    if (line !== undefined) expect(position).toMatchObject({ file, line });
  });

  it('is not there, or a folder', async () => {
    await expect(readEarlierAudit(join(folder, 'none.json'))).rejects.toThrow(/cannot read the audit/);
    await expect(readEarlierAudit(folder)).rejects.toThrow(/is a folder/);
  });

  it('has keys that nobody knows: then they are left out', async () => {
    const file = join(folder, 'more.json');
    const text = `{"__proto__":{"version":1},"x":1,${JSON.stringify({ ...good, findings: [{ ...finding, x: 1 }] }).slice(1)}`;
    await writeFile(file, text);
    expect(await readEarlierAudit(file)).toEqual({ ...good, findings: [finding] });
  });
});

describe('what a finding is known by', () => {
  const print = (points: readonly Point[], environment = 'production') => {
    const { findings } = audited({ MQA05: points });
    return [...auditFingerprints(environment, findings).values()][0];
  };

  it('is the same for another count, another order, and whatever else is seen', () => {
    const known = print([fail('q holds 7 messages', queue), fail('b')]);
    expect(print([fail('b'), fail('q holds 8 messages', queue), pass('c')])).toBe(known);
  });

  it('differs by environment, verdict, and each thing that decides', () => {
    const all = [
      print([fail('a')]),
      print([fail('a')], 'staging'),
      print([manual('a')]),
      print([fail('a'), fail('b')]),
      print([fail('a', queue)]),
      print([fail('user7 logs in')]),
      print([fail('user8 logs in')]),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});

it('does not fail for what is accepted, and tells what the baseline has too much', () => {
  const now = audited({ MQA05: [fail('a')], MQA06: [fail('b')], MQA07: [pass()] });
  const [first] = now.findings as [Finding];
  const stale: Finding = { rule: 'MQ020', name: 'baseline-stale', severity: 'note', message: 'gone' };
  const open = openFindings({ ...now, accepted: new Set([first]), stale: [stale] });
  expect(open.map(({ rule: id }) => id)).toEqual(['MQA06', 'MQ020']);
});
