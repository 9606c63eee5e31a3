/** The topology that this repository starts people from: applied, and planned again with nothing left. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { type Local, openLocal } from './local.ts';

const brokers = brokersForTests();
let local: Local;
beforeAll(async () => {
  local = await openLocal(brokers);
});
afterAll(() => local.remove());

it('is applied whole, and a second plan is empty', { timeout: 600_000 }, async () => {
  const first = await local.plan();
  expect(first.plan.changes.length).toBeGreaterThan(30);
  expect(first.plan.blocked).toEqual([]);
  const { failures } = await local.apply();
  expect(failures).toEqual([]);
  const second = await local.plan();
  expect(second.plan.changes).toEqual([]);
  expect(second.plan.blocked).toEqual([]);
  const ours = second.plan.unmanaged.filter(({ address }) => address.includes(local.mark));
  expect(ours).toEqual([]);
});
