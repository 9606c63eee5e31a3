import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAdmin } from '../../src/brokers/rabbitmq/admin.ts';
import { RefusedError } from '../../src/core/errors.ts';
import { createAuthority } from '../brokers/certificates.ts';

let server: Server;
let ca: string;
let heard = 0;
beforeAll(async () => {
  const authority = await createAuthority();
  ({ ca } = authority);
  server = createServer(await authority.server(), (_request, response) => {
    heard += 1;
    response.end('{}');
  });
  await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it('who is not permitted to write any more has met no broken connection', async () => {
  const { port } = server.address() as AddressInfo;
  const target = { section: { managementUrl: `https://localhost:${port}` } };
  const context = { conceal: () => undefined, timeoutMs: 20_000 };
  const admin = await openAdmin(target as never, context as never, {
    username: 'admin',
    password: 'secret',
    tls: { ca },
  });
  const stopped = new RefusedError('stopped before it was done');
  const permit = () => Promise.reject(stopped);
  await expect(admin.request('PUT', ['users', 'a'], { body: {}, permit })).rejects.toBe(stopped);
  expect(heard).toBe(0);
  expect((await admin.request('GET', ['whoami'])).status).toBe(200);
  admin.close();
});
