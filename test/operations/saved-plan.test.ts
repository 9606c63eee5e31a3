import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cautious } from '../../src/core/decisions.ts';
import { assemble } from '../../src/core/plan.ts';
import { readPlan, savePlan } from '../../src/operations/saved-plan.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqwarden-plan-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const plan = assemble({
  topology: 'shop',
  topologyDigest: 't',
  environment: 'test',
  createdAt: new Date(0),
  decisions: cautious,
  brokers: new Map(),
});

describe('a saved plan', () => {
  it('is read back as it was, for its owner only, with nothing left beside it', async () => {
    const file = join(folder, 'plan.json');
    await writeFile(file, 'an older plan', { mode: 0o666 });
    await savePlan(file, plan);
    expect(await readPlan(file)).toEqual(plan);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['plan.json']);
  });

  it('is not written through a link that somebody put there', async () => {
    await writeFile(join(folder, 'victim'), 'precious');
    await symlink(join(folder, 'victim'), join(folder, 'plan.json'));
    await expect(savePlan(join(folder, 'plan.json'), plan)).rejects.toThrow(/not an ordinary file/);
    expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('precious');
  });

  it('says what is wrong with a folder that cannot be written', async () => {
    await expect(savePlan(join(folder, 'no', 'plan.json'), plan)).rejects.toMatchObject({
      code: 'MQWARDEN_FILE',
      hint: expect.stringContaining('folder') as string,
    });
  });
});
