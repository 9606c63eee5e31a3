/** A finding of audit: one verdict of all that was seen. */
import { describe, expect, it } from 'vitest';
import { acrossEnvironments, isOpen, judge } from '../../src/core/audit.ts';
import type { Finding } from '../../src/core/finding.ts';

describe('a finding', () => {
  const rule = {
    id: 'MQA99',
    name: 'n',
    check: 9,
    title: 'T',
    severity: 'error',
    why: 'w',
    instead: 'i',
    link: 'l',
  } as const;
  const of = (...points: ReturnType<typeof point>[]) => judge([{ ...rule, points: () => points }], {})[0];
  const point = (is: 'pass' | 'fail' | 'manual' | 'lacked' | 'na' | 'aside', says: string = is) => ({
    is,
    says,
  });

  it('is as bad as the worst that was seen, and tells the rest beside it', () => {
    expect(of(point('pass'), point('fail', 'a'), point('fail', 'b'), point('manual'))).toMatchObject({
      verdict: 'fail',
      severity: 'error',
      message: 'T: a (and 1 more)',
      evidence: 'a; b',
      check: 9,
      hint: 'i',
      related: [
        { message: 'FAIL: a' },
        { message: 'FAIL: b' },
        { message: 'PASS: pass' },
        { message: 'MANUAL: manual' },
      ],
    });
  });

  it('never passes by nothing: no point, or what is beside the point, is for a person', () => {
    expect([of()?.verdict, of(point('aside'))?.verdict]).toEqual(['manual', 'manual']);
    expect([of(point('pass'), point('na'))?.verdict, of(point('na'))?.verdict]).toEqual(['pass', 'na']);
  });

  it('of several environments is one, by the worst of them', () => {
    const [good, bad] = [
      of(point('pass', 'all is well')),
      of(point('fail', 'open'), point('aside', 'by the way')),
    ];
    const all = [good, bad].flatMap((one, at) =>
      one === undefined ? [] : [{ environment: `e${at}`, findings: [one] }],
    );
    expect(acrossEnvironments([rule], all).findings).toMatchObject([
      {
        verdict: 'fail',
        message: 'T: e1: open',
        check: 9,
        related: [{ message: 'PASS: e0: all is well' }, { message: 'e1: by the way' }],
      },
    ]);
  });

  it('warns of a right that was lacked, and only notes what nobody could know', () => {
    expect([of(point('lacked'))?.severity, of(point('manual'))?.severity]).toEqual(['warning', 'note']);
  });
});

it('that passed, or is about what there is not, asks for nobody', () => {
  const verdicts = ['pass', 'na', 'fail', 'manual'] as const;
  expect(verdicts.filter((verdict) => isOpen({ verdict } as Finding))).toEqual(['fail', 'manual']);
});
