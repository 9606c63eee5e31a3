import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import {
  type Accepting,
  baselineOf,
  faultOfBaseline,
  parseBaseline,
  prunedBaseline,
  withBaseline,
} from '../../src/core/baseline.ts';
import { fileBelow, fingerprintsOf } from '../../src/core/fingerprint.ts';
import { staleBaseline } from '../../src/lint/own.ts';
import { canWait } from '../../src/operations/lint/baseline.ts';

const finding = (message: string, line = 1, rule = 'MQ101', file = 'topology/a.yaml'): Finding => ({
  rule,
  name: 'x',
  severity: 'error',
  message,
  position: { file, line, column: 1 },
});
const known = (findings: readonly Finding[]) => fingerprintsOf(findings, 'topology');
const how = (over: Partial<Accepting> = {}): Accepting => ({
  canWait,
  fileOf: ({ position }) => fileBelow(position?.file ?? '', 'topology'),
  gistOf: (message) => message,
  isAsked: () => true,
  stale: staleBaseline,
  ...over,
});
const baselineFor = (findings: readonly Finding[]) => {
  const baseline = parseBaseline('base.json', baselineOf(findings, known(findings), how(), undefined));
  if (baseline === undefined) throw new Error('no baseline');
  return baseline;
};

describe('a fingerprint', () => {
  test('is the same on another line, and from another folder', () => {
    const [one] = known([finding('a', 1)]).values();
    expect([...known([finding('a', 99)]).values()]).toEqual([one]);
    const elsewhere = fingerprintsOf([finding('a', 1, 'MQ101', '/srv/topology/a.yaml')], '/srv/topology/');
    expect([...elsewhere.values()]).toEqual([one]);
  });

  test('differs by rule, file, message and count', () => {
    const all = [
      finding('a'),
      finding('a', 7),
      finding('b'),
      finding('a', 1, 'MQ102'),
      finding('a', 1, 'MQ101', 'topology/b.yaml'),
    ];
    expect(new Set(known(all).values()).size).toBe(all.length);
  });

  test('knows a topology in one file by no name', () => {
    expect(fileBelow('a.yaml', 'a.yaml')).toBe('');
    expect(fileBelow('topology\\sub\\a.yaml', 'topology')).toBe('sub/a.yaml');
  });
});

describe('a baseline', () => {
  const [a, b, c] = [finding('a'), finding('b', 2), finding('c', 3)];

  test('silences what it has, and tells what it has and is gone', () => {
    const baseline = baselineFor([a, b]);
    const now = [b, c];
    const { kept, silenced } = withBaseline(now, known(now), baseline, how());
    expect(silenced).toEqual([{ finding: b, by: 'baseline' }]);
    expect(kept.map(({ rule, message }) => [rule, message])).toEqual([
      ['MQ101', 'c'],
      ['MQ020', 'the baseline has what is no longer found: MQ101 a'],
    ]);
    // An entry a line: the finding is about its own.
    expect(kept[1]?.position).toMatchObject({ file: 'base.json', line: 4 });
  });

  test('says nothing of what is gone where not everything was looked at', () => {
    expect(withBaseline([], known([]), baselineFor([a]), how({ isAsked: () => false }))).toEqual({
      kept: [],
      silenced: [],
    });
  });

  test('is pruned of what is gone, and of nothing else', () => {
    const pruned = parseBaseline('base.json', prunedBaseline(baselineFor([a, b]), known([b, c]), how()));
    expect(pruned?.entries.map(({ message }) => message)).toEqual(['b']);
  });

  test('keeps what was not looked for, written or pruned', () => {
    const other = finding('other', 1, 'MQ101', 'topology/other.yaml');
    const isAsked: Accepting['isAsked'] = ({ file }) => file !== 'other.yaml';
    const before = baselineFor([a, other]);
    const messages = (text: string) =>
      parseBaseline('base.json', text)?.entries.map(({ message }) => message);
    expect(messages(baselineOf([b], known([b]), how({ isAsked }), before))).toEqual(['b', 'other']);
    expect(messages(prunedBaseline(before, known([b]), how({ isAsked })))).toEqual(['other']);
    expect(withBaseline([a], known([a]), before, how({ isAsked })).kept).toEqual([]);
  });

  test('takes no entry for a finding that says something else', () => {
    const prints = known([a]);
    const entry = { fingerprint: prints.get(a) ?? '', rule: a.rule, file: '', message: a.message };
    const kept = (over: object) =>
      withBaseline([a], prints, { file: 'b', text: '', entries: [{ ...entry, ...over }] }, how()).kept;
    expect(kept({})).toEqual([]);
    expect(kept({ message: 'harmless' })).toContain(a);
    expect(kept({ rule: 'MQ801' })).toContain(a);
  });

  test('never has what hides other findings', () => {
    const hiding = [finding('a', 1, 'MQ001'), finding('a', 1, 'MQ014'), finding('a', 1, 'MQ004')];
    expect(baselineFor(hiding).entries.map(({ rule }) => rule)).toEqual(['MQ004']);
    const [broken] = hiding as [Finding];
    const prints = known([broken]);
    const forged = {
      file: 'b',
      text: '',
      entries: [{ ...broken, fingerprint: prints.get(broken) ?? '', file: '' }],
    };
    expect(withBaseline([broken], prints, forged, how())).toEqual({ kept: [broken], silenced: [] });
  });

  test('says where each stands of 50,000 that are no longer found, in no time', () => {
    const many = Array.from({ length: 50_000 }, (_, at) => finding(`m${at}`));
    const baseline = baselineFor(many);
    const from = performance.now();
    const { kept } = withBaseline([], known([]), baseline, how());
    // Some 0.1 s, where each is looked for from the beginning minutes.
    expect(performance.now() - from).toBeLessThan(10_000);
    expect(new Set(kept.map(({ position }) => position?.line)).size).toBe(50_000);
  });

  test.each([
    ['{\n "version": 1,\n<<<<<<< HEAD\n', { why: 'it is not JSON', at: 17 }],
    ['{"version":1,', { why: 'it is not JSON', at: 13 }],
    ['null', { why: 'it has no version, and this mqwarden reads version 1', at: 0 }],
    ['{"version":2}', { why: 'it has version 2, and this mqwarden reads version 1', at: 0 }],
    ['{"version":1,"findings":[{}]}', { why: 'findings[0] is not as --write-baseline writes one', at: 0 }],
  ])('says why it is none: %s', (text, why) => {
    expect(faultOfBaseline(text)).toEqual(why);
  });

  test.each(['', '[]', '{"version":2,"findings":[]}', '{"version":1}', '{"version":1,"findings":[{}]}'])(
    'is none: %s',
    (text) => {
      expect(parseBaseline('base.json', text)).toBeUndefined();
    },
  );
});
