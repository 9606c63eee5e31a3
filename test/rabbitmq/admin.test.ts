import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAdmin } from '../../src/brokers/rabbitmq/admin.ts';
import { RefusedError } from '../../src/core/errors.ts';
import { createAuthority } from '../brokers/certificates.ts';

let server: Server;
let ca: string;
let heard: string[];
beforeAll(async () => {
  const authority = await createAuthority();
  ({ ca } = authority);
  heard = [];
  server = createServer(await authority.server(), (request, response) => {
    const at = heard.push(request.method ?? '') - 1;
    request.on('data', (data: Buffer) => {
      heard[at] = `${heard[at] ?? ''} ${data.toString()}`;
    });
    request.on('end', () => response.end('{}'));
    request.resume();
  });
  await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('who is not permitted to write any more has met no broken connection', async () => {
  const { port } = server.address() as AddressInfo;
  const target = { section: { managementUrl: `https://localhost:${port}`, admin: { username: 'somebody' } } };
  const context = { conceal: () => undefined, timeoutMs: 20_000 };
  const admin = await openAdmin(target as never, context as never, {
    username: 'admin',
    password: 'secret',
    tls: { ca },
  });
  const stopped = new RefusedError('stopped before it was done');
  const put = (permit: () => Promise<void>) => admin.request('PUT', ['users', 'a'], { body: {}, permit });
  const atOnce = () => Promise.reject(stopped);
  const afterAWhile = () => sleep(100).then(atOnce);
  // On a connection that has to be made, and on one that is there.
  await expect(put(atOnce)).rejects.toBe(stopped);
  await expect(put(afterAWhile)).rejects.toBe(stopped);
  expect((await admin.request('GET', ['whoami'])).status).toBe(200);
  await expect(put(atOnce)).rejects.toBe(stopped);
  expect((await admin.request('GET', ['whoami'])).status).toBe(200);
  await expect(put(afterAWhile)).rejects.toBe(stopped);
  expect((await admin.request('GET', ['whoami'])).status).toBe(200);
  expect(heard).toEqual(['GET', 'GET', 'GET']);
  // What was held back arrives whole once it may.
  expect((await put(() => sleep(100))).status).toBe(200);
  expect(heard.slice(3)).toEqual(['PUT {}']);
  admin.close();
});
