/**
 * A TLS proxy in front of Kafka that reads the head of every request (size, API key, version, correlation id) and can fail
 * any of them. Clients stay on it, because it sits at the port that one of the broker's listeners advertises.
 */
import type { Socket } from 'node:net';
import { type TLSSocket, connect, createServer } from 'node:tls';
import type { KafkaConnection } from './connection.ts';
import type { ProxySlot } from './kafka-config.ts';
import { frameReader } from './kafka-frames.ts';
import {
  type Fault,
  type SocketSet,
  listen,
  proxyCertificate,
  socketSet,
  stopServer,
} from './proxy-sockets.ts';

export interface KafkaRequest {
  /** From 1, over all connections and all API keys. */
  readonly n: number;
  /** From 1, among the requests with this API key. */
  readonly nth: number;
  /** By number, for example 3 Metadata, 19 CreateTopics, 30 CreateAcls, 51 AlterUserScramCredentials. */
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  /** Which connection, from 1. */
  readonly connection: number;
  /** All of it, with its size before it. */
  readonly frame: Buffer;
}

/** Requests of one connection wait for each other's hooks, so that they reach the broker in order. */
export type OnKafkaRequest = (n: number, request: KafkaRequest) => Fault | Promise<Fault>;

export interface KafkaProxy {
  /** Take the place of the broker's `brokers`: SASL_SSL, SCRAM-SHA-512, no client certificate. */
  readonly brokers: readonly string[];
  readonly requests: readonly KafkaRequest[];
  /** Of the requests so far, in order. */
  readonly apiKeys: readonly number[];
  readonly connections: number;
  onRequest(hook: OnKafkaRequest | undefined): void;
  clear(): void;
  stop(): Promise<void>;
}

type Upstream = Pick<KafkaConnection, 'ca' | 'caKey' | 'proxySlots'>;

interface Watch {
  readonly requests: KafkaRequest[];
  hook: OnKafkaRequest | undefined;
}

export async function startKafkaProxy(upstream: Upstream, onRequest?: OnKafkaRequest): Promise<KafkaProxy> {
  const watch: Watch = { requests: [], hook: onRequest };
  const sockets = socketSet();
  let connections = 0;
  let slot: ProxySlot | undefined;
  const server = createServer(await proxyCertificate(upstream), (client) => {
    connections += 1;
    if (slot !== undefined) pipe(client, slot.upstream, upstream.ca, connections, watch, sockets);
  });
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('tlsClientError', () => undefined);
  for (const candidate of upstream.proxySlots) {
    try {
      await listen(server, candidate.advertised);
      slot = candidate;
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  if (slot === undefined) {
    const count = upstream.proxySlots.length;
    throw new Error(
      `all ${count} proxy slots of this Kafka are in use: stop another proxy, or start a Kafka with more "proxySlots"`,
    );
  }
  return {
    brokers: [`localhost:${slot.advertised}`],
    requests: watch.requests,
    get apiKeys() {
      return watch.requests.map(({ apiKey }) => apiKey);
    },
    get connections() {
      return connections;
    },
    onRequest: (hook) => {
      watch.hook = hook;
    },
    clear: () => {
      watch.requests.length = 0;
    },
    stop: () => stopServer(server, sockets),
  };
}

function pipe(
  client: TLSSocket,
  port: number,
  ca: string,
  connection: number,
  watch: Watch,
  sockets: SocketSet,
): void {
  const broker = connect({ port, host: '127.0.0.1', servername: 'localhost', ca });
  sockets.add(client);
  sockets.add(broker);
  client.once('close', () => broker.destroy());
  broker.once('close', () => client.destroy());

  const dropped = new Set<number>();
  const pass = async (frame: Buffer): Promise<void> => {
    const request = record(frame, connection, watch.requests);
    const fault = (await watch.hook?.(request.n, request)) ?? 'pass';
    if (fault === 'hang') return;
    if (fault === 'kill-before') {
      client.destroy();
      return;
    }
    if (fault === 'drop-response') dropped.add(request.correlationId);
    broker.write(frame);
  };
  let previous = Promise.resolve();
  const requests = frameReader((frame) => {
    previous = previous.then(() => pass(frame)).catch(() => void client.destroy());
  });
  const responses = frameReader((frame) => {
    // The broker has done it and said so: the moment at which the client loses the connection.
    if (dropped.has(frame.readInt32BE(4))) client.destroy();
    else client.write(frame);
  });
  client.on('data', requests);
  broker.on('data', responses);
}

function record(frame: Buffer, connection: number, requests: KafkaRequest[]): KafkaRequest {
  const apiKey = frame.readInt16BE(4);
  const request: KafkaRequest = {
    n: requests.length + 1,
    nth: requests.filter((one) => one.apiKey === apiKey).length + 1,
    apiKey,
    apiVersion: frame.readInt16BE(6),
    correlationId: frame.readInt32BE(8),
    connection,
    frame,
  };
  requests.push(request);
  return request;
}
