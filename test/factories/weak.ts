/** Listeners that no service should talk to, each weak in one way, and one that is as it should be. */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { type Authority, createAuthority } from '../brokers/certificates.ts';

export interface Listener {
  readonly port: number;
  /** Handshakes of TLS that the client took for good; on a plaintext one, connections. */
  readonly trusted: () => number;
  /** What was sent to it in clear, or inside TLS. */
  readonly received: () => string;
  close(): void;
}

export const weaknesses = [
  'none',
  'plaintext',
  'plaintext, and asks for the login at once',
  'TLS 1.0 only',
  'TLS 1.1 only',
  'certificate of another authority',
  'self-signed certificate',
  'certificate for another host',
  'expired certificate',
] as const;
export type Weakness = (typeof weaknesses)[number];

export async function weakListener(weakness: Weakness, authority: Authority, ask: Buffer): Promise<Listener> {
  let received = '';
  let trusted = 0;
  const sockets = new Set<Socket>();
  const take = (socket: Socket): void => {
    trusted += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
      // Nothing more is needed of it: a client that trusts it has said so.
      socket.end();
    });
  };
  const server = await serverFor(weakness, authority, ask, take);
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  return {
    port: typeof at === 'object' && at !== null ? at.port : 0,
    trusted: () => trusted,
    received: () => received,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function serverFor(
  weakness: Weakness,
  authority: Authority,
  ask: Buffer,
  take: (socket: Socket) => void,
): Promise<Server> {
  const tls = (options: TlsOptions) => createTlsServer(options, take);
  const old = { ciphers: 'DEFAULT@SECLEVEL=0', minVersion: 'TLSv1' } as const;
  switch (weakness) {
    case 'none':
      return tls(await authority.server());
    case 'plaintext':
      return createServer(take);
    case 'plaintext, and asks for the login at once':
      return createServer((socket) => {
        take(socket);
        socket.write(ask);
      });
    case 'TLS 1.0 only':
      return tls({ ...(await authority.server()), ...old, maxVersion: 'TLSv1' });
    case 'TLS 1.1 only':
      return tls({ ...(await authority.server()), ...old, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' });
    case 'certificate of another authority':
      return tls(await (await createAuthority('another')).server());
    case 'self-signed certificate': {
      const own = await createAuthority('localhost');
      return tls({ cert: own.ca, key: own.caKey });
    }
    case 'certificate for another host':
      return tls(await authority.server({ dnsNames: ['elsewhere.internal'], addresses: ['192.0.2.1'] }));
    case 'expired certificate':
      return tls(await authority.server({ expired: true }));
  }
}
