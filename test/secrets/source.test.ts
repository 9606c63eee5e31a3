import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { SecretError, SecretOutage } from '../../src/core/errors.ts';
import { fileStore } from '../../src/secrets/file-store.ts';
import { credentialReader, type Reading } from '../../src/secrets/source.ts';

const fresh = { fresh: false };
const ignore = (): void => undefined;

/** Which generation each field is of: they must be the same. */
const generations = ({ username, password = '' }: Reading) => [
  username.replace('user-', ''),
  password.replace('secret-', ''),
];

it('never gives fields of two versions, while a writer flips 200 generations', async () => {
  let generation = 0;
  const secrets = {
    async getSecret(path: string) {
      // As a store that is asked over the network: the two fields at different times.
      await sleep(Math.random() * 3);
      return path.endsWith('/username') ? `user-${generation}` : `secret-${generation}`;
    },
  };
  const read = credentialReader('rabbitmq', { service: 's', secrets }, ignore);
  const written = new AbortController();
  const writer = (async () => {
    for (; generation < 200; generation += 1) await sleep(Math.random() * 10);
    written.abort();
  })();
  const seen = new Set<string>();
  while (!written.signal.aborted) {
    const [of, and] = generations(await read(fresh));
    expect(and).toBe(of);
    seen.add(of ?? '');
  }
  await writer;
  expect(seen.size).toBeGreaterThan(0);
});

it('the same by a store of ours, whose two fields are one file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mqwarden-source-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const store = fileStore(folder);
  const credential = (generation: number) => ({
    username: `user-${generation}`,
    password: `secret-${generation}`,
  });
  let { version } = await store.write('kafka/s', credential(0), undefined);
  const read = credentialReader('kafka', { service: 's', secrets: `file:${folder}` }, ignore);
  const written = new AbortController();
  const writer = (async () => {
    for (let generation = 1; generation <= 200; generation += 1) {
      ({ version } = await store.write('kafka/s', credential(generation), version));
    }
    written.abort();
  })();
  const versions = new Set<string>();
  while (!written.signal.aborted) {
    const reading = await read(fresh);
    const [of, and] = generations(reading);
    expect(and).toBe(of);
    versions.add(reading.version);
    // Reading is synchronous inside: the writer gets its turn.
    await sleep(1);
  }
  await writer;
  expect(generations(await read(fresh))).toEqual(['200', '200']);
  expect(versions.size).toBeGreaterThan(0);
});

it('ends with a word where the fields never agree', { timeout: 15_000 }, async () => {
  let count = 0;
  const secrets = { getSecret: () => Promise.resolve(String((count += 1))) };
  const read = credentialReader('kafka', { service: 's', secrets }, ignore);
  await expect(read(fresh)).rejects.toThrow('the credential kafka/s does not hold still');
});

it.each([
  ['a store that is down', () => Promise.reject(new Error('503')), 'kafka/s/username cannot be read: 503'],
  ['an empty field', () => Promise.resolve(''), 's has no complete credential'],
  ['no text', () => Promise.resolve(undefined as unknown as string), 'gave no text'],
])('says what is wrong with a source: %s', async (_name, getSecret, message) => {
  const read = credentialReader('kafka', { service: 's', secrets: { getSecret } }, ignore);
  const error: unknown = await read(fresh).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(SecretError);
  expect(String(error)).toContain(message);
});

it('tells of a store that does not hold the credential, and of one that is none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mqwarden-source-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const of = (secrets: string) => credentialReader('kafka', { service: 's', secrets }, ignore)(fresh);
  await expect(of(`file:${folder}`)).rejects.toThrow('s has no complete credential');
  await expect(of('hunter2')).rejects.toThrow(SecretError);
});

it('conceals every password before it leaves, and asks past caches when told to', async () => {
  const concealed: string[] = [];
  const asked: boolean[] = [];
  const secrets = {
    getSecret: (path: string, options: { fresh: boolean }) => {
      asked.push(options.fresh);
      return Promise.resolve(path);
    },
  };
  const read = credentialReader('kafka', { service: 's', secrets }, (secret) => concealed.push(secret));
  await read({ fresh: true });
  expect(concealed).toEqual(['kafka/s/password']);
  expect(new Set(asked)).toEqual(new Set([true]));
});

it('ends with a word where a source never answers, and asks it anew the next time', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  let hangs = true;
  const getSecret = (path: string) => (hangs ? new Promise<string>(() => undefined) : Promise.resolve(path));
  const read = credentialReader('kafka', { service: 's', secrets: { getSecret } }, ignore);
  const late = read(fresh).catch((caught: unknown) => caught);
  await vi.advanceTimersByTimeAsync(10_000);
  const error = await Promise.race([late, Promise.resolve('still waited for')]);
  expect(error).toBeInstanceOf(SecretOutage);
  expect(String(error)).toContain('the credential kafka/s was not read within 10 s');
  hangs = false;
  expect(await read(fresh)).toMatchObject({ username: 'kafka/s/username' });
  expect(vi.getTimerCount()).toBe(0);
});
