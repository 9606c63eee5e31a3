/** A rotation that is killed at each step: nobody is locked out, and no user is left that the record does not name. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Credential } from '../../src/core/broker.ts';
import { recordIn, type Side } from '../../src/core/rotation/record.ts';
import type { Mode } from '../../src/core/rotation/words.ts';
import { verifyChain } from '../../src/history/audit-log.ts';
import { mqwarden } from '../cli/run.ts';
import { type Detour, openDetour, type Services, type Surroundings } from './detour.ts';
import { type Front, joined } from './front.ts';
import type { Keeper, Texts } from './keepers.ts';
import { type Moment, secretsAmong, startProgram, type Victim } from './victim.ts';

export interface RotationSetting {
  readonly broker: 'rabbitmq' | 'kafka';
  readonly subject: Surroundings;
  readonly service: string;
  readonly services: (mode: Mode) => Services;
  /** `patienceMs`: how long a broker may take to hear of it. */
  login(credential: Credential, patienceMs?: number): Promise<void>;
  /** Those that live and belong to the service, sorted. */
  users(): Promise<readonly string[]>;
}

export interface RotationScene {
  /** The writes of a rotation that is left alone, to the broker and, where it is watched, to the store. */
  count(): Promise<readonly string[]>;
  /** Killed as soon as the record announces this step; false where it was over before. */
  killAtStep(step: string): Promise<boolean>;
  killAtWrite(n: number, moment: Moment): Promise<boolean>;
  /** The writes of an abort of a rotation that was killed when services had the new credential. */
  countAbort(): Promise<readonly string[]>;
  killAbortAtWrite(n: number, moment: Moment): Promise<boolean>;
  close(): Promise<void>;
}

interface Stage {
  readonly setting: RotationSetting;
  readonly mode: Mode;
  readonly keeper: Keeper;
  readonly front: Front;
  readonly detour: Detour;
  /** Runs the program straight to the broker. */
  readonly run: (...args: string[]) => ReturnType<typeof mqwarden>;
}

export async function openRotation(
  setting: RotationSetting,
  mode: Mode,
  broker: Front,
  keeper: Keeper,
): Promise<RotationScene> {
  const front = keeper.front === undefined ? broker : joined(broker, keeper.front);
  const variables = { ...setting.subject.variables, ...keeper.variables };
  const subject = { ...setting.subject, variables, secrets: keeper.secrets };
  const detour = await openDetour(setting.broker, subject, front.section);
  const { folder } = detour.workspace;
  const at = { cwd: folder, variables };
  await detour.write(setting.services(mode));
  await detour.converge();
  const run = (...args: string[]) => mqwarden(args, { ...at, canaries: secretsAmong(variables) });
  const stage: Stage = { setting, mode, keeper, front, detour, run };
  const start = (...more: string[]): Victim =>
    startProgram([...rotateArgs(detour.topology), '--no-lock', ...more], at);
  return sceneOf(stage, start);
}

function sceneOf(stage: Stage, start: Start): RotationScene {
  const { front, keeper, detour } = stage;
  const countWrites = async (...more: string[]) => {
    front.onWrite();
    expect(await start(...more).ended).toMatchObject({ code: 0 });
    return front.writes;
  };
  const checkWrite = (what: string, n: number, moment: Moment) =>
    check(stage, `${what} killed at write ${n}, ${moment}: ${front.writes[n - 1] ?? 'not reached'}`);
  return {
    count: () => countWrites(),
    async killAtStep(step) {
      const died = await dieAtStep(stage, step, () => start());
      await check(stage, `killed at ${step}`);
      return died;
    },
    async killAtWrite(n, moment) {
      const died = await dieAtWrite(stage, n, moment, () => start());
      await checkWrite('a rotation', n, moment);
      return died;
    },
    async countAbort() {
      expect(await dieHalfWay(stage, start)).toBe(true);
      return countWrites('--abort');
    },
    async killAbortAtWrite(n, moment) {
      expect(await dieHalfWay(stage, start)).toBe(true);
      const { underWay } = recordIn(await recordOf(stage), 'the record');
      const died = await dieAtWrite(stage, n, moment, () => start('--abort'));
      await checkWrite('an abort', n, moment);
      expect((await stored(stage)).password).toBe(underWay?.from.password);
      return died;
    },
    close: async () => {
      await front.stop();
      await keeper.stop();
      await rm(detour.workspace.folder, { recursive: true, force: true });
    },
  };
}

type Start = (...more: string[]) => Victim;

async function dieAtWrite(
  { front }: Stage,
  n: number,
  moment: Moment,
  start: () => Victim,
): Promise<boolean> {
  const victim = start();
  front.onWrite((write) => {
    if (victim.isDead) return 'kill-before';
    return write.n === n ? victim.die(moment) : 'pass';
  });
  const { code } = await victim.ended;
  await front.settled?.();
  return code === null;
}

