/** Endpoints that are not what a topology says they are, with a real broker behind them where something must answer. */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createHttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import type { Issued } from '../brokers/certificates.ts';
import { listen, socketSet, stopServer } from '../brokers/proxy-sockets.ts';

export interface Endpoint {
  /** `localhost:port` */
  readonly at: string;
  /** Connections that came; a probe that never reached it proves nothing. */
  readonly visits: number;
  stop(): Promise<void>;
}

/** A host and port, or a URL with both. */
function portOf(target: string): number {
  return Number(new URL(target.includes('://') ? target : `tcp://${target}`).port);
}

async function open(server: Server): Promise<Endpoint> {
  const sockets = socketSet();
  let visits = 0;
  server.on('connection', (socket: Socket) => {
    visits += 1;
    sockets.add(socket);
  });
  const port = await listen(server);
  return {
    at: `localhost:${port}`,
    get visits() {
      return visits;
    },
    stop: () => stopServer(server, sockets),
  };
}

/** Both ways, and closed together. */
function join(client: Duplex, broker: Duplex): void {
  for (const socket of [client, broker]) socket.on('error', () => undefined);
  client.pipe(broker).pipe(client);
  client.once('close', () => broker.destroy());
  broker.once('close', () => client.destroy());
}

/** The plaintext listener that the broker would have: what comes in reaches it without TLS on the way. */
export function plaintext(target: string, ca: string): Promise<Endpoint> {
  return open(
    createServer((client) => join(client, connectTls({ port: portOf(target), host: 'localhost', ca }))),
  );
}

/** The broker with another certificate. */
export function certified(target: string, ca: string, { cert, key }: Issued): Promise<Endpoint> {
  return open(
    createTlsServer({ cert, key }, (client) =>
      join(client, connectTls({ port: portOf(target), host: 'localhost', ca })),
    ).on('tlsClientError', () => undefined),
  );
}

/** Accepts, reads, and says nothing. */
export function silent(): Promise<Endpoint> {
  return open(createServer((client) => client.resume()));
}

/** Finishes the TLS handshake, reads, and says nothing. */
export function silentAfterTls({ cert, key }: Issued): Promise<Endpoint> {
  return open(createTlsServer({ cert, key }, (client) => client.resume()));
}

/** TLS as it was before 1.2. */
export function oldTls({ cert, key }: Issued): Promise<Endpoint> {
  const versions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  return open(createTlsServer({ cert, key, ...versions }).on('tlsClientError', () => undefined));
}

/** Answers every request with 500 and, as plain text after `before`, the credentials that came with it. */
export function reflecting({ cert, key }: Issued, before: string): Promise<Endpoint> {
  return open(
    createHttpsServer({ cert, key }, (request, response) => {
      response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`${before}${request.headers.authorization ?? ''}`);
    }),
  );
}

/** Says back what it hears: nothing that speaks TLS. */
export function echoing(): Promise<Endpoint> {
  return open(createServer((client) => client.pipe(client)));
}

/** Hears what the client wants, and hangs up. */
export function closing(): Promise<Endpoint> {
  return open(createServer((client) => client.once('data', () => client.end())));
}
