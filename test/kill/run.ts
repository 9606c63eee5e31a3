import { expect, it } from 'vitest';
import type { Front } from './front.ts';
import { openScene, type Scene, type Setting, sweep } from './scene.ts';
import type { Grants, UnionWatch } from './union.ts';

/** A scene that has been played once, so that the grants before and after, and their union, are known. */
export interface Run {
  readonly scene: Scene;
  readonly front: Front;
  readonly watch: UnionWatch;
  readonly old: Grants;
  readonly fresh: Grants;
}

export async function openRun(setting: Setting, front: Front, watch: UnionWatch): Promise<Run> {
  const scene = await openScene(setting, front);
  await scene.reset();
  const old = await watch.look('old');
  await scene.converge('the new topology');
  const fresh = await watch.look('new');
  watch.bound(old, fresh);
  return { scene, front, watch, old, fresh };
}

/** What keeps a sweep from passing for want of anything to see. */
interface Floor {
  /** One boundary in so many, where not every one is asked for. */
  readonly stride: number;
  readonly states: number;
  readonly writes: number;
}

/** The tests of either broker: undisturbed, and killed at every write, within the union of old and new. */
export function staysWithinTheUnion(run: () => Run, { stride, states, writes }: Floor): void {
  it('left alone, never passes the union of old and new', async () => {
    const { scene, watch } = run();
    await scene.reset();
    watch.states.clear();
    await scene.converge('undisturbed');
    expect(watch.violations).toEqual([]);
    expect(watch.states.size, 'states in between were seen').toBeGreaterThan(states);
  });

  it('converges after a kill at any write, within the union', { timeout: 1_800_000 }, async () => {
    const { scene, front, watch } = run();
    const swept = await sweep(scene, front, watch, stride);
    expect(swept.writes).toBeGreaterThan(writes);
    expect(swept.kills).toBeGreaterThanOrEqual(Math.floor(swept.writes / stride));
    expect(watch.violations).toEqual([]);
  });
}
