import type { Server } from 'node:net';
import type { Door } from '../../src/probe/door.ts';

/** Where it listens from now on: on loopback, at a free port. */
export async function listening(server: Server): Promise<Door> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { host: '127.0.0.1', port: address.port };
}
