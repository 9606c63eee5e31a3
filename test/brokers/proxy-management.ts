/** An HTTPS proxy in front of RabbitMQ's management API, which records every request and can fail any of them. */
import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, createServer, request as send } from 'node:https';
import { type Fault, listen, proxyCertificate, socketSet, stopServer } from './proxy-sockets.ts';
import type { RabbitEndpoint } from './rabbit-admin.ts';

export interface ManagementRequest {
  /** From 1, over all connections. */
  readonly n: number;
  readonly method: string;
  /** With the query, for example `/api/queues?columns=name`. */
  readonly path: string;
  /** Without the credentials. */
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What the client was told; undefined while it waits, or when it was told nothing. */
  readonly status: number | undefined;
}

/** The proxy answers that itself, and the broker never sees the request. */
export interface ManagementAnswer {
  readonly status: number;
  /** As JSON. */
  readonly body?: unknown;
  /** In its place, as it is. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection is cut before the answer is there as a whole. */
  readonly cut?: boolean;
}

export type ManagementVerdict = Fault | ManagementAnswer;

/** May be asynchronous: to change something on the broker just before the request reaches it. */
export type OnManagementRequest = (
  n: number,
  request: ManagementRequest,
) => ManagementVerdict | Promise<ManagementVerdict>;

export interface ManagementProxy {
  /** Takes the place of the broker's `managementUrl`; its certificate is of the same authority. */
  readonly managementUrl: string;
  readonly requests: readonly ManagementRequest[];
  /** Replaces the hook; without one everything passes. */
  onRequest(hook: OnManagementRequest | undefined): void;
  /** Forgets the requests so far, and counts from 1 again. */
  clear(): void;
  /** Returns when the broker has answered all that it was passed, whether or not anybody waits for it. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

type Upstream = Pick<RabbitEndpoint, 'managementUrl' | 'ca'> & { readonly caKey: string };
type Recorded = { -readonly [K in keyof ManagementRequest]: ManagementRequest[K] };

export async function startManagementProxy(
  upstream: Upstream,
  onRequest?: OnManagementRequest,
): Promise<ManagementProxy> {
  const agent = new Agent({ keepAlive: true, ca: upstream.ca });
  const requests: Recorded[] = [];
  const sockets = socketSet();
  const forwarded = new Set<Promise<unknown>>();
  let hook = onRequest;

  const forward = async (request: IncomingMessage, body: Buffer): Promise<Answer> => {
    const answer = ask(upstream, agent, request, body);
    forwarded.add(answer);
    return answer.finally(() => forwarded.delete(answer));
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const recorded = record(request, requests.length + 1, '');
    requests.push(recorded);
    const body = await bodyOf(request);
    recorded.body = body.toString('utf8');
    const verdict = (await hook?.(recorded.n, recorded)) ?? 'pass';
    if (verdict === 'hang') return;
    if (verdict === 'kill-before') {
      request.socket.destroy();
      return;
    }
    if (typeof verdict === 'object') {
      recorded.status = verdict.status;
      answer(verdict, response);
      return;
    }
    const passed = await forward(request, body);
    if (verdict === 'drop-response') {
      request.socket.destroy();
      return;
    }
    recorded.status = passed.status;
    response.writeHead(passed.status, passed.headers);
    response.end(passed.body);
  };

  const { cert, key } = await proxyCertificate(upstream);
  const server = createServer({ cert, key }, (request, response) => {
    // The broker is gone, or the client is: the client sees a broken connection, as it would without the proxy.
    serve(request, response).catch(() => request.socket.destroy());
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.on('tlsClientError', () => undefined);
  const port = await listen(server);
  return {
    managementUrl: `https://localhost:${port}`,
    requests,
    onRequest: (next) => {
      hook = next;
    },
    clear: () => {
      requests.length = 0;
    },
    settled: async () => {
      await Promise.allSettled(forwarded);
    },
    stop: async () => {
      await stopServer(server, sockets);
      agent.destroy();
    },
  };
}

function answer({ status, body = {}, text, headers, cut }: ManagementAnswer, response: ServerResponse): void {
  const said = text ?? JSON.stringify(body);
  const longer = cut === true ? { 'content-length': String(Buffer.byteLength(said) + 1_000) } : {};
  response.writeHead(status, { 'content-type': 'application/json', ...longer, ...headers });
  if (cut === true) response.write(said, () => response.destroy());
  else response.end(said);
}

function record(request: IncomingMessage, n: number, body: string): Recorded {
  const headers = { ...request.headers };
  delete headers.authorization;
  return { n, method: request.method ?? '', path: request.url ?? '', headers, body, status: undefined };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The whole answer before the first byte of it is passed on, so that a dropped one was surely complete. */
function ask(upstream: Upstream, agent: Agent, from: IncomingMessage, body: Buffer): Promise<Answer> {
  const url = new URL(upstream.managementUrl);
  return new Promise((resolve, reject) => {
    const request = send({
      agent,
      host: url.hostname,
      port: url.port,
      method: from.method,
      // As text: a URL object would decode and normalise what the client sent.
      path: from.url,
      headers: { ...from.headers, host: url.host },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      bodyOf(response).then((read) => {
        // Whole now: its length is known, whatever chunks it came in.
        const headers = { ...response.headers };
        delete headers['transfer-encoding'];
        resolve({ status: response.statusCode ?? 0, headers, body: read });
      }, reject);
    });
    request.end(body);
  });
}
