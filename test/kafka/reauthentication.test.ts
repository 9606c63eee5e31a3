import { expect, it } from 'vitest';
import { remainder } from '../../src/brokers/kafka/reauthentication.ts';

it.each<[readonly number[] | undefined, string]>([
  [undefined, 'for as long as connections.max.reauth.ms of the brokers says, which could not be read'],
  [[], 'which could not be read'],
  [[0, 0], 'until they end by themselves: connections.max.reauth.ms is 0 on the brokers'],
  [[60_000, 3_600_000], 'for up to 60 min (connections.max.reauth.ms of the brokers)'],
  [
    [0, 60_000],
    'for up to 60 s where connections.max.reauth.ms says so, and where it is 0, on other listeners or brokers, until it ends by itself',
  ],
])('%j', (values, want) => {
  expect(remainder('dual', values)).toContain(
    `without any right, ${values === undefined || values.length > 0 ? want : ''}`,
  );
  expect(remainder('in-place', values)).toContain(want);
});
