/** Applies a stage with just the decisions that it needs, and makes sure that nothing is left to do. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Decisions } from '../../src/core/decisions.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Place } from './grounds.ts';
import type { Stage } from './stages.ts';

export async function settle({ workspace, section }: Place, stage: Stage): Promise<void> {
  // A service whose user has another name now is refused the credential of the former one until that is out of the way.
  await rm(join(workspace.folder, 'secrets'), { recursive: true, force: true });
  await workspace.write(stage.services, section(stage));
  const decisions = await decided(async (so) => (await workspace.plan(so)).plan);
  expect((await workspace.apply(decisions)).failures).toEqual([]);
  const left = async () => {
    const { changes, blocked } = (await workspace.plan(decisions)).plan;
    return { changes, blocked };
  };
  // Reads may lag writes.
  await expect.poll(left, { timeout: 5_000 }).toEqual({ changes: [], blocked: [] });
}

const cut = {
  prune: true,
  maxDeletes: 100,
  allowDataLoss: [],
  allowWidening: [],
} satisfies Partial<Decisions>;

/** Each address that blocks, by the flag that its hint names, until nothing is blocked. */
async function decided(plan: (decisions: Partial<Decisions>) => Promise<Plan>): Promise<Partial<Decisions>> {
  let decisions: Partial<Decisions> & Pick<Decisions, 'allowDataLoss' | 'allowWidening'> = cut;
  for (let round = 0; round < 5; round += 1) {
    const { blocked } = await plan(decisions);
    const named = (flag: string) =>
      blocked.filter(({ hint }) => hint.includes(flag)).map(({ address }): string => address);
    const [loss, widening] = [named('--allow-data-loss'), named('--allow-widening')];
    if (loss.length + widening.length === 0) {
      expect(blocked, 'what no decision lets go').toEqual([]);
      return decisions;
    }
    decisions = {
      ...decisions,
      allowDataLoss: [...decisions.allowDataLoss, ...loss],
      allowWidening: [...decisions.allowWidening, ...widening],
    };
  }
  throw new Error('more and more is blocked');
}
