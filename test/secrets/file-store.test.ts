import { execFile } from 'node:child_process';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SecretConflict } from '../../src/core/errors.ts';
import { credentialsFor, credentialsIn, readCredential } from '../../src/secrets/credentials.ts';
import { openStore } from '../../src/secrets/open.ts';
import { fileStore } from '../../src/secrets/file-store.ts';
import { withFileLock } from '../../src/secrets/file-lock.ts';
import { partsOf, rotationPath } from '../../src/secrets/store.ts';
import { makePipe } from '../files/pipe.ts';
import { failure } from './failure.ts';

let root: string;
let folder: string;
let concealed: string[];
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'mqwarden-store-')));
  folder = join(root, 'credentials');
  concealed = [];
});
afterEach(() => rm(root, { recursive: true }));

const conceal = (secret: string) => void concealed.push(secret);
const store = (generate?: () => string) =>
  credentialsIn(fileStore(folder), generate === undefined ? { conceal } : { conceal, generate });
const readBack = async (path: string) => {
  const found = await readCredential(fileStore(folder), path);
  return found === undefined ? undefined : { username: found.username, password: found.password };
};
const sourceOf = (name: string) => join(import.meta.dirname, `../../src/secrets/${name}.ts`);
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

describe('a store in a folder', () => {
  test('keeps one JSON file a credential, for its owner alone', async () => {
    const made = await store().ensure('rabbitmq/order-service', 'order-service');
    const file = join(folder, 'rabbitmq', 'order-service.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(made);
    expect(made.username).toBe('order-service');
    expect(await Promise.all([folder, join(folder, 'rabbitmq'), file].map(modeOf))).toEqual([
      '700',
      '700',
      '600',
    ]);
    expect(await readdir(join(folder, 'rabbitmq'))).toEqual(['order-service.json']);
  });

  test('gives the stored credential again, and conceals it each time', async () => {
    const made = await store().ensure('kafka/a', 'a');
    expect(await store().ensure('kafka/a', 'a')).toEqual(made);
    expect(await readBack('kafka/a')).toEqual(made);
    expect(concealed).toEqual([made.password, made.password]);
  });

  test('knows what it has', async () => {
    expect(await store().has('kafka/a')).toBe(false);
    await store().ensure('kafka/a', 'a');
    expect(await store().has('kafka/a')).toBe(true);
    expect(await store().has('rabbitmq/a')).toBe(false);
    expect(await readBack('kafka/b')).toBeUndefined();
  });

  test.each([
    { service: 'a/b', file: 'a%2Fb.json' },
    { service: '..', file: '%2E..json' },
    { service: '../../etc/passwd', file: '%2E.%2F..%2Fetc%2Fpasswd.json' },
    { service: '.hidden', file: '%2Ehidden.json' },
    { service: 'a%2Fb', file: 'a%252Fb.json' },
    { service: 'übung', file: '%C3%BCbung.json' },
    { service: 'a\\b', file: 'a%5Cb.json' },
  ])('the name $service stays inside the folder', async ({ service, file }) => {
    await store().ensure(`rabbitmq/${service}`, service);
    expect(await readdir(join(folder, 'rabbitmq'))).toEqual([file]);
    expect(await readdir(root)).toEqual(['credentials']);
  });

  test('two runs at once agree on one password', async () => {
    const runs = await Promise.all(Array.from({ length: 20 }, () => store().ensure('rabbitmq/a', 'a')));
    expect(new Set(runs.map(({ password }) => password)).size).toBe(1);
    expect(await readdir(join(folder, 'rabbitmq'))).toEqual(['a.json']);
  });

  test('two processes at once agree on one password each service', async () => {
    const script = `import { fileStore } from ${JSON.stringify(sourceOf('file-store'))};
      import { credentialsIn } from ${JSON.stringify(sourceOf('credentials'))};
      const store = credentialsIn(fileStore(${JSON.stringify(folder)}), { conceal: () => {} });
      const all = [];
      for (let i = 0; i < 30; i += 1) all.push((await store.ensure('kafka/s' + i, 's' + i)).password);
      console.log(all.join(' '));`;
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    const outputs = await Promise.all([run(), run(), run()]);
    expect(new Set(outputs.map(({ stdout }) => stdout)).size).toBe(1);
    expect(outputs[0].stdout.split(' ')).toHaveLength(30);
  });

  test.each([0o640, 0o604, 0o660])(
    'a file with mode %o is refused with the command that mends it',
    async (mode) => {
      await store().ensure('kafka/a', 'a');
      const file = join(folder, 'kafka', 'a.json');
      await chmod(file, mode);
      const error = await failure(readBack('kafka/a'));
      expect(error.message).toContain('can be read by others');
      expect(error.hint).toBe(`chmod 600 ${file}`);
      expect((await failure(store().ensure('kafka/a', 'a'))).hint).toBe(`chmod 600 ${file}`);
    },
  );

  test('a folder that others can write to is refused', async () => {
    await mkdir(join(folder, 'kafka'), { recursive: true });
    await chmod(join(folder, 'kafka'), 0o777);
    const error = await failure(store().ensure('kafka/a', 'a'));
    expect(error.hint).toBe(`chmod 700 ${join(folder, 'kafka')}`);
    expect(await readdir(join(folder, 'kafka'))).toEqual([]);
  });

  /** As if another user ran this: what we made belongs to a stranger then. Root's files are anybody's, so root gives them away. */
  async function asStranger<T>(path: string, attempt: () => Promise<T>): Promise<T> {
    if (process.getuid?.() === 0) {
      await chown(path, 12345, 12345);
      return attempt();
    }
    const uid = vi.spyOn(process, 'getuid').mockReturnValue(54321);
    return attempt().finally(() => uid.mockRestore());
  }

  test.each(['', 'kafka', 'kafka/a.json'])(
    'a password below "%s" that belongs to another user is refused, and nothing is made beside it',
    async (path) => {
      await store(() => 'canary').ensure('kafka/a', 'a');
      const attempts = [
        () => readBack('kafka/a'),
        () => store().has('kafka/a'),
        () => store().ensure('kafka/a', 'a'),
      ];
      const errors = await asStranger(join(folder, path), () =>
        Promise.all(attempts.map((attempt) => failure(attempt()))),
      );
      for (const error of errors) {
        expect(error.message).toContain(' belongs to another user (uid ');
        expect(error.hint).toMatch(/chown -R \d+ /);
        expect(`${error.message}${error.hint ?? ''}`).not.toContain('canary');
      }
      expect(await readdir(join(folder, 'kafka'))).toEqual(['a.json']);
    },
  );

  test('a broker folder that another user made is not written to', async () => {
    await mkdir(join(folder, 'kafka'), { recursive: true, mode: 0o700 });
    const error = await asStranger(join(folder, 'kafka'), () => failure(store().ensure('kafka/a', 'a')));
    expect(error.message).toContain('belongs to another user');
    expect(await readdir(join(folder, 'kafka'))).toEqual([]);
  });

  /** Moves a stored credential to where Kubernetes puts it: behind a link to a folder that a second link names. */
  async function mount(version = '..2026_01_01'): Promise<string> {
    const kafka = join(folder, 'kafka');
    await mkdir(join(kafka, version), { mode: 0o755 });
    await rename(join(kafka, 'a.json'), join(kafka, version, 'a.json'));
    await symlink(version, join(kafka, '..data'));
    await symlink('..data/a.json', join(kafka, 'a.json'));
    return join(kafka, version, 'a.json');
  }

  test('a secret that Kubernetes mounts is read through its links, in a folder with the sticky bit too', async () => {
    const made = await store().ensure('kafka/a', 'a');
    await mount();
    await chmod(join(folder, 'kafka'), 0o1777);
    expect(await readBack('kafka/a')).toEqual(made);
    expect(await store().ensure('kafka/a', 'a')).toEqual(made);
    expect(await readdir(join(folder, 'kafka'))).toEqual(['..2026_01_01', '..data', 'a.json']);
  });

  test('and what the links lead to is judged, not the links', async () => {
    await store().ensure('kafka/a', 'a');
    const real = await mount();
    await chmod(real, 0o644);
    expect((await failure(readBack('kafka/a'))).message).toBe(`${real} can be read by others than its owner`);
    await chmod(real, 0o600);
    await chmod(dirname(real), 0o777);
    expect((await failure(readBack('kafka/a'))).hint).toBe(`chmod 700 ${dirname(real)}`);
  });

  test('a folder behind a link is read, and not written to', async () => {
    const made = await store().ensure('kafka/a', 'a');
    await rename(join(folder, 'kafka'), join(folder, '..2026_01_01'));
    await symlink('..2026_01_01', join(folder, 'kafka'));
    expect(await readBack('kafka/a')).toEqual(made);
    const error = await failure(store().ensure('kafka/b', 'b'));
    expect(error.message).toBe(
      `${join(folder, 'kafka')} is a symbolic link, through which no credential is written`,
    );
    expect(await readdir(join(folder, '..2026_01_01'))).toEqual(['a.json']);
  });

  test('a link to nothing is no absence: no new password is made', async () => {
    await mkdir(join(folder, 'kafka'), { recursive: true, mode: 0o700 });
    const file = join(folder, 'kafka', 'a.json');
    await symlink('..data/a.json', file);
    for (const attempt of [() => store().has('kafka/a'), () => store().ensure('kafka/a', 'a')]) {
      expect((await failure(attempt())).message).toBe(`${file} is a symbolic link to nothing`);
    }
    expect(concealed).toEqual([]);
  });

  test('a link out of the store is not followed', async () => {
    await store(() => 'canary').ensure('kafka/a', 'a');
    const file = join(folder, 'kafka', 'a.json');
    const elsewhere = join(root, 'elsewhere.json');
    await rename(file, elsewhere);
    await symlink(elsewhere, file);
    for (const attempt of [() => readBack('kafka/a'), () => store().ensure('kafka/a', 'a')]) {
      expect((await failure(attempt())).message).toBe(
        `${file} is a symbolic link that leads out of the store, to ${elsewhere}`,
      );
    }
    expect(concealed).toEqual(['canary']);
  });

  test('a pipe or a huge file in the place of a credential is refused, not waited for', async () => {
    await mkdir(join(folder, 'kafka'), { recursive: true, mode: 0o700 });
    await makePipe(join(folder, 'kafka', 'a.json'));
    await writeFile(join(folder, 'kafka', 'b.json'), 'x'.repeat(1024 * 1024 + 1), { mode: 0o600 });
    expect((await failure(store().has('kafka/a'))).message).toContain('is not a regular file');
    expect((await failure(store().has('kafka/b'))).message).toContain('is larger than 1 MB');
  });

  test('the folder that holds the others is not open to others either', async () => {
    await store().ensure('kafka/a', 'a');
    await chmod(folder, 0o777);
    expect((await failure(readBack('kafka/a'))).hint).toBe(`chmod 700 ${folder}`);
  });

  test.each([
    { content: '', want: 'is not a JSON object' },
    { content: 'canary', want: 'is not a JSON object' },
    { content: '"canary"', want: 'is not a JSON object' },
    { content: '["canary"]', want: 'is not a JSON object' },
    { content: '{"username":"a"}', want: 'is not a credential' },
    { content: '{"username":"a","password":1}', want: 'is not a credential' },
    { content: '{"username":"","password":"canary"}', want: 'is not a credential' },
  ])('a file with $content is no credential, and is not overwritten', async ({ content, want }) => {
    await mkdir(join(folder, 'kafka'), { recursive: true, mode: 0o700 });
    const file = join(folder, 'kafka', 'a.json');
    await writeFile(file, content, { mode: 0o600 });
    const error = await failure(store().ensure('kafka/a', 'a'));
    expect(error.message).toContain(want);
    expect(`${error.message}${error.hint ?? ''}`).not.toContain('canary');
    expect(await readFile(file, 'utf8')).toBe(content);
  });

  test('the credential of another user is refused', async () => {
    await store(() => 'canary').ensure('kafka/a', 'a');
    const error = await failure(store().ensure('kafka/a', 'b'));
    expect(error.message).toContain('is for the user "a", not for "b"');
    expect(error.message).not.toContain('canary');
  });

  test('a place that cannot be written is said to be so', async () => {
    await writeFile(folder, 'a file');
    const error = await failure(store().ensure('kafka/a', 'a'));
    expect(error.message).toMatch(
      /cannot (read|write) the credential .*a\.json \(a part of its path is no folder, ENOTDIR\)/,
    );
  });
});

describe('documents in a folder, by their versions', () => {
  const documents = () => fileStore(folder);
  const path = 'rabbitmq/order-service';
  const file = () => join(folder, 'rabbitmq', 'order-service.json');

  test('a version belongs to one document, and says nothing of it', async () => {
    const first = await documents().write(path, { username: 'a', password: 'canary' }, undefined);
    expect(await documents().read(path)).toEqual(first);
    expect(Date.parse(first.writtenAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    const second = await documents().write(path, { username: 'a', password: 'other' }, first.version);
    expect(await documents().read(path)).toEqual(second);
    expect(second.version).not.toBe(first.version);
    expect(`${first.version}${second.version}`).not.toMatch(/canary|other/);
    expect(await modeOf(file())).toBe('600');
    expect(await readdir(join(folder, 'rabbitmq'))).toEqual(['order-service.json']);
  });

  test('a version that is no longer the stored one is not replaced', async () => {
    const first = await documents().write(path, { username: 'a', password: 'canary-1' }, undefined);
    const second = await documents().write(path, { username: 'a', password: 'canary-2' }, first.version);
    for (const expected of [undefined, first.version, 'unknown']) {
      const error = await failure(documents().write(path, { username: 'a', password: 'canary-3' }, expected));
      expect(error).toBeInstanceOf(SecretConflict);
      expect(error.code).toBe('MQWARDEN_SECRET_CONFLICT');
      expect(error.message).toBe(`${file()} was written by somebody else in the meantime`);
    }
    expect(await documents().read(path)).toEqual(second);
    await rm(file());
    expect(await failure(documents().write(path, { a: 'b' }, second.version))).toBeInstanceOf(SecretConflict);
    expect(await readdir(join(folder, 'rabbitmq'))).toEqual([]);
  });

  test('the record of a rotation lies apart, behind folders of its own', async () => {
    await documents().write(rotationPath('rabbitmq', 'a/b'), { step: 'drain' }, undefined);
    const inner = join(folder, 'mqwarden', 'rotation', 'rabbitmq');
    expect(await readdir(inner)).toEqual(['a%2Fb.json']);
    expect(await Promise.all([dirname(dirname(inner)), dirname(inner), inner].map(modeOf))).toEqual([
      '700',
      '700',
      '700',
    ]);
    await chmod(dirname(inner), 0o777);
    const error = await failure(documents().read(rotationPath('rabbitmq', 'a/b')));
    expect(error.hint).toBe(`chmod 700 ${dirname(inner)}`);
  });

  test('of many writers at once each replaces what it read: none is lost', async () => {
    await documents().write(path, { count: '0' }, undefined);
    const script = `import { fileStore } from ${JSON.stringify(sourceOf('file-store'))};
      const store = fileStore(${JSON.stringify(folder)});
      let done = 0;
      while (done < 25) {
        const { document, version } = await store.read('rabbitmq/order-service');
        await store.write('rabbitmq/order-service', { count: String(Number(document.count) + 1) }, version)
          .then(() => (done += 1), (error) => { if (error.code !== 'MQWARDEN_SECRET_CONFLICT') throw error; });
      }`;
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    await Promise.all([run(), run(), run()]);
    expect((await documents().read(path))?.document).toEqual({ count: '75' });
    expect(await readdir(join(folder, 'rabbitmq'))).toEqual(['order-service.json']);
  });

  test('a lock that a dead process left does not stop the next writer', async () => {
    const { version } = await documents().write(path, { step: '1' }, undefined);
    const script = `import { withFileLock } from ${JSON.stringify(sourceOf('file-lock'))};
      const lock = ${JSON.stringify(join(folder, 'rabbitmq', '.order-service.json.lock'))};
      await withFileLock(lock, async () => process.kill(process.pid, 'SIGKILL'));`;
    const killed = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    await expect(killed).rejects.toMatchObject({ signal: 'SIGKILL' });
    expect(await readdir(join(folder, 'rabbitmq'))).toContain('.order-service.json.lock');
    await documents().write(path, { step: '2' }, version);
    expect(await readdir(join(folder, 'rabbitmq'))).toEqual(['order-service.json']);
  });

  test('a lock that somebody else has taken meanwhile is not taken for ours, nor removed', async () => {
    const lock = join(root, 'lock');
    const other = JSON.stringify({ pid: process.pid, realm: 'elsewhere' });
    const held = await withFileLock(lock, async (isHeld) => {
      const before = isHeld();
      // The same inode, as a new file may have it.
      await writeFile(lock, other);
      return [before, isHeld()];
    });
    expect(held).toEqual([true, false]);
    expect(await readFile(lock, 'utf8')).toBe(other);
  });

  test('of what could not be written whole nothing stays', async () => {
    const script = `import { fileStore } from ${JSON.stringify(sourceOf('file-store'))};
      const error = await fileStore(${JSON.stringify(folder)}).write('rabbitmq/a', { password: 'canary' }, undefined)
        .catch((thrown) => thrown);
      process.exit(error.code === 'MQWARDEN_SECRET' ? 0 : 1);`;
    await promisify(execFile)('sh', [
      '-c',
      'ulimit -f 0; exec "$0" "$@"',
      process.execPath,
      '--input-type=module',
      '-e',
      script,
    ]);
    expect(await readdir(join(folder, 'rabbitmq'))).toEqual([]);
  });

  test('what a killed run has left is swept away, and nothing else', async () => {
    const parent = join(folder, 'rabbitmq');
    await mkdir(parent, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
    const id = '0f0e0d0c-0b0a-4000-8000-0102030405ff';
    const [left, aside] = [`.${id}.tmp`, `.a.json.lock.${id}.tmp`];
    const stays = ['.mine.tmp', `.${id.replace('ff', 'fe')}.tmp`, `${id}.tmp`];
    const old = new Date(Date.now() - 7_200_000);
    for (const name of [left, aside, ...stays]) {
      await writeFile(join(parent, name), 'canary', { mode: 0o600 });
      if (name !== stays[1]) await utimes(join(parent, name), old, old);
    }
    await documents().write('rabbitmq/a', { password: 'b' }, undefined);
    expect((await readdir(parent)).sort()).toEqual([...stays, 'a.json'].sort());
  });

  test('a lock of another machine is waited for until it is old', async () => {
    const { version } = await documents().write(path, { step: '1' }, undefined);
    const lock = join(folder, 'rabbitmq', '.order-service.json.lock');
    await writeFile(lock, JSON.stringify({ pid: process.pid, realm: 'elsewhere' }));
    let done = false;
    const writing = documents()
      .write(path, { step: '2' }, version)
      .then(() => (done = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(done).toBe(false);
    const old = new Date(Date.now() - 60_000);
    await utimes(lock, old, old);
    expect(await writing).toBe(true);
    expect(await readdir(join(folder, 'rabbitmq'))).toEqual(['order-service.json']);
  });

  test('a file behind a link is read, and not replaced', async () => {
    const { version } = await documents().write(path, { step: '1' }, undefined);
    await rename(file(), join(folder, 'rabbitmq', '..real.json'));
    await symlink('..real.json', file());
    const error = await failure(documents().write(path, { step: '2' }, version));
    expect(error.message).toBe(`${file()} is a symbolic link, which is not replaced`);
    expect((await documents().read(path))?.document).toEqual({ step: '1' });
  });

  test.each(['rabbitmq', 'rabbitmq/', '/a', 'mqwarden/rotation/rabbitmq', 'mqwarden/rotation//a'])(
    '"%s" is no path',
    (broken) => {
      expect(() => partsOf(broken)).toThrow('is <broker>/<service>');
    },
  );
});

describe('the store that an environment names', () => {
  const at = () => ({ file: join(root, 'topology', 'e.yaml'), line: 4, column: 14 });
  const of = (name: string | undefined) =>
    credentialsFor(name === undefined ? undefined : () => openStore(name, at(), { variables: {} }), at(), {
      conceal,
    });

  test('lies beside the file that names it', async () => {
    await mkdir(join(root, 'topology'));
    await of('file:../credentials').ensure('kafka/a', 'a');
    expect(await readdir(folder)).toEqual(['kafka']);
  });

  test('without one, nothing is known and nothing can be made', async () => {
    expect(await of(undefined).has('kafka/a')).toBeUndefined();
    const error = await failure(of(undefined).ensure('kafka/a', 'a'));
    expect(error).toMatchObject({
      message: 'no store to keep the credential kafka/a in',
      position: { line: 4 },
    });
    expect(error.hint).toContain('secrets: file:FOLDER');
  });
});
