import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Address } from '../../src/core/address.ts';
import { cautious } from '../../src/core/decisions.ts';
import { assemble } from '../../src/core/plan.ts';
import { readPlan, savePlan } from '../../src/operations/saved-plan.ts';
import { makePipe } from '../files/pipe.ts';
import { planOf } from '../core/fakes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqwarden-plan-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const plan = planOf();

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

  it('does not write to what stands under the temporary name of former versions', async () => {
    const planted = join(folder, `plan.json.${process.pid}.tmp`);
    await writeFile(join(folder, 'victim'), 'precious');
    await symlink(join(folder, 'victim'), planted);
    await savePlan(join(folder, 'plan.json'), plan);
    expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('precious');
    expect((await stat(join(folder, 'plan.json'))).mode & 0o777).toBe(0o600);
  });

  it.each([
    { name: 'a pipe', make: makePipe },
    { name: 'a folder', make: (file: string) => mkdir(file) },
    { name: 'a link to nothing', make: (file: string) => symlink('gone', file) },
  ])('does not replace $name, and leaves nothing behind', async ({ make }) => {
    await make(join(folder, 'plan.json'));
    await expect(savePlan(join(folder, 'plan.json'), plan)).rejects.toThrow(/not an ordinary file/);
    expect(await readdir(folder)).toEqual(['plan.json']);
  });

  it('is not saved where it could not be read again', async () => {
    const huge = { ...plan, topology: 'x'.repeat(33 * 1024 * 1024) };
    await expect(savePlan(join(folder, 'plan.json'), huge)).rejects.toThrow('larger than 32 MB');
    expect(await readdir(folder)).toEqual([]);
  });

  it('escapes what a terminal would obey, and is the same plan', async () => {
    const file = join(folder, 'plan.json');
    const odd = assemble({
      topology: 'a\u009b2J\u202e\u2028',
      topologyDigest: 't',
      environment: 'test',
      createdAt: new Date(0),
      decisions: cautious,
      brokers: new Map(),
    });
    await savePlan(file, odd);
    expect(await readFile(file, 'utf8')).toContain('"a\\u009b2J\\u202e\\u2028"');
    expect(await readPlan(file)).toEqual(odd);
  });

  it('is read from a regular file of a sane size only: a pipe would be waited for', async () => {
    const file = join(folder, 'plan.json');
    await makePipe(file);
    const refused = { code: 'MQWARDEN_FILE', hint: expect.stringContaining('plan --out') as string };
    await expect(readPlan(file)).rejects.toMatchObject(refused);
    await expect(readPlan('/dev/zero')).rejects.toThrow('is not a regular file');
    await rm(file);
    await writeFile(file, '');
    await truncate(file, 33 * 1024 * 1024);
    await expect(readPlan(file)).rejects.toThrow('is larger than 32 MB');
  });

  const costly = planOf({ warnings: [{ address: 'fake:box:a' as Address, message: 'careful' }] });
  const text = `${JSON.stringify(costly, undefined, 2)}\n`;

  it.each([
    ['a warning', text.replace('careful', 'harmless')],
    ['no warning', text.replace(/"warnings": \[[^\]]*\]/, '"warnings": []')],
    ['a summary', text.replace('"delete": 0', '"delete": 1')],
    ['a time', text.replace('1970', '1971')],
    ['the seal', text.replace(/("seal": "sha256:)./, '$1x')],
    ['no seal', text.replace(/"seal": "[^"]*",/, '')],
    ['a field more', text.replace('{', '{ "note": "approved by all",')],
    ['a thing said twice', text.replace('"warnings"', '"warnings": [], "warnings"')],
  ])('is refused with %s edited in', async (_what, edited) => {
    expect(edited).not.toBe(text);
    await writeFile(join(folder, 'plan.json'), edited);
    await expect(readPlan(join(folder, 'plan.json'))).rejects.toMatchObject({ code: 'MQWARDEN_REFUSED' });
  });

  it('may be laid out anew', async () => {
    await writeFile(join(folder, 'plan.json'), JSON.stringify(costly));
    expect(await readPlan(join(folder, 'plan.json'))).toEqual(costly);
  });

  it('cannot be saved to stdout: what to do is said', async () => {
    await expect(savePlan('/dev/stdout', plan)).rejects.toMatchObject({
      message: expect.stringContaining('not an ordinary file') as string,
      hint: 'for a pipe or a device, leave --out away: --format json prints the same document on stdout',
    });
  });

  it('says what is wrong with a folder that cannot be written', async () => {
    await expect(savePlan(join(folder, 'no', 'plan.json'), plan)).rejects.toMatchObject({
      code: 'MQWARDEN_FILE',
      hint: expect.stringContaining('folder') as string,
    });
  });
});
