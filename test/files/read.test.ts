import { mkdtemp, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readRegularFile, UnfitFile } from '../../src/files/read.ts';
import { openToAppend } from '../../src/files/write.ts';
import { makePipe } from './pipe.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqwarden-files-'));
  file = join(folder, 'file');
});
afterEach(() => rm(folder, { recursive: true }));

describe('a regular file', () => {
  test('is read whole up to the bound, and not past it', async () => {
    await writeFile(file, 'text');
    expect((await readRegularFile(file, { maxMegabytes: 1 })).bytes.toString()).toBe('text');
    await truncate(file, 1024 * 1024);
    expect((await readRegularFile(file, { maxMegabytes: 1 })).bytes).toHaveLength(1024 * 1024);
    await truncate(file, 1024 * 1024 + 1);
    await expect(readRegularFile(file, { maxMegabytes: 1 })).rejects.toThrow(`${file} is larger than 1 MB`);
  });

  test.runIf(process.platform === 'linux')('without a size is read to its end, or to the bound', async () => {
    const { bytes, stats } = await readRegularFile('/proc/self/status', { maxMegabytes: 1 });
    expect(stats.size).toBe(0);
    expect(bytes.toString()).toContain('Pid:');
    await expect(readRegularFile('/proc/self/status', { maxMegabytes: 0 })).rejects.toThrow(UnfitFile);
  });

  test('behind a link is read only where links are followed', async () => {
    await writeFile(file, 'text');
    const link = join(folder, 'link');
    await symlink(file, link);
    expect((await readRegularFile(link, { maxMegabytes: 1 })).bytes.toString()).toBe('text');
    await expect(readRegularFile(link, { maxMegabytes: 1, followLink: false })).rejects.toThrow(
      `${link} is a symbolic link, not a regular file`,
    );
  });
});

describe('what is no regular file', () => {
  test('is refused at once', async () => {
    await makePipe(file);
    for (const path of [file, '/dev/zero', '/dev/null']) {
      await expect(readRegularFile(path, { maxMegabytes: 1 })).rejects.toThrow(
        new UnfitFile(`${path} is not a regular file`),
      );
    }
    await expect(readRegularFile(folder, { maxMegabytes: 1 })).rejects.toThrow('is a folder, not a file');
    await expect(readRegularFile(join(folder, 'gone'), { maxMegabytes: 1 })).rejects.toThrow('ENOENT');
  });
});

describe('a file to append to', () => {
  test('is made for its owner, and kept', async () => {
    for (const text of ['a', 'b']) {
      const handle = await openToAppend(file);
      await handle.appendFile(text);
      await handle.close();
    }
    expect(await readFile(file, 'utf8')).toBe('ab');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('is a regular one: a pipe would be waited for', async () => {
    await makePipe(file);
    for (const path of [file, '/dev/null']) {
      await expect(openToAppend(path)).rejects.toThrow(new UnfitFile(`${path} is not a regular file`));
    }
    await expect(openToAppend(folder)).rejects.toThrow('is a folder, not a file');
  });
});
