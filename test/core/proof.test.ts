import { describe, expect, it } from 'vitest';
import { address } from '../../src/core/address.ts';
import { reaches } from '../../src/core/finding.ts';
import { LoginRefused } from '../../src/core/errors.ts';
import {
  type Answer,
  choose,
  type Expectation,
  type Expected,
  type LoginResult,
  type Proof,
  type ServiceProof,
  standingOf,
} from '../../src/core/proof.ts';
import { findingsOf } from '../../src/core/verdict.ts';

const question = (name: string, right = 'read') => ({
  service: 'shop',
  principal: 'shop',
  at: address('fake:thing', name),
  right,
});
const expected = (name: string, granted: Expectation, right?: string): Expected => ({
  question: question(name, right),
  granted,
});

describe('standingOf', () => {
  const unknown: Answer = { is: 'unknown', why: 'no way' };
  it.each<[string, Partial<Proof>, ReturnType<typeof standingOf>]>([
    ['granted and allowed', { granted: 'yes', answer: { is: 'allowed' } }, 'works'],
    ['granted and refused', { granted: 'yes', answer: { is: 'refused' } }, 'fails'],
    ['granted and not there', { granted: 'yes', answer: { is: 'absent' } }, 'fails'],
    [
      'a made-up name need not be there',
      { question: { ...question('x'), madeUp: true }, granted: 'yes', answer: { is: 'absent' } },
      'works',
    ],
    ['not granted and refused', { granted: 'no', answer: { is: 'refused' } }, 'refused'],
    ['not granted and allowed', { granted: 'no', answer: { is: 'allowed' } }, 'open'],
    ['not granted, allowed and not there', { granted: 'no', answer: { is: 'absent' } }, 'open'],
    ['not asked, and live grants say yes', { granted: 'no', answer: unknown, evaluated: 'yes' }, 'open'],
    ['not asked, and live grants say no', { granted: 'yes', answer: unknown, evaluated: 'no' }, 'fails'],
    [
      'not asked, and live grants do not tell',
      { granted: 'no', answer: unknown, evaluated: 'perhaps' },
      'undecided',
    ],
    ['not asked at all', { granted: 'yes', answer: unknown }, 'undecided'],
    ['a grant that cannot be judged', { granted: 'perhaps', answer: { is: 'allowed' } }, 'undecided'],
  ])('%s', (_name, proof, want) => {
    expect(standingOf({ question: question('x'), granted: 'no', answer: unknown, ...proof })).toBe(want);
  });
});

describe('choose', () => {
  const many = Array.from({ length: 50 }, (_, n) => [
    expected(`t${n}`, 'no'),
    expected(`t${n}`, 'no', 'write'),
  ]).flat();
  const granted = [expected('own', 'yes'), expected('own', 'no', 'write'), expected('odd', 'perhaps')];

  it('takes everything where it is not too much', () => {
    expect(choose([...many, ...granted], 50)).toMatchObject({ skipped: 0, ungranted: 50 });
    expect(choose([...many, ...granted], 50).chosen).toHaveLength(103);
  });

  it('takes whole things, all that are granted, and the same of the others in any order', () => {
    const { chosen, skipped } = choose([...many, ...granted], 5);
    expect([chosen.length, skipped]).toEqual([13, 45]);
    expect(chosen).toEqual(expect.arrayContaining(granted));
    const again = choose([...granted, ...many.toReversed()], 5).chosen;
    const names = (some: readonly Expected[]) => [...new Set(some.map((one) => one.question.at))].sort();
    expect(names(again)).toEqual(names(chosen));
  });

  it('takes other things for another service', () => {
    const others = many.map(({ question: asked, granted: no }) => ({
      question: { ...asked, service: 'other' },
      granted: no,
    }));
    const names = (some: readonly Expected[]) => [...new Set(some.map((one) => one.question.at))].sort();
    expect(names(choose(others, 5).chosen)).not.toEqual(names(choose(many, 5).chosen));
  });
});

describe('findingsOf', () => {
  const service = { name: 'shop', section: {}, locate: () => ({ file: 'shop.yaml', line: 3, column: 1 }) };
  const found = (login: LoginResult, proofs: readonly Proof[] = [], over: Partial<ServiceProof> = {}) =>
    findingsOf({
      broker: 'fake',
      service,
      identity: { principal: 'shop', by: 'password', hasCertificate: false },
      login,
      proofs,
      skipped: { skipped: 0, ungranted: 0 },
      warnings: [],
      ...over,
    });
  const inside: LoginResult = { is: 'in', username: 'shop' };
  const open: Proof = { ...expected('x', 'no'), answer: { is: 'allowed' } };
  const fails: Proof = { ...expected('y', 'yes'), answer: { is: 'refused' } };

  it('is one finding a thing, with its place, and errors for what matters', () => {
    const findings = found(inside, [open, { ...open, question: question('x', 'write') }, fails]);
    expect(findings).toMatchObject(
      [
        {
          rule: 'MQ402',
          severity: 'error',
          address: 'fake:thing:x',
          position: { line: 3 },
          message: /read, write/,
        },
        { rule: 'MQ403', severity: 'error', address: 'fake:thing:y' },
      ].map((one) => ({ ...one, message: expect.any(String) as string })),
    );
    expect(findings[0]?.message).toContain('read, write');
    expect(reaches(findings, 'error')).toBe(true);
  });

  it('says a refused login once, and not again for each grant', () => {
    const error = new LoginRefused('no', { hint: 'look' });
    expect(found({ is: 'refused', error, username: 'shop' }, [fails]).map(({ rule }) => rule)).toEqual([
      'MQ401',
    ]);
  });

  it('has nothing against a suspended service that stays outside, and much against one that gets in', () => {
    const suspended = { service: { ...service, suspended: true } };
    expect(found({ is: 'shut', username: 'shop' }, [], suspended)).toEqual([]);
    expect(found(inside, [], suspended)).toMatchObject([{ rule: 'MQ404', severity: 'error' }]);
  });

  it('warns where something can be done for a proof, and notes where not', () => {
    expect(found({ is: 'unproven', why: 'w', hint: 'h' })).toMatchObject([
      { rule: 'MQ405', severity: 'warning' },
    ]);
    expect(found({ is: 'unproven', why: 'w' })).toMatchObject([{ rule: 'MQ405', severity: 'note' }]);
    expect(reaches(found({ is: 'unproven', why: 'w', hint: 'h' }), 'error')).toBe(false);
  });
});
