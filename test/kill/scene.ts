import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Credential } from '../../src/core/broker.ts';
import type { Decisions } from '../../src/core/decisions.ts';
import { verifyChain } from '../../src/history/audit-log.ts';
import type { Workspace } from '../contract/life.ts';
import type { Front } from './front.ts';
import { openDetour, type Services, type Surroundings } from './detour.ts';
import type { UnionWatch } from './union.ts';
import type { Moment, Victim } from './victim.ts';

export interface Setting {
  readonly broker: 'rabbitmq' | 'kafka';
  readonly subject: Surroundings;
  /** Counts from 1; for what cannot be taken back, such as a number of partitions. */
  old(round: number): Services;
  fresh(round: number): Services;
  /** What must be named to go from either to the other. */
  readonly decisions: Partial<Decisions>;
  /** In every address of this test: others share the broker. */
  readonly mark: string;
  /** Services of the fresh topology, which must be able to log in with what the store holds. */
  readonly logins: readonly string[];
  /** A service that only the fresh topology has: its password is made anew in each round. */
  readonly newcomer: string;
  login(credential: Credential): Promise<void>;
}

/** A topology that is to replace another one, with a proxy on the way to the broker. */
export interface Scene {
  readonly workspace: Workspace;
  /** Takes the broker back to the old topology, then writes the fresh one for {@link start}. */
  reset(): Promise<void>;
  /** The real program applies the fresh topology through the proxy. */
  start(): Victim;
  /** The exit codes of an apply that did all it could. */
  readonly goodEnds: readonly number[];
  /** Applies it again, through the watching proxy, and asserts all that must be true then. */
  converge(why: string): Promise<void>;
}

export async function openScene(setting: Setting, front: Pick<Front, 'section' | 'onWrite'>): Promise<Scene> {
  const { broker, decisions } = setting;
  const detour = await openDetour(broker, setting.subject, front.section);
  const { workspace } = detour;
  let round = 0;
  return {
    workspace,
    // 2: topics of other tests, which share the cluster, are held back from `--prune`.
    goodEnds: broker === 'kafka' ? [0, 2] : [0],
    async reset() {
      round += 1;
      front.onWrite();
      await rm(detour.credentialFile(setting.newcomer), { force: true });
      await detour.write(setting.old(round));
      expectConverged(await workspace.apply(decisions), setting, 'back to the old topology');
      await detour.write(setting.fresh(round));
    },
    start: () => detour.start(decisions),
    async converge(why) {
      front.onWrite();
      expectConverged(await workspace.apply(decisions, { topology: detour.topology }), setting, why);
      const second = await workspace.plan(decisions);
      expect(second.plan.changes, `${why}: the second plan is empty`).toEqual([]);
      for (const service of setting.logins) await setting.login(await detour.stored(service));
      const audit = await readFile(join(workspace.folder, 'audit.jsonl'), 'utf8');
      expect(verifyChain(audit), `${why}: the audit log`).toMatchObject({ ok: true });
    },
  };
}

function expectConverged(
  result: Awaited<ReturnType<Workspace['apply']>>,
  { mark }: Setting,
  why: string,
): void {
  if (result.status !== 'applied') throw new Error(`${why}: ${result.status}`);
  const notDone = result.items.filter(({ outcome }) => outcome.status !== 'done');
  expect(notDone, why).toEqual([]);
  // Others, who share the broker, have things that `--prune` would want.
  const left = [...(result.left?.changes ?? []), ...(result.left?.blocked ?? [])];
  expect(result.left, `${why}: read again`).toBeDefined();
  expect(
    left.map(({ address }) => address).filter((at) => at.includes(mark)),
    why,
  ).toEqual([]);
}

/** `npm run test:kill` takes every boundary, both ways; else the sweep takes one in `stride`, the ways in turn. */
const every = process.env['MQWARDEN_KILL'] === 'every';

function momentsAt(boundary: number, stride: number): readonly Moment[] {
  if (every) return ['unsent', 'unanswered'];
  const sample = (boundary - 1) / stride;
  if (!Number.isInteger(sample)) return [];
  return sample % 2 === 0 ? ['unsent'] : ['unanswered'];
}

export interface Swept {
  /** Kills that were survived. */
  readonly kills: number;
  /** Writes of the apply that was left alone. */
  readonly writes: number;
}

/** Kills the program at write 1, 2, 3 …, applies again after each, until an apply ends before its turn to die. */
export async function sweep(scene: Scene, front: Front, watch: UnionWatch, stride: number): Promise<Swept> {
  let kills = 0;
  for (let boundary = 1; ; boundary += 1) {
    for (const moment of momentsAt(boundary, stride)) {
      await scene.reset();
      const victim = scene.start();
      front.onWrite(({ n }) => {
        if (victim.isDead) return 'kill-before';
        return n === boundary ? victim.die(moment) : 'pass';
      });
      const { code, stderr } = await victim.ended;
      const why = `killed at write ${boundary}, ${moment}`;
      if (!victim.isDead) {
        expect(stderr, `${why}: not reached`).toBe('');
        expect(scene.goodEnds, `${why}: not reached`).toContain(code);
        const { length } = front.writes;
        await scene.converge('undisturbed');
        return { kills, writes: length };
      }
      expect(code, why).toBeNull();
      await scene.converge(why);
      expect(watch.violations, `${why}: beyond the union of old and new`).toEqual([]);
      kills += 1;
    }
  }
}
