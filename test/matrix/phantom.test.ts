/**
 * No phantom differences: what was made by hand, by each broker's own tools and with no more said than a person would, is
 * what the topology declares. Whatever a version of a broker adds of its own accord must not come up in a plan.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Change } from '../../src/core/resource.ts';
import { brokersForTests } from '../brokers/index.ts';
import { openWorkspace, type Workspace } from '../contract/life.ts';
import { kafkaSubject } from '../contract/kafka.subject.ts';
import { rabbitSubject } from '../contract/rabbitmq.subject.ts';
import { handsOf, makeByHand } from './by-hand.ts';
import { openLocal } from './local.ts';

const brokers = brokersForTests();
const hands = handsOf(brokers);

/** Reads on Kafka may lag writes. */
async function expectNothingToDo(
  plan: () => Promise<{ plan: { changes: readonly Change[]; blocked: readonly unknown[] } }>,
) {
  await expect.poll(async () => (await plan()).plan.changes, { timeout: 60_000, interval: 500 }).toEqual([]);
  expect((await plan()).plan.blocked).toEqual([]);
}

describe('the topology of this repository, made by hand', () => {
  it('is as declared', { timeout: 600_000 }, async () => {
    const local = await openLocal(brokers);
    const { plan } = await local.plan();
    expect(plan.summary).toMatchObject({ update: 0, delete: 0, blocked: 0 });
    expect(plan.changes.length).toBeGreaterThan(30);
    await makeByHand(hands, plan.changes);
    await expectNothingToDo(() => local.plan());
    await local.remove();
  });
});

describe.each([
  ['rabbitmq', () => rabbitSubject(brokers.rabbitmq)],
  ['kafka', () => kafkaSubject(brokers.kafka)],
] as const)('every kind of %s, with odd names, made by hand', (name, makeSubject) => {
  const subject = makeSubject();
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await openWorkspace(name, subject);
  });
  afterAll(() => workspace.remove());

  it('is as declared', { timeout: 600_000 }, async () => {
    await workspace.write(subject.stages[1]?.services ?? {});
    const { plan } = await workspace.plan();
    await makeByHand(hands, plan.changes);
    await expectNothingToDo(() => workspace.plan());
  });
});
