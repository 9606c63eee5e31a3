/** A rotation that is killed at each step: nobody is locked out, and no user is left that the record does not name. */
import { readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Credential } from '../../src/core/broker.ts';
import { recordIn } from '../../src/core/rotation/record.ts';
import { verifyChain } from '../../src/history/audit-log.ts';
import { mqwarden } from '../cli/run.ts';
import { type Detour, openDetour, type Services, type Surroundings } from './detour.ts';
import type { Front } from './front.ts';
import { type Moment, startProgram, type Victim } from './victim.ts';

export interface RotationSetting {
  readonly broker: 'rabbitmq' | 'kafka';
  readonly subject: Surroundings;
  readonly service: string;
  readonly services: Services;
  login(credential: Credential): Promise<void>;
  /** Those that live and belong to the service, sorted. */
  users(): Promise<readonly string[]>;
}

export interface RotationScene {
  readonly detour: Detour;
  /** The writes that a rotation makes on the broker when it is left alone. */
  count(): Promise<number>;
  /** Killed as soon as the record announces this step; false where it was over before. */
  killAtStep(step: string): Promise<boolean>;
  killAtWrite(n: number, moment: Moment): Promise<boolean>;
}

export async function openRotation(
  setting: RotationSetting,
  front: Pick<Front, 'section' | 'onWrite' | 'writes'>,
): Promise<RotationScene> {
  const { broker, service, subject } = setting;
  const { variables } = subject;
  const detour = await openDetour(broker, subject, front.section);
  const { folder } = detour.workspace;
  const at = { cwd: folder, variables };
  await detour.write(setting.services);
  await detour.converge();
  const recordFile = join(folder, 'secrets/mqwarden/rotation', broker, `${encodeURIComponent(service)}.json`);
  const args = (topology: string) => [
    'rotate',
    topology,
    '--yes',
    '--grace',
    '0s',
    '--audit-log',
    'audit.jsonl',
  ];
  const start = (): Victim => startProgram([...args(detour.topology), '--no-lock'], at);

  /** All that must be true after a kill, and again after the next run. */
  async function check(why: string): Promise<void> {
    front.onWrite();
    await setting.login(await detour.stored(service));
    const named = generationsIn(recordFile);
    const living = await setting.users();
    expect(
      living.filter((user) => !named.includes(user)),
      `${why}: users that the record does not name`,
    ).toEqual([]);
    const planned = await run('plan', 'mqwarden.yaml', '--detailed-exitcode');
    expect(planned, `${why}: a plan changes nothing`).toMatchObject({ code: 0, stderr: '' });
    const again = await run(...args('mqwarden.yaml'));
    expect(again, `${why}: run again`).toMatchObject({ code: 0 });
    const credential = await detour.stored(service);
    await setting.login(credential);
    expect(await setting.users(), `${why}: one user is left`).toEqual([credential.username]);
    expect(generationsIn(recordFile), why).toEqual([credential.username]);
    expect(await run('plan', 'mqwarden.yaml', '--detailed-exitcode'), why).toMatchObject({ code: 0 });
    const audit = await readFile(join(folder, 'audit.jsonl'), 'utf8');
    expect(verifyChain(audit), `${why}: the audit log`).toMatchObject({ ok: true });
  }

  const run = (...all: string[]) => mqwarden(all, { ...at, canaries: Object.values(variables) });

  return {
    detour,
    async count() {
      front.onWrite();
      expect(await start().ended).toMatchObject({ code: 0 });
      return front.writes.length;
    },
    async killAtStep(step) {
      front.onWrite();
      const before = lastIn(recordFile);
      const victim = start();
      const over = new AbortController();
      void victim.ended.then(() => over.abort());
      while (!over.signal.aborted && !(stepIn(recordFile) === step && lastIn(recordFile) > before))
        await sleep(1);
      victim.kill();
      const { code } = await victim.ended;
      await check(`killed at ${step}`);
      return code === null;
    },
    async killAtWrite(n, moment) {
      const victim = start();
      front.onWrite((write) => {
        if (victim.isDead) return 'kill-before';
        return write.n === n ? victim.die(moment) : 'pass';
      });
      const { code } = await victim.ended;
      await check(`killed at write ${n}, ${moment}`);
      return code === null;
    },
  };
}

export async function clear(scene: RotationScene): Promise<void> {
  await rm(scene.detour.workspace.folder, { recursive: true, force: true });
}

function textsIn(file: string): Record<string, string> | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch {
    return undefined;
  }
}

function stepIn(file: string): string | undefined {
  return textsIn(file)?.['step'];
}

function lastIn(file: string): number {
  return Number(textsIn(file)?.['last'] ?? '1');
}

/** What the record says can live. */
function generationsIn(file: string): string[] {
  const texts = textsIn(file);
  if (texts === undefined) throw new Error(`${file} is not there`);
  const { principal, inUse, underWay } = recordIn(texts, file);
  const numbers = underWay === undefined ? [inUse] : [underWay.from.generation, underWay.to.generation];
  return numbers.map((number) => (number === 1 ? principal : `${principal}.g${number}`));
}
