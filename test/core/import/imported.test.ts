import { expect, test } from 'vitest';
import type { Address } from '../../../src/core/address.ts';
import { inOrder } from '../../../src/core/import/imported.ts';

test('what an import leaves out is listed by address, in whichever order a broker tells of it', () => {
  const left = (address: string, reason = 'no words for it') => ({
    ...{ address: address as Address, reason, unowned: false },
  });
  const sorted = [
    left('kafka:topic:a'),
    left('rabbitmq:queue:v/a', 'a'),
    left('rabbitmq:queue:v/a', 'b'),
    left('rabbitmq:queue:v/b'),
  ];
  const orders = [sorted.toReversed(), [...sorted.slice(2), ...sorted.slice(0, 2)]];
  for (const order of orders) expect(inOrder(order)).toEqual(sorted);
});
