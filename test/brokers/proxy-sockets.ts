/** What the fault proxies share: listening on a port, and knowing every open socket, so that stopping leaves none. */
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Issued, restoreAuthority } from './certificates.ts';

/** `hang` answers nothing and keeps the connection; `kill-before` cuts it before the broker has seen the request;
 *  `drop-response` lets the broker do it and cuts the connection instead of passing on the answer. */
export type Fault = 'pass' | 'kill-before' | 'drop-response' | 'hang';

/** Port 0 lets the system choose. Throws `EADDRINUSE` where the port is taken. Returns the port. */
export async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export interface SocketSet {
  add(socket: Duplex): void;
  readonly size: number;
  destroyAll(): void;
  /** Ends each, and returns when the other sides have closed, too. */
  endAll(): Promise<void>;
}

/** Errors of a tracked socket are ignored: a proxy that cuts connections makes them on purpose. */
export function socketSet(): SocketSet {
  const open = new Set<Duplex>();
  return {
    add: (socket) => {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => open.delete(socket));
    },
    get size() {
      return open.size;
    },
    destroyAll: () => {
      for (const socket of open) socket.destroy();
    },
    endAll: async () => {
      const closed = [...open].map((socket) =>
        once(socket, 'close', { signal: AbortSignal.timeout(15_000) }),
      );
      for (const socket of open) socket.end();
      await Promise.all(closed);
    },
  };
}

export async function stopServer(server: Server, sockets: SocketSet): Promise<void> {
  const closed = server.listening ? once(server, 'close') : undefined;
  server.close();
  sockets.destroyAll();
  await closed;
}

/** A proxy that ends TLS itself shows a certificate of the broker's own authority: clients trust it unasked. */
export async function proxyCertificate(broker: {
  readonly ca: string;
  readonly caKey: string;
}): Promise<Issued> {
  const authority = await restoreAuthority(broker.ca, broker.caKey);
  return authority.server();
}
