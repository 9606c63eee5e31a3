/**
 * Killed at every write, applied again: converged, nobody locked out, and at no moment more than the union of the old and the
 * new grants. A proxy counts the requests; what is granted is read from the broker before each of them.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { frontOfRabbitMQ } from './front.ts';
import { rabbitGrants } from './rabbitmq-grants.ts';
import { type RabbitSetting, rabbitSetting } from './rabbitmq.setting.ts';
import { openRun, type Run, staysWithinTheUnion } from './run.ts';
import { beyond, UnionWatch } from './union.ts';

describe('RabbitMQ: an apply that is killed', () => {
  let setting: RabbitSetting;
  let run: Run;

  beforeAll(async () => {
    const { rabbitmq } = brokersForTests();
    setting = rabbitSetting(rabbitmq);
    const watch = new UnionWatch(() => rabbitGrants(rabbitmq, setting.probes));
    const front = await frontOfRabbitMQ(rabbitmq, async ({ n, what }) => {
      await watch.look(`before write ${n}, ${what}`);
    });
    run = await openRun(setting, front, watch);
  });
  afterAll(async () => {
    await run.front.stop();
    await run.scene.workspace.remove();
  });

  const of = (service: string, grants: Iterable<string>) =>
    [...grants]
      .filter((grant) => grant.startsWith(`${service}-`))
      .map((grant) => grant.replace(/^\S+ /, ''))
      .sort();

  it('moves grants in every way', () => {
    const { old, fresh } = run;
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

  staysWithinTheUnion(() => run, { stride: 4, states: 5, writes: 20 });
});
