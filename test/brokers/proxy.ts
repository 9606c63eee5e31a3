/**
 * A TCP proxy that misbehaves on demand, in front of a real broker. It sees bytes only, so TLS stays between client and
 * broker. Faults by request: proxy-management.ts and proxy-kafka.ts, which look into the stream.
 */
import { type Server, type Socket, connect, createServer } from 'node:net';
import { listen, socketSet, stopServer } from './proxy-sockets.ts';

export type TcpMode =
  | 'pass'
  /** Accepts and never answers, nor connects to the broker. */
  | 'hang'
  /** Nothing listens: ECONNREFUSED. */
  | 'refuse'
  /** Passes so many bytes from client to broker on each connection, then resets it. `once`: the next connection only; those after it pass. */
  | { readonly cutAfterBytes: number; readonly once?: true }
  /** Passes what the client sends, and resets the connection when its Nth packet (as read from the socket) arrives. */
  | { readonly cutAtSend: number }
  /** Passes so many bytes from client to broker on each connection, then nothing more, and keeps it open. */
  | { readonly hangAfterBytes: number };

export interface TcpProxy {
  readonly port: number;
  /** Connections accepted since the start, in every mode. */
  readonly connections: number;
  readonly open: number;
  readonly bytesToBroker: number;
  readonly bytesToClient: number;
  /** Applies to connections made from now on; `refuse` cuts the open ones too. */
  setMode(mode: TcpMode): Promise<void>;
  /** Resets every open connection; the mode stays. */
  cut(): void;
  /** Ends every open connection, and returns when the clients have seen it: they have closed theirs. Rejects after 15 s. */
  hangUp(): Promise<void>;
  stop(): Promise<void>;
}

/** `target` is `localhost:port` or a URL with a port. */
export async function startTcpProxy(target: string, mode: TcpMode = 'pass'): Promise<TcpProxy> {
  const upstream = new URL(target.includes('://') ? target : `tcp://${target}`);
  const counts = { connections: 0, toBroker: 0, toClient: 0 };
  const clients = socketSet();
  const brokers = socketSet();
  let current = mode;

  const accept = (client: Socket): void => {
    counts.connections += 1;
    clients.add(client);
    if (current === 'hang') {
      client.resume();
      return;
    }
    const broker = connect(Number(upstream.port), upstream.hostname);
    brokers.add(broker);
    broker.on('data', (data: Buffer) => {
      counts.toClient += data.length;
      if (!client.writableEnded) client.write(data);
    });
    // One that was hung up on is waited for: the broker may learn of it first.
    broker.once('close', () => {
      if (!client.writableEnded) client.destroy();
    });
    client.once('close', () => broker.destroy());
    client.on('data', cutting(current, client, broker, counts));
    if (typeof current === 'object' && 'once' in current) current = 'pass';
    client.once('end', () => broker.end());
  };
  let server: Server = createServer({ allowHalfOpen: true }, accept);
  const port = await listen(server);

  const setMode = async (next: TcpMode): Promise<void> => {
    current = next;
    if (next === 'refuse') {
      await stopServer(server, clients);
    } else if (!server.listening) {
      server = createServer({ allowHalfOpen: true }, accept);
      await listen(server, port);
    }
  };
  if (mode === 'refuse') await setMode(mode);
  return {
    port,
    get connections() {
      return counts.connections;
    },
    get open() {
      return clients.size;
    },
    get bytesToBroker() {
      return counts.toBroker;
    },
    get bytesToClient() {
      return counts.toClient;
    },
    setMode,
    cut: () => clients.destroyAll(),
    hangUp: () => clients.endAll(),
    stop: async () => {
      await stopServer(server, clients);
      brokers.destroyAll();
    },
  };
}

/** Passes the client's bytes on, until the mode of its connection says to reset it. */
function cutting(mode: TcpMode, client: Socket, broker: Socket, counts: { toBroker: number }) {
  let bytesLeft = typeof mode === 'object' && 'cutAfterBytes' in mode ? mode.cutAfterBytes : Infinity;
  const hangs = typeof mode === 'object' && 'hangAfterBytes' in mode;
  if (hangs) bytesLeft = mode.hangAfterBytes;
  let sendsLeft = typeof mode === 'object' && 'cutAtSend' in mode ? mode.cutAtSend - 1 : Infinity;
  return (data: Buffer): void => {
    if (sendsLeft <= 0) {
      client.resetAndDestroy();
      return;
    }
    sendsLeft -= 1;
    const passed = data.subarray(0, Math.min(data.length, bytesLeft));
    bytesLeft -= passed.length;
    counts.toBroker += passed.length;
    broker.write(passed, () => {
      if (bytesLeft <= 0 && !hangs) client.resetAndDestroy();
    });
  };
}
