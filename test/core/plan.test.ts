import { describe, expect, it } from 'vitest';
import { cautious } from '../../src/core/decisions.ts';
import { decide } from '../../src/core/decide.ts';
import { diff } from '../../src/core/diff.ts';
import { assemble, type BrokerPlan, type Plan, planDigest, sealOf, staleness } from '../../src/core/plan.ts';
import { box, compiled, grant, ground, kinds, reading, type Thing } from './fakes.ts';

const makePlan = (
  desired: Thing[],
  live: Thing[],
  over: { topologyDigest?: string; at?: string } = {},
  cost?: string,
): Plan => {
  const difference = diff({ kinds, compiled: compiled(...desired), reading: reading(...live), ground });
  const decided = decide(kinds, difference, cautious);
  const part: BrokerPlan = {
    changes: decided.changes.map((change) => (cost === undefined ? change : { ...change, cost })),
    blocked: decided.blocked,
    unmanaged: difference.unmanaged.map((one) => ({ address: one.resource.address, claimed: one.claimed })),
    warnings: [],
    owned: difference.owned,
  };
  return assemble({
    topology: 'shop',
    topologyDigest: over.topologyDigest ?? 't1',
    environment: 'test',
    createdAt: new Date(over.at ?? '2026-01-01T00:00:00Z'),
    decisions: cautious,
    brokers: new Map([['fake', part]]),
  });
};

describe('a plan', () => {
  it('has the shape of the contract', () => {
    const plan = makePlan([box('a', 1, 'order-service')], [grant('stranger', 'x')]);
    expect(Object.keys(plan).slice(0, 5)).toEqual([
      'version',
      'topology',
      'environment',
      'digest',
      'createdAt',
    ]);
    expect(plan.changes).toEqual([
      {
        action: 'create',
        address: 'fake:box:a',
        kind: 'fake:box',
        service: 'order-service',
        reason: 'owned by order-service',
        before: null,
        after: { size: 1 },
      },
    ]);
    expect(plan.unmanaged).toEqual([{ address: 'fake:grant:stranger', claimed: false }]);
    expect(plan.summary).toEqual({ create: 1, update: 0, replace: 0, delete: 0, blocked: 0, unmanaged: 1 });
    expect(plan.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('keeps its digest over time, counters and strangers', () => {
    const plan = makePlan([box('a', 2)], [box('a', 1)]);
    const later = makePlan(
      [box('a', 2)],
      [box('a', 1), grant('stranger', 'x')],
      { at: '2026-02-01T00:00:00Z' },
      '12 messages',
    );
    expect(later.digest).toBe(plan.digest);
    expect(planDigest(later)).toBe(plan.digest);
    expect(staleness(plan, later)).toBeUndefined();
    expect(later.seal).not.toBe(plan.seal);
  });

  it.each([
    [
      'the topology moved',
      makePlan([box('a', 2)], [box('a', 1)], { topologyDigest: 't2' }),
      /topology has changed/,
    ],
    ['the broker moved', makePlan([box('a', 2)], [box('a', 1), grant('order', 'x')]), /brokers have changed/],
  ])('is stale when %s', (_name, fresh, why) => {
    expect(staleness(makePlan([box('a', 2)], [box('a', 1)]), fresh)).toMatch(why);
  });

  it('survives JSON with its digest', () => {
    const plan = makePlan([box('a', 2)], [box('a', 1)]);
    const again = JSON.parse(JSON.stringify(plan)) as Plan;
    expect([planDigest(again), sealOf(again)]).toEqual([plan.digest, plan.seal]);
  });
});
