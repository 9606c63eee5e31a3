import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import { baselineOf, parseBaseline, prunedBaseline, withBaseline } from '../../src/lint/baseline.ts';
import { fileBelow, fingerprintsOf } from '../../src/lint/fingerprint.ts';

const finding = (message: string, line = 1, rule = 'MQ101', file = 'topology/a.yaml'): Finding => ({
  rule,
  name: 'x',
  severity: 'error',
  message,
  position: { file, line, column: 1 },
});
const known = (findings: readonly Finding[]) => fingerprintsOf(findings, 'topology');
const baselineFor = (findings: readonly Finding[]) => {
  const baseline = parseBaseline('base.json', baselineOf(findings, known(findings), 'topology'));
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
    const { kept, silenced } = withBaseline(now, known(now), baseline, true);
    expect(silenced).toEqual([{ finding: b, by: 'baseline' }]);
    expect(kept.map(({ rule, message }) => [rule, message])).toEqual([
      ['MQ101', 'c'],
      ['MQ020', 'the baseline has what is no longer found: MQ101 a'],
    ]);
    // An entry a line: the finding is about its own.
    expect(kept[1]?.position).toMatchObject({ file: 'base.json', line: 4 });
  });

  test('says nothing of what is gone where not everything was looked at', () => {
    expect(withBaseline([], known([]), baselineFor([a]), false)).toEqual({ kept: [], silenced: [] });
  });

  test('is pruned of what is gone, and of nothing else', () => {
    const pruned = parseBaseline('base.json', prunedBaseline(baselineFor([a, b]), known([b, c])));
    expect(pruned?.entries.map(({ message }) => message)).toEqual(['b']);
  });

  test('never has what hides other findings', () => {
    const hiding = [finding('a', 1, 'MQ001'), finding('a', 1, 'MQ014'), finding('a', 1, 'MQ004')];
    expect(baselineFor(hiding).entries.map(({ rule }) => rule)).toEqual(['MQ004']);
    const [broken] = hiding as [Finding];
    const prints = known([broken]);
    const forged = {
      file: 'b',
      text: '',
      entries: [{ fingerprint: prints.get(broken) ?? '', rule: '', file: '', message: '' }],
    };
    expect(withBaseline([broken], prints, forged, true)).toEqual({ kept: [broken], silenced: [] });
  });

  test.each(['', '[]', '{"version":2,"findings":[]}', '{"version":1}', '{"version":1,"findings":[{}]}'])(
    'is none: %s',
    (text) => {
      expect(parseBaseline('base.json', text)).toBeUndefined();
    },
  );
});