/** A step may be over before it is seen: then the whole rotation is, and the next one has its turn. */
async function dieAtStep(stage: Stage, step: string, start: () => Victim): Promise<boolean> {
  stage.front.onWrite();
  for (let tries = 5; tries > 0; tries -= 1) {
    const victim = start();
    const over = new AbortController();
    void victim.ended.then(() => over.abort());
    // A record whose rotation is over has no step.
    while (!over.signal.aborted && (await recordOf(stage))['step'] !== step) await sleep(1);
    victim.kill();
    if ((await victim.ended).code === null) return true;
  }
  return false;
}

/** After services were given the new credential, and before the old generation goes. */
async function dieHalfWay(stage: Stage, start: Start): Promise<boolean> {
  return stage.mode === 'dual'
    ? dieAtStep(stage, 'drain', () => start('--grace', '1h'))
    : dieAtStep(stage, 'set', () => start());
}

const rotateArgs = (topology: string) => [
  ...['rotate', topology, '--yes', '--grace', '0s'],
  ...['--audit-log', 'audit.jsonl'],
];

/** All that must be true after a kill, and again after the next run. */
async function check(stage: Stage, why: string): Promise<void> {
  const { setting, keeper, front, detour, run } = stage;
  front.onWrite();
  const before = await recordOf(stage);
  await expectSomeoneIsLetIn(stage, before, why);
  const living = await setting.users();
  expect(
    living.filter((user) => !generationsIn(before).includes(user)),
    `${why}: users that the record does not name`,
  ).toEqual([]);
  const planned = await run('plan', 'mqwarden.yaml', '--detailed-exitcode');
  expect(planned, `${why}: a plan changes nothing`).toMatchObject({ code: 0, stderr: '' });
  const again = await run(...rotateArgs('mqwarden.yaml'));
  expect(again, `${why}: run again`).toMatchObject({ code: 0 });
  const credential = await stored(stage);
  await setting.login(credential);
  expect(await setting.users(), `${why}: one user is left`).toEqual([credential.username]);
  const after = await recordOf(stage);
  expect(generationsIn(after), why).toEqual([credential.username]);
  expect(Object.keys(after).filter((key) => /password/i.test(key))).toEqual([]);
  for (const path of [credentialPath(setting), recordPath(setting)]) await keeper.expectSettled(path);
  expect(await run('plan', 'mqwarden.yaml', '--detailed-exitcode'), why).toMatchObject({ code: 0 });
  const audit = await readFile(join(detour.workspace.folder, 'audit.jsonl'), 'utf8');
  expect(verifyChain(audit), `${why}: the audit log`).toMatchObject({ ok: true });
}

/**
 * Whoever reads the store is let in. In place there is one moment in which that is not so, between the store and the broker: then
 * what the broker takes is in the record, so that the next run can end it.
 */
async function expectSomeoneIsLetIn(stage: Stage, record: Texts, why: string): Promise<void> {
  const { setting, mode } = stage;
  const given = await stored(stage);
  const isBetween = mode === 'in-place' && ['publish', 'set'].includes(record['step'] ?? '');
  if (!isBetween) {
    await setting.login(given);
    return;
  }
  const { underWay } = recordIn(record, why);
  const passwords = [given, underWay?.from, underWay?.to].flatMap((one) => one?.password ?? []);
  const isTaken = async (password: string) =>
    setting.login({ ...given, password }, 0).then(
      () => true,
      () => false,
    );
  await expect
    .poll(async () => (await Promise.all(passwords.map(isTaken))).includes(true), {
      message: `${why}: the record has what the broker takes`,
      timeout: 15_000,
    })
    .toBe(true);
}

const credentialPath = ({ broker, service }: RotationSetting) => `${broker}/${service}`;
const recordPath = (setting: RotationSetting) => `mqwarden/rotation/${credentialPath(setting)}`;

async function stored({ keeper, setting }: Stage): Promise<Credential> {
  const { username = '', password = '' } = (await keeper.read(credentialPath(setting))) ?? {};
  return { username, password };
}

/** Empty before the first rotation has begun. */
async function recordOf({ keeper, setting }: Stage): Promise<Texts> {
  return (await keeper.read(recordPath(setting))) ?? {};
}

/** What the record says can live. */
function generationsIn(texts: Texts): string[] {
  const { principal, inUse, underWay } = recordIn(texts, 'the record');
  const name = (number: number) => (number === 1 ? principal : `${principal}.g${number}`);
  if (underWay === undefined) return [name(inUse)];
  const { from, to } = underWay;
  return [...new Set([from, to].map(({ generation }: Side) => name(generation)))];
}
