import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { removeFolder, startProcess, temporaryFolder, untilReady } from './process.ts';

/** In place of a broker: a process with a child of its own, both of which would run for ever. */
const forever = ['-c', 'sleep 1000 & echo $!; echo "$$"; echo ready; wait'];

/** A dead process counts as alive until whoever inherited it has taken notice: poll. */
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) removeFolder(folder);
});

const start = (script = forever) => {
  const folder = temporaryFolder('mqwarden-process-');
  folders.push(folder);
  const logFile = join(folder, 'log');
  const one = startProcess({ name: 'sleeper', command: 'sh', args: script, folder, logFile });
  return { one, pids: () => one.log().split('\n').map(Number).filter(Boolean) };
};

describe('a broker process', () => {
  it('ends with all that it started', async () => {
    const { one, pids } = start();
    await untilReady('sleeper', one, () => one.log().includes('ready'));
    expect(pids().map(alive)).toEqual([true, true]);
    await one.kill();
    expect(one.isRunning()).toBe(false);
    await expect.poll(() => pids().some(alive), { timeout: 10_000 }).toBe(false);
  });

  it('may end in good order', async () => {
    const { one } = start(['-c', 'trap "echo bye; exit 0" TERM; echo ready; while :; do sleep 0.05; done']);
    await untilReady('sleeper', one, () => one.log().includes('ready'));
    await one.terminate();
    expect(one.log()).toContain('bye');
  });

  it('is shown with its log when it ends while starting, or does not start in time', async () => {
    const early = start(['-c', 'echo the port is taken; exit 3']);
    await expect(untilReady('sleeper', early.one, () => false)).rejects.toThrow(
      /sleeper ended while starting[^]*the port is taken/,
    );
    const late = start();
    await expect(untilReady('sleeper', late.one, () => false, 200)).rejects.toThrow(
      /not ready within 0.2 s[^]*ready/,
    );
    expect(late.one.isRunning()).toBe(false);
  });

  it.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)(
    'does not outlive a starter ended by %s',
    async (signal) => {
      const script = `
      const { startProcess, temporaryFolder, untilReady } = await import(${JSON.stringify(join(import.meta.dirname, 'process.ts'))});
      const folder = temporaryFolder('mqwarden-starter-');
      const logFile = folder + '/log';
      const one = startProcess({ name: 'sleeper', command: 'sh', args: ${JSON.stringify(forever)}, folder, logFile });
      await untilReady('sleeper', one, () => one.log().includes('ready'));
      console.log(JSON.stringify({ folder, pids: one.log().split('\\n').map(Number).filter(Boolean) }));
      setInterval(() => undefined, 1000);`;
      const starter = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [said] = (await once(starter.stdout, 'data')) as [Buffer];
      const { folder, pids } = JSON.parse(said.toString()) as { folder: string; pids: number[] };
      expect(pids.map(alive)).toEqual([true, true]);
      starter.kill(signal);
      await expect.poll(() => pids.some(alive), { timeout: 10_000 }).toBe(false);
      await expect.poll(() => existsSync(folder), { timeout: 10_000 }).toBe(false);
    },
  );
});
