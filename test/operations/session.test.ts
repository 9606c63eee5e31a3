import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSession } from '../../src/operations/session.ts';
import { Redaction } from '../../src/secrets/redact.ts';
import { makePipe } from '../files/pipe.ts';

const topology = `version: 1
name: shop
environments:
  test:
    rabbitmq:
      managementUrl: https://localhost:15671
      amqpsUrl: amqps://localhost:5671
      vhost: test
      admin: { username: admin, password: env:ADMIN }
services:
  order: { rabbitmq: {} }
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqwarden-session-'));
  await writeFile(join(folder, 'topology.yaml'), topology);
});
afterEach(() => rm(folder, { recursive: true }));

async function read(path: string): Promise<string> {
  const file = join(folder, 'topology.yaml');
  const { context } = await openSession({
    topology: file,
    variables: {},
    redaction: new Redaction(),
    progress: () => undefined,
  });
  return context.file(path, { file, line: 5, column: 1 });
}

describe('a file that a topology names, such as a CA', () => {
  test('is found from the folder of the topology', async () => {
    await writeFile(join(folder, 'ca.pem'), 'a certificate');
    expect(await read('ca.pem')).toBe('a certificate');
  });

  test.each([
    {
      name: 'a pipe',
      make: makePipe,
      want: 'is not a regular file',
    },
    { name: 'too large', make: (path: string) => grow(path), want: 'is larger than 4 MB' },
    { name: 'missing', make: () => Promise.resolve(), want: 'ENOENT' },
  ])('that is $name is refused, with its place', async ({ make, want }) => {
    await make(join(folder, 'ca.pem'));
    await expect(read('ca.pem')).rejects.toMatchObject({
      code: 'MQWARDEN_FILE',
      message: expect.stringMatching(new RegExp(`^cannot read ca.pem: .*${want}`)) as string,
      position: { line: 5 },
    });
  });

  test('that is a device without an end is refused', async () => {
    await expect(read('/dev/zero')).rejects.toThrow('/dev/zero is not a regular file');
  });
});

test('a secret that is asked for often is fetched once, and one that could not be had again', async () => {
  const file = join(folder, 'topology.yaml');
  const { context } = await openSession({
    topology: file,
    variables: { PATH: process.env['PATH'] },
    redaction: new Redaction(),
    progress: () => undefined,
    allowExec: true,
  });
  const at = { file, line: 5, column: 1 };
  const ask = () => context.secret('exec:sh fetch.sh', at);
  await writeFile(join(folder, 'fetch.sh'), 'echo x >> asked; exit 1');
  await expect(ask()).rejects.toThrow('ended with 1');
  await writeFile(join(folder, 'fetch.sh'), 'echo x >> asked; echo canary');
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(['canary', 'canary', 'canary']);
  expect(await ask()).toBe('canary');
  expect(await readFile(join(folder, 'asked'), 'utf8')).toBe('x\nx\n');
});

async function grow(path: string): Promise<void> {
  await writeFile(path, '');
  await truncate(path, 5 * 1024 * 1024);
}
