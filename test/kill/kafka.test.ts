/**
 * Killed at every write, applied again: converged, nobody locked out, and at no moment more than the union of the old and the
 * new grants. A proxy counts the requests; what is granted is read from the broker before each of them.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokersForTests } from '../brokers/index.ts';
import { type AclBinding, type KafkaAdmin, kafkaAdmin } from '../brokers/kafka-admin.ts';
import { frontOfKafka } from './front.ts';
import { kafkaGrants } from './kafka-grants.ts';
import { type KafkaSetting, kafkaSetting } from './kafka.setting.ts';
import { openRun, type Run, staysWithinTheUnion } from './run.ts';
import { beyond, UnionWatch } from './union.ts';

describe('Kafka: an apply that is killed', () => {
  let setting: KafkaSetting;
  let admin: KafkaAdmin;
  let run: Run;

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
    const watch = new UnionWatch(async () => kafkaGrants(await settledAcls(), setting.probes));
    const front = await frontOfKafka(kafka, async ({ n, what }) => {
      await watch.look(`before write ${n}, ${what}`);
    });
    run = await openRun(setting, front, watch);
  });
  afterAll(async () => {
    await run.front.stop();
    await admin.close();
    await run.scene.workspace.remove();
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
    const { old, fresh } = run;
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

  staysWithinTheUnion(() => run, { stride: 2, states: 3, writes: 10 });
});
