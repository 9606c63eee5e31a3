import { describe, expect, it } from 'vitest';
import {
  generationsBy,
  recordAsTexts,
  recordIn,
  type RotationRecord,
} from '../../../src/core/rotation/record.ts';
import type { Step } from '../../../src/core/rotation/words.ts';

const place = 'secrets/mqwarden/rotation/kafka/order.json';
const base = 'order service/ü';

function underWay(step: Step, way: 'forth' | 'back' = 'forth'): RotationRecord {
  const [one, two] = [
    { generation: 1, password: 'old-password', since: '2026-01-01T00:00:00.000Z' },
    { generation: 2, password: 'new-password', since: '2026-02-01T00:00:00.000Z' },
  ];
  const [from, to] = way === 'forth' ? [one, two] : [two, one];
  const startedAt = '2026-02-01T00:00:00.000Z';
  return {
    principal: base,
    inUse: 1,
    last: 2,
    underWay: { mode: 'dual', way, step, from, to, startedAt, drainFrom: startedAt },
  };
}

describe('the record of a rotation', () => {
  it.each<[string, RotationRecord]>([
    ['at rest', { principal: base, inUse: 3, last: 5, rotatedAt: '2026-01-01T00:00:00.000Z' }],
    ['under way', underWay('drain')],
    ['on its way back', underWay('publish', 'back')],
    [
      'of a user that is adopted',
      {
        ...underWay('set'),
        underWay: { ...must(underWay('set')), mode: 'in-place', from: { generation: 1 } },
      },
    ],
  ])('comes back as it was: %s', (_case, record) => {
    expect(recordIn(recordAsTexts(record), place)).toEqual(record);
    expect(Object.values(recordAsTexts(record)).every((text) => typeof text === 'string')).toBe(true);
  });

  it.each<[string, Record<string, string>]>([
    ['of a later form', { schema: '2' }],
    ['without a principal', { principal: '' }],
    ['without a generation', { inUse: 'first' }],
    ['with fewer names given than used', { last: '0' }],
    ['with a step that there is not', { step: 'sleep' }],
    ['with a way that there is not', { way: 'up' }],
    ['without a side', { to: '' }],
    ['with a date that is none', { rotatedAt: '24.11.2026' }],
    ['with a date by guesses', { drainFrom: '11.12.2026' }],
    ['with a day that there is not', { fromSince: '2026-13-01T00:00:00Z' }],
  ])('is refused without a value of it: %s', (_case, over) => {
    const texts = { ...recordAsTexts(underWay('grant')), ...over };
    expect(() => recordIn(texts, place)).toThrow(place);
    expect(() => recordIn(texts, place)).not.toThrow(/password/);
  });
});

it('a record may have the dates of any store', () => {
  const texts = recordAsTexts(underWay('drain'));
  for (const since of ['2018-03-22T02:24:06.945319214Z', '2026-01-01T00:00:00+02:00']) {
    expect(recordIn({ ...texts, fromSince: since }, place).underWay?.from.since).toBe(since);
  }
});

describe('the generations that a record tells', () => {
  const of = (record: RotationRecord | undefined, stored?: string) => {
    const found = generationsBy(base, record, stored);
    return found === undefined ? undefined : [found.inUse, Object.fromEntries(found.others)];
  };
  const second = `${base}.g2`;

  it('is the plain name where nothing was ever rotated', () => {
    expect(of(undefined)).toBeUndefined();
    expect(of(undefined, base)).toBeUndefined();
    expect(of(undefined, 'somebody else')).toBeUndefined();
  });
  it('is the stored one without a record, and the record’s where there is one', () => {
    expect(of(undefined, `${base}.g7`)).toEqual([`${base}.g7`, {}]);
    expect(of({ principal: base, inUse: 3, last: 3 }, second)).toEqual([`${base}.g3`, {}]);
    expect(of({ principal: 'its former name', inUse: 3, last: 3 }, base)).toBeUndefined();
  });
  it.each<[Step, string, object]>([
    ['create', base, { [second]: 'found' }],
    ['grant', base, { [second]: 'found' }],
    ['test', base, { [second]: 'level' }],
    ['publish', base, { [second]: 'level' }],
    // Killed between the store and the record: the store is right.
    ['publish', second, { [base]: 'level' }],
    ['drain', second, { [base]: 'level' }],
    ['close', second, { [base]: 'level' }],
    ['revoke', second, { [base]: 'found' }],
    ['remove', second, { [base]: 'found' }],
    ['prove', second, { [base]: 'found' }],
  ])('under way, at %s, with %s in the store', (step, stored, others) => {
    expect(of(underWay(step), stored)).toEqual([stored, others]);
  });
  it('follows the step where the store has nothing', () => {
    expect(of(underWay('test'))).toEqual([base, { [second]: 'level' }]);
    expect(of(underWay('revoke'))).toEqual([second, { [base]: 'found' }]);
  });
  it('on the way back is the old one again, as soon as the store gives it', () => {
    expect(of(underWay('publish', 'back'), second)).toEqual([second, { [base]: 'level' }]);
    expect(of(underWay('publish', 'back'), base)).toEqual([base, { [second]: 'level' }]);
    expect(of(underWay('revoke', 'back'), base)).toEqual([base, { [second]: 'found' }]);
  });
});

function must({ underWay: found }: RotationRecord) {
  if (found === undefined) throw new Error('none is under way');
  return found;
}
