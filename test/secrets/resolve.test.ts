import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SecretError } from '../../src/core/errors.ts';
import { parseReference } from '../../src/secrets/reference.ts';
import { resolveReference } from '../../src/secrets/resolve.ts';
import { makePipe } from '../files/pipe.ts';

describe('references', () => {
  test.each([
    { text: 'env:ADMIN_PASSWORD', want: { scheme: 'env', target: 'ADMIN_PASSWORD' } },
    { text: 'file:secrets/admin', want: { scheme: 'file', target: 'secrets/admin' } },
    {
      text: 'file:/run/admin.json#password',
      want: { scheme: 'file', target: '/run/admin.json', field: 'password' },
    },
    { text: 'file:a#b/c.json#password', want: { scheme: 'file', target: 'a#b/c.json', field: 'password' } },
    {
      text: 'vault:secret/rabbitmq#password',
      want: { scheme: 'vault', target: 'secret/rabbitmq', field: 'password' },
    },
    {
      text: 'aws-sm:prod/admin#password',
      want: { scheme: 'aws-sm', target: 'prod/admin', field: 'password' },
    },
    { text: 'exec:pass show a#b', want: { scheme: 'exec', target: 'pass show a#b' } },
  ])('$text', ({ text, want }) => {
    expect(parseReference(text)).toEqual({ ok: true, reference: want });
  });

  test.each([
    { text: 'canary', want: 'not the secret itself' },
    { text: '', want: 'not the secret itself' },
    { text: 'Env:CANARY', want: 'not the secret itself' },
    { text: 'https://canary', want: 'not the secret itself' },
    { text: 'env:', want: 'names nothing after' },
    { text: 'env:canary-1', want: 'name of an environment variable' },
    { text: 'env:1CANARY', want: 'name of an environment variable' },
    { text: 'file:', want: 'names nothing after' },
    { text: 'file:#canary', want: 'names nothing between' },
    { text: 'file:canary#', want: 'names no field' },
    { text: 'file:can\0ary', want: 'names nothing after' },
  ])('"$text" is refused, and not repeated', ({ text, want }) => {
    const parsed = parseReference(text);
    if (parsed.ok) throw new Error('was accepted');
    expect(parsed.problem).toContain(want);
    expect(parsed.problem.toLowerCase()).not.toContain('canary');
  });
});

describe('resolving', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mqwarden-secrets-'));
    await mkdir(join(folder, 'topology'));
    const files = {
      'admin.txt': '  canary with space \n\n',
      'admin.json': '{"username":"a","password":"canary","port":5671,"empty":""}',
      'broken.json': 'canary{',
      'list.json': '["canary"]',
      'blank.txt': ' \n',
      'big.txt': 'x'.repeat(1024 * 1024 + 1),
    };
    await makePipe(join(folder, 'pipe'));
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  });
  afterAll(() => rm(folder, { recursive: true }));
  const resolve = (reference: string) =>
    resolveReference(
      reference,
      { file: join(folder, 'topology', 'environments.yaml'), line: 3, column: 7 },
      { variables: { ADMIN: 'canary', EMPTY: '' } },
    );

  test.each([
    { reference: 'env:ADMIN', want: 'canary' },
    { reference: 'file:../admin.txt', want: 'canary with space' },
    { reference: 'file:../admin.json#password', want: 'canary' },
  ])('$reference', async ({ reference, want }) => {
    expect(await resolve(reference)).toBe(want);
  });

  test('an absolute path', async () => {
    expect(await resolve(`file:${join(folder, 'admin.json')}#username`)).toBe('a');
  });

  test.each([
    { reference: 'env:MISSING', want: 'the environment variable MISSING, which holds a secret, is not set' },
    { reference: 'env:EMPTY', want: 'is empty' },
    { reference: 'env:toString', want: 'is not set' },
    { reference: 'file:gone.txt', want: 'cannot be read (no such file or folder, ENOENT)' },
    { reference: 'file:..', want: 'is a folder, not a file' },
    { reference: 'file:../blank.txt', want: 'is empty' },
    { reference: 'file:../big.txt', want: 'is larger than 1 MB' },
    { reference: 'file:../pipe', want: 'pipe is not a regular file' },
    { reference: 'file:../pipe#password', want: 'pipe is not a regular file' },
    { reference: 'file:/dev/zero', want: '/dev/zero is not a regular file' },
    { reference: 'file:../admin.json#passwort', want: 'has no field "passwort"' },
    { reference: 'file:../admin.json#toString', want: 'has no field "toString"' },
    { reference: 'file:../admin.json#port', want: 'has no text in its field "port"' },
    { reference: 'file:../admin.json#empty', want: 'the field "empty" of' },
    { reference: 'file:../broken.json#password', want: 'is not a JSON object' },
    { reference: 'file:../list.json#0', want: 'is not a JSON object' },
    { reference: 'vault:secret/a#b', want: 'VAULT_ADDR is not set' },
    { reference: 'vault:secret/a', want: 'names no field' },
    { reference: 'vault:secret#b', want: 'names no path in a mount' },
    { reference: 'vault:secret/../a#b', want: 'dots' },
    { reference: 'exec:cat canary', want: 'the command cat is not run without --allow-exec' },
    { reference: 'canary', want: 'not the secret itself' },
  ])('$reference fails with its place and what to do, without the secret', async ({ reference, want }) => {
    const error: unknown = await resolve(reference).catch((thrown: unknown) => thrown);
    if (!(error instanceof SecretError)) throw new Error('no SecretError', { cause: error });
    expect(error.message).toContain(want);
    expect(error).toMatchObject({ code: 'MQWARDEN_SECRET', position: { line: 3, column: 7 } });
    expect(error.hint).toBeTruthy();
    expect(`${error.message} ${error.hint ?? ''} ${JSON.stringify(error.cause ?? '')}`).not.toContain(
      'canary',
    );
  });
});
