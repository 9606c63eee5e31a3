import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { address, brokerOf, kindOf, partsOf } from '../../src/core/address.ts';
import { matchesGlob } from '../../src/core/glob.ts';
import { canonical, digest } from '../../src/core/json.ts';

describe('address', () => {
  it.each([
    [['production', 'order.queue.payments'], 'rabbitmq:queue:production/order.queue.payments'],
    [['/', 'a/b'], 'rabbitmq:queue:%2F/a%2Fb'],
    [['v', 'a%b@c+d~e f.gé*'], 'rabbitmq:queue:v/a%25b%40c%2Bd~e%20f.g%C3%A9*'],
  ])('%j is %s', (parts, text) => {
    expect(address('rabbitmq:queue', ...parts)).toBe(text);
  });

  it('round-trips any names', () => {
    const name = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (parts) => {
        const at = address('rabbitmq:queue', ...parts);
        expect(partsOf(at)).toEqual(parts);
        expect([kindOf(at), brokerOf(at)]).toEqual(['rabbitmq:queue', 'rabbitmq']);
      }),
    );
  });
});

describe('glob', () => {
  it.each([
    ['*-service', 'order-service', true],
    ['*-service', '-service', true],
    ['*-service', 'order-service.g2', false],
    ['*-service', 'Order-Service', false],
    ['order', 'order', true],
    ['order', 'orders', false],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'abc', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['*', 'anything', true],
    ['a.c', 'abc', false],
    ['', '', true],
    ['', 'x', false],
  ])('%s matches %s: %s', (glob, name, want) => {
    expect(matchesGlob(glob, name)).toBe(want);
  });

  it('agrees with a regular expression of the same meaning', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (glob, name) => {
        const pattern = glob
          .split('*')
          .map((part) => part.replaceAll('.', '\\.'))
          .join('.*');
        expect(matchesGlob(glob, name)).toBe(new RegExp(`^${pattern}$`, 's').test(name));
      }),
    );
  });
});

describe('canonical', () => {
  it('sorts keys at every depth and keeps the order of lists', () => {
    expect(canonical({ b: 1, a: [{ d: 2, c: undefined, b: null }] })).toBe('{"a":[{"b":null,"d":2}],"b":1}');
    expect(digest({ a: 1, b: 2 })).toBe(digest({ b: 2, a: 1 }));
    expect(digest([1, 2])).not.toBe(digest([2, 1]));
  });
});
