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
import { findingsOf, sampledFindings } from '../../src/core/verdict.ts';

const question = (name: string, right = 'read') => ({
  service: 'shop',
  principal: 'shop',
  at: address('fake:thing', name),
  right,
});
const expected = (name: string, granted: Expectation, right?: string): Expected => ({
  question: question(name, right),
  granted,
  evaluated: granted,
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
  const nobodys = () => undefined;
  const names = (some: readonly Expected[]) => [...new Set(some.map((one) => one.question.at))].sort();

  it('takes everything where it is not too much', () => {
    expect(choose([...many, ...granted], 50, nobodys)).toMatchObject({ skipped: 0, ungranted: 50 });
    expect(choose([...many, ...granted], 50, nobodys).chosen).toHaveLength(103);
  });

  it('takes whole things, all that are granted, and the same of the others in any order', () => {
    const { chosen, skipped } = choose([...many, ...granted], 5, nobodys);
    expect([chosen.length, skipped]).toEqual([13, 45]);
    expect(chosen).toEqual(expect.arrayContaining(granted));
    const again = choose([...granted, ...many.toReversed()], 5, nobodys).chosen;
    expect(names(again)).toEqual(names(chosen));
  });

  it('takes other things for another service', () => {
    const others = many.map((one) => ({ ...one, question: { ...one.question, service: 'other' } }));
    expect(names(choose(others, 5, nobodys).chosen)).not.toEqual(names(choose(many, 5, nobodys).chosen));
  });

  it('takes all that the live grants leave open or leave in doubt, and what every broker has, beyond any number', () => {
    const open = many.slice(0, 20).map((one, at) => ({
      ...one,
      evaluated: at % 2 === 0 ? ('yes' as const) : ('perhaps' as const),
    }));
    const usual = { ...expected('amq.topic', 'no'), question: { ...question('amq.topic'), common: true } };
    const { chosen, skipped, ungranted } = choose([...open, ...many.slice(20), usual], 3, nobodys);
    expect(names(chosen)).toEqual(expect.arrayContaining(names([...open, usual])));
    expect([chosen.length, skipped, ungranted]).toEqual([20 + 3 * 2 + 1, 37, 40]);
  });

  it('takes from each kind in turn, and from each owner, before it takes a second thing', () => {
    const of = (kind: string, owner: string) =>
      Array.from({ length: 20 }, (_, n): Expected => {
        const at = address(`fake:${kind}`, `${owner}-${n}`);
        return { question: { ...question('x'), at }, granted: 'no', evaluated: 'no' };
      });
    const all = ['a', 'b', 'c'].flatMap((owner) => [...of('queue', owner), ...of('exchange', owner)]);
    const ownerOf = (at: string) => /:(.)-/.exec(at)?.[1];
    const { chosen } = choose(all, 6, ownerOf);
    expect(chosen.map(({ question: { at } }) => at.replace(/-.*/, '')).sort()).toEqual(
      ['exchange', 'queue'].flatMap((kind) => ['a', 'b', 'c'].map((owner) => `fake:${kind}:${owner}`)),
    );
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

  it('warns of what could have been asked and has no answer, and says why', () => {
    const answer: Answer = { is: 'unknown', why: 'no connection', missed: true };
    const [missed, noWay] = [
      { ...fails, answer, evaluated: 'yes' as const },
      { ...fails, answer: { is: 'unknown' as const, why: 'no way' }, evaluated: 'yes' as const },
    ];
    const warning = { rule: 'MQ405', severity: 'warning', verdict: 'manual', evidence: 'no connection' };
    expect(found(inside, [missed, noWay])).toMatchObject([warning]);
    expect(found(inside, [noWay])).toEqual([]);
  });

  it('notes once a broker how much was not asked', () => {
    const one = {
      broker: 'fake',
      service,
      identity: { principal: 'shop', by: 'password' as const, hasCertificate: false },
      login: inside,
      proofs: [],
      skipped: { skipped: 3, ungranted: 5 },
      warnings: [],
    };
    const message = expect.stringMatching(/fake: of 10 times .* 4 were asked, 6 were not/) as string;
    expect(sampledFindings([one, one])).toMatchObject([{ rule: 'MQ406', severity: 'note', message }]);
    expect(sampledFindings([{ ...one, skipped: { skipped: 0, ungranted: 5 } }])).toEqual([]);
  });

  it('warns where something can be done for a proof, and notes where not', () => {
    expect(found({ is: 'unproven', why: 'w', hint: 'h' })).toMatchObject([
      { rule: 'MQ405', severity: 'warning' },
    ]);
    expect(found({ is: 'unproven', why: 'w' })).toMatchObject([{ rule: 'MQ405', severity: 'note' }]);
    expect(reaches(found({ is: 'unproven', why: 'w', hint: 'h' }), 'error')).toBe(false);
  });
});
