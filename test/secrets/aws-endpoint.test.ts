/** Nothing is sent to an endpoint without TLS, whatever names it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { openStore } from '../../src/secrets/open.ts';
import { allOf, failure } from './failure.ts';

const canary = 'canary-of-plaintext';
const at = { file: '/topology/environments.yaml', line: 4, column: 14 };
let folder: string;
let server: Server;
let heard = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqwarden-aws-'));
  server = createServer((request, response) => {
    heard += 1;
    request.resume();
    response.end('{}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

test.each([
  ['for all services', (url: string) => `[default]\nendpoint_url = ${url}\n`],
  [
    'for this one',
    (url: string) =>
      `[default]\nservices = ours\n\n[services ours]\nsecrets_manager =\n  endpoint_url = ${url}\n`,
  ],
])('an endpoint of the shared configuration, %s', async (name, text) => {
  const { port } = server.address() as AddressInfo;
  const file = join(folder, `${name}.ini`);
  await writeFile(file, text(`http://127.0.0.1:${port}`));
  vi.stubEnv('AWS_CONFIG_FILE', file);
  const variables = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  const store = openStore('aws-sm:shop', at, { variables, timeoutMs: 20_000 });
  for (const attempt of [
    () => store.read('kafka/a'),
    () => store.write('kafka/a', { username: 'a', password: canary }, undefined),
    () => store.write('kafka/a', { username: 'a', password: canary }, 'version'),
  ]) {
    const error = await failure(attempt());
    expect(error.message).toBe('the endpoint of AWS Secrets Manager does not begin with https://');
    expect(error.hint).toContain('endpoint_url');
    expect(error.position).toEqual(at);
    expect(allOf(error)).not.toContain(canary);
  }
  expect(heard).toBe(0);
});
