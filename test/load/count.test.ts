import { describe, expect, it } from 'vitest';
import { Count, type Delivery } from './count.ts';

/** One message, sent at 10 s and confirmed at 20 s. */
async function counted(
  deliveries: readonly Delivery[],
  ended: Readonly<Record<string, number>> = {},
): Promise<Count> {
  let now = 10_000;
  const count = new Count(new Map([['out', 'in']]), () => now);
  await count.send('out', 'a', () => {
    now = 20_000;
    return Promise.resolve();
  });
  for (const { at, ...how } of deliveries) {
    now = at;
    count.take('out', 'a', how);
  }
  for (const [service, at] of Object.entries(ended)) {
    now = at;
    const told = { broker: 'b', service, endpoint: 'e', correlationId: 'c', time: '' };
    count.hear({ type: 'disconnect', outcome: 'failed', ...told });
  }
  return count;
}

const reasons = (count: Count) => count.doubled().map(({ why }) => why);

describe('what comes twice is', () => {
  it.each([
    {
      name: 'a redelivery where the consumer was cut off in between',
      deliveries: [
        { at: 21_000, offset: '7' },
        { at: 31_000, offset: '7' },
      ],
      ended: { in: 25_000 },
      want: ['redelivery'],
    },
    {
      name: 'unexplained where only the publisher was',
      deliveries: [
        { at: 21_000, offset: '7' },
        { at: 31_000, offset: '7' },
      ],
      ended: { out: 15_000 },
      want: ['unexplained'],
    },
    {
      name: 'a retry where there are two, and the publisher was cut off before its confirm',
      deliveries: [
        { at: 21_000, offset: '7' },
        { at: 21_000, offset: '8' },
      ],
      ended: { out: 15_000 },
      want: ['retry'],
    },
    {
      name: 'unexplained where the publisher was cut off later',
      deliveries: [
        { at: 21_000, offset: '7' },
        { at: 21_000, offset: '8' },
      ],
      ended: { out: 30_000 },
      want: ['unexplained'],
    },
    {
      name: 'a redelivery that RabbitMQ says to be one',
      deliveries: [{ at: 21_000 }, { at: 31_000, redelivered: true }],
      ended: { in: 25_000 },
      want: ['redelivery'],
    },
    {
      name: 'a retry where RabbitMQ says that it is none',
      deliveries: [{ at: 21_000 }, { at: 31_000 }],
      ended: { out: 15_000, in: 25_000 },
      want: ['retry'],
    },
    {
      name: 'unexplained where nobody was cut off',
      deliveries: [{ at: 21_000 }, { at: 31_000, redelivered: true }],
      ended: {},
      want: ['unexplained'],
    },
    {
      name: 'nothing where it comes once',
      deliveries: [{ at: 21_000, redelivered: true }],
      ended: {},
      want: [],
    },
  ])('$name', async ({ deliveries, ended, want }) => {
    expect(reasons(await counted(deliveries, ended))).toEqual(want);
  });
});

it('what was confirmed and never came is lost; what was refused is told', async () => {
  const count = await counted([]);
  expect(count.lost()).toEqual(['a']);
  await count.send('out', 'b', () => Promise.reject(new Error('no')));
  expect({ lost: count.lost(), refused: count.refused.length, least: count.least() }).toEqual({
    ...{ lost: ['a'], refused: 1, least: 0 },
  });
});
