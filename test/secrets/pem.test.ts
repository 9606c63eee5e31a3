import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SecretError } from '../../src/core/errors.ts';
import { readTls } from '../../src/secrets/pem.ts';
import { allOf } from './failure.ts';
import { type Authority, createAuthority } from '../brokers/certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'mqwarden-pem-'));
afterAll(() => rmSync(folder, { recursive: true }));
let authority: Authority;
beforeAll(async () => {
  authority = await createAuthority();
});
const file = (name: string) => join(folder, name);

it('takes texts, buffers, functions and paths, and reads the last two anew', async () => {
  const [first, second] = [await authority.client('a'), await authority.client('b')];
  writeFileSync(file('cert.pem'), first.cert);
  let { key } = first;
  const tls = { ca: Buffer.from(authority.ca), cert: file('cert.pem'), key: () => key };
  expect(readTls(tls)).toEqual({ minVersion: 'TLSv1.2', ca: authority.ca, ...first });
  writeFileSync(file('cert.pem'), second.cert);
  expect(() => readTls(tls)).toThrow('tls.key does not belong to tls.cert');
  ({ key } = second);
  expect(readTls(tls)).toEqual({ minVersion: 'TLSv1.2', ca: authority.ca, ...second });
});

it.each([
  ['a missing file', { ca: file('missing.pem') }, 'cannot be read (ENOENT)'],
  ['a file that is no PEM', { ca: import.meta.filename }, 'is not a PEM file'],
  ['a text that is no PEM', { ca: 'secret\ntext' }, 'gave no PEM text'],
  ['a function that gives nothing', { ca: () => '' }, 'gave no PEM text'],
  ['a promise', { ca: (() => Promise.resolve('')) as never }, 'not a promise'],
])('says what is wrong: %s', (_name, tls, message) => {
  let error: unknown;
  try {
    readTls(tls);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(SecretError);
  expect(`${String(error)} ${(error as SecretError).hint ?? ''}`).toContain(message);
  expect(String(error)).not.toContain('secret\n');
});

it.each([
  ['key', 'c2VjcmV0LWtleQ=='],
  ['key', '/keys/secret-key.pem'],
  ['ca', 'c2VjcmV0LWNlcnRpZmljYXRl'.repeat(20)],
] as const)('does not repeat what may be a %s in another form', (name, given) => {
  let error: unknown;
  try {
    readTls({ [name]: given });
  } catch (caught) {
    error = caught;
  }
  if (!(error instanceof SecretError)) throw new Error('no SecretError', { cause: error });
  expect(error.message).toContain(`option tls.${name}`);
  expect(allOf(error)).not.toContain(given.slice(0, 10));
});
