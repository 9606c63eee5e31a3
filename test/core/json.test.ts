import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, type Json, sameJson } from '../../src/core/json.ts';

/** Through a text, since JSON has no -0. */
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json);

describe('canonical JSON', () => {
  test('is JSON with sorted keys, and without what is undefined', () => {
    expect(canonical({ b: [1, undefined, { z: null, a: 'é"\n' }], a: undefined, '': true })).toBe(
      '{"":true,"b":[1,null,{"a":"é\\"\\n","z":null}]}',
    );
  });

  test('reads back as what it was made of', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonical(value))).toEqual(value);
      }),
    );
  });
});

describe('equal JSON', () => {
  test('has equal texts, and different JSON different ones', () => {
    const pairs = fc.oneof(
      fc.tuple(json, json),
      json.map((value) => [value, structuredClone(value)] as const),
    );
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        expect(sameJson(a, b)).toBe(canonical(a) === canonical(b));
      }),
    );
  });

  test.each<[Json, Json, boolean]>([
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: undefined }, { b: undefined }, true],
    [{ a: 1 }, { a: 1, b: null }, false],
    [{}, [], false],
    [[1, 2], [1, 2, 3], false],
    [{ a: { b: [1] } }, { a: { b: [1] } }, true],
    ['1', 1, false],
    [null, {}, false],
  ])('%j and %j: %s', (a, b, same) => {
    expect(sameJson(a, b)).toBe(same);
    expect(canonical(a) === canonical(b)).toBe(same);
  });
});
