/**
 * Killed at every write, applied again: converged, nobody locked out, and at no moment more than the union of the old and the
 * new grants. A proxy counts the requests; what is granted is read from the broker before each of them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { type AclBinding, type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { type Front, frontOfKafka } from './front.ts';
import { kafkaGrants } from './kafka-grants.ts';
import { type KafkaSetting, kafkaSetting } from './kafka.setting.ts';
import { openScene, type Scene, sweep } from './scene.ts';
import { beyond, type Grants, UnionWatch } from './union.ts';

/** One boundary in so many, where not every one is asked for. */
const stride = 2;

describe('Kafka: an apply that is killed', () => {
  let setting: KafkaSetting;
  let admin: KafkaAdmin;
  let watch: UnionWatch;
  let front: Front;
  let scene: Scene;
  let old: Grants;
  let fresh: Grants;

  /** The broker lists an ACL a moment after the controller has confirmed it: read until it stands still. */
  const settledAcls = async (): Promise<AclBinding[]> => {
    let acls = await admin.acls();
    for (;;) {
      await sleep(15);
      const again = await admin.acls();
      if (JSON.stringify(again) === JSON.stringify(acls)) return again;
      acls = again;
    }
  };

  beforeAll(async () => {
    const { kafka } = brokersForTests();
    setting = kafkaSetting(kafka);
    admin = await kafkaAdmin(kafka);
    watch = new UnionWatch(async () => kafkaGrants(await settledAcls(), setting.probes));
    front = await frontOfKafka(kafka, async ({ n, what }) => {
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
    await admin.close();
    await scene.workspace.remove();
  });

  /** Without the principal, the mark and the host: `READ TOPIC open`. */
  const of = (service: string, grants: Iterable<string>) =>
    [...grants]
      .filter((grant) => grant.startsWith(`${service}-`) && grant.endsWith('10.0.0.1'))
      .map((grant) =>
        grant
          .replace(/^\S+ /, '')
          .replace(`${setting.mark}.`, '')
          .replace(/ from .*/, ''),
      )
      .filter((grant) => !grant.startsWith('DESCRIBE'))
      .sort();

  it('moves grants in every way', () => {
    expect(of('mover', old)).toEqual([
      'READ GROUP old',
      'READ TOPIC gone',
      'WRITE TOPIC open',
      'WRITE TRANSACTIONAL_ID tx',
    ]);
    expect(of('mover', fresh)).toEqual(['READ GROUP new', 'READ TOPIC open', 'WRITE TOPIC fresh']);
    const allButSecret = ['fresh', 'gone', 'open', 'other'].map((topic) => `READ TOPIC ${topic}`);
    expect(of('narrowed', old)).toEqual(allButSecret);
    expect(of('narrowed', fresh)).toEqual(['READ TOPIC open']);
    expect(of('widened', old)).toEqual(['READ TOPIC open']);
    expect(of('widened', fresh)).toEqual(allButSecret);
    expect(of('flipper', beyond(old, fresh))).toEqual([
      'READ TOPIC open',
      ...['fresh', 'gone', 'other', 'secret'].map((topic) => `WRITE TOPIC ${topic}`),
    ]);
    expect(of('flipper', beyond(fresh, old))).toEqual([
      ...['fresh', 'gone', 'other', 'secret'].map((topic) => `READ TOPIC ${topic}`),
      'WRITE TOPIC open',
    ]);
    expect(of('leaver', old)).toEqual(allButSecret);
    expect(of('leaver', fresh)).toEqual([]);
    expect(of('joiner', old)).toEqual([]);
  });

  it('left alone, never passes the union of old and new', async () => {
    await scene.reset();
    watch.states.clear();
    await scene.converge('undisturbed');
    expect(watch.violations).toEqual([]);
    expect(watch.states.size, 'states in between were seen').toBeGreaterThan(3);
  });

  it('converges after a kill at any write, within the union', { timeout: 600_000 }, async () => {
    const { kills, writes } = await sweep(scene, front, watch, stride);
    expect(writes).toBeGreaterThan(10);
    expect(kills).toBeGreaterThanOrEqual(Math.floor(writes / stride));
    expect(watch.violations).toEqual([]);
  });
});
