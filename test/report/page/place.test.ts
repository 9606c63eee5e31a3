import { describe, expect, test } from 'vitest';
import { hashOf, placeOf } from '../../../src/report/page/browser/place.ts';
import { hostile } from './models.ts';

describe('what stands in the address of the page', () => {
  test('comes back as it was, whatever names are', () => {
    for (const name of hostile) {
      const place = new Map([
        ['at', name],
        [name, 'x'],
      ]);
      expect(placeOf(hashOf(place))).toEqual(place);
    }
  });

  test.each([
    ['nothing', '', []],
    ['everything, chosen', hashOf(new Map()), []],
    ['a service', '#at=service%3Aa', [['at', 'service:a']]],
    ['what cannot be read is left out', '#at=%E0%A4%A&owner=x&=y&z=&lone', [['owner', 'x']]],
  ])('%s', (_, hash, want) => {
    expect([...(placeOf(hash) ?? [])]).toEqual(want);
  });

  test('a part of the page chooses nothing', () => {
    expect(placeOf('#check-3')).toBeUndefined();
  });
});
