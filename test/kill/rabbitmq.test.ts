/**
 * Killed at every write, applied again: converged, nobody locked out, and at no moment more than the union of the old and the
 * new grants. A proxy counts the requests; what is granted is read from the broker before each of them.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { type Front, frontOfRabbitMQ } from './front.ts';
import { rabbitGrants } from './rabbitmq-grants.ts';
import { type RabbitSetting, rabbitSetting } from './rabbitmq.setting.ts';
import { openScene, type Scene, sweep } from './scene.ts';
import { beyond, type Grants, UnionWatch } from './union.ts';

/** One boundary in so many, where not every one is asked for. */
const stride = 4;

describe('RabbitMQ: an apply that is killed', () => {
  let setting: RabbitSetting;
  let watch: UnionWatch;
  let front: Front;
  let scene: Scene;
  let old: Grants;
  let fresh: Grants;

  beforeAll(async () => {
    const { rabbitmq } = brokersForTests();
    setting = rabbitSetting(rabbitmq);
    watch = new UnionWatch(() => rabbitGrants(rabbitmq, setting.probes));
    front = await frontOfRabbitMQ(rabbitmq, async ({ n, what }) => {
      await watch.look(`before write ${n}, ${what}`);
    });
    scene = await openScene(setting, front);
    await scene.reset();
    old = await watch.look('old');
    await scene.converge('the new topology');
    fresh = await watch.look('new');
    watch.bound(old, fresh);
  });
  afterAll(async () => {
    await front.stop();
    await scene.workspace.remove();
  });

  const of = (service: string, grants: Iterable<string>) =>
    [...grants]
      .filter((grant) => grant.startsWith(`${service}-`))
      .map((grant) => grant.replace(/^\S+ /, ''))
      .sort();

  it('moves grants in every way', () => {
    expect(of('mover', old)).toEqual(['read gone', 'write a with x.1']);
    expect(of('mover', fresh)).toEqual(['read fresh', 'write b with y.#', 'write b with y.1']);
    expect(of('loser', beyond(old, fresh))).toEqual(['write b with y.#', 'write b with y.1']);
    expect(of('changer', old)).toEqual(['write a with x.1']);
    expect(of('changer', fresh)).toEqual(['write a with y.#', 'write a with y.1']);
    expect(of('binder', beyond(old, fresh))).toEqual(['read a with x.1', 'read a with z']);
    expect(of('binder', beyond(fresh, old))).toEqual(['read b with y.1', 'read b with z']);
    expect(of('leaver', fresh)).toEqual([]);
    expect(of('joiner', old)).toEqual([]);
  });

  it('left alone, never passes the union of old and new', async () => {
    await scene.reset();
    watch.states.clear();
    await scene.converge('undisturbed');
    expect(watch.violations).toEqual([]);
    expect(watch.states.size, 'states in between were seen').toBeGreaterThan(5);
  });

  it('converges after a kill at any write, within the union', { timeout: 600_000 }, async () => {
    const { kills, writes } = await sweep(scene, front, watch, stride);
    expect(writes).toBeGreaterThan(20);
    expect(kills).toBeGreaterThanOrEqual(Math.floor(writes / stride));
    expect(watch.violations).toEqual([]);
  });
});
