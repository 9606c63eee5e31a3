import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import axios from 'axios';
import type { Permit } from '../../core/broker.ts';

/** One endpoint over HTTPS on connections that are kept open. Any status is an answer; throws the system's error where none came. */
export interface Http {
  exchange(exchange: Exchange): Promise<{ readonly status: number; readonly text: string }>;
  close(): void;
}

interface Exchange {
  readonly method: string;
  /** After the path of the endpoint, encoded; begins with `/`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Milliseconds from the first attempt to connect to the end of the answer. */
  readonly patienceMs: number;
  /** Asked at the last moment, when only the sending is left: connecting may take long. What it throws, the exchange throws. */
  readonly permit?: Permit | undefined;
}

export interface HttpOptions {
  readonly connections: number;
  /** Milliseconds for which nothing may come. */
  readonly silenceMs: number;
  readonly tls: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
  };
}

/** No proxy and no redirect: what is sent goes to this endpoint alone. Throws for TLS material that cannot be used. */
export function openHttp(url: URL, { connections, silenceMs, tls }: HttpOptions): Http {
  const agent = new PatientAgent({
    keepAlive: true,
    maxSockets: connections,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ...tls,
  });
  const base = url.href.replace(/\/+$/, '');
  const client = axios.create({
    httpsAgent: agent,
    proxy: false,
    maxRedirects: 0,
    validateStatus: () => true,
    responseType: 'text',
    transformResponse: (text: unknown) => text,
    timeout: silenceMs,
  });
  return {
    async exchange({ method, path, headers, body, patienceMs, permit }) {
      const guard = permit === undefined ? undefined : guarded(permit);
      try {
        const { status, data } = await client.request<string>({
          method,
          url: `${base}${path}`,
          headers,
          ...(body === undefined ? {} : { data: body }),
          // The socket's timeout begins when it is connected: this one bounds the connecting, too.
          signal: AbortSignal.timeout(patienceMs),
          ...(guard === undefined ? {} : { transport: guard }),
        });
        return { status, text: data };
      } catch (error) {
        throw guard?.refusal() ?? error;
      }
    },
    close: () => agent.destroy(),
  };
}

/** Gives a connection to a request when its handshake is done, not before. */
class PatientAgent extends Agent {
  private readonly connecting = new Set<Duplex>();

  override createConnection(
    options: RequestOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    const socket = super.createConnection(options);
    if (socket === null || socket === undefined) return socket;
    this.connecting.add(socket);
    const settle = (error: Error | null): void => {
      if (this.connecting.delete(socket)) callback?.(error, socket);
    };
    socket.once('secureConnect', () => settle(null));
    socket.once('error', (error: Error) => settle(error));
    return undefined;
  }

  override destroy(): void {
    for (const socket of this.connecting) socket.destroy();
    super.destroy();
  }
}

/**
 * Sends no byte before `permit` has said yes, and asks it when the connection is there: connecting may take long, or the process
 * be stopped meanwhile.
 */
function guarded(permit: Permit) {
  let refusal: unknown;
  return {
    /** What `permit` threw: the error of the request tells only that it was ended. */
    refusal: () => refusal,
    request(options: RequestOptions, answered: (answer: IncomingMessage) => void): ClientRequest {
      const sent = request(options, answered);
      const end = sent.end.bind(sent);
      // Written, a body is on its way with all that stands before it, whether or not its end is.
      const held: Buffer[] = [];
      sent.write = (part: string | Uint8Array) => {
        held.push(Buffer.from(part));
        return true;
      };
      sent.end = (last?: unknown) => {
        if (typeof last === 'string' || last instanceof Uint8Array) held.push(Buffer.from(last));
        sent.once('socket', () => {
          permit().then(
            () => (held.length === 0 ? end() : end(Buffer.concat(held))),
            (error: unknown) => {
              refusal = error;
              sent.destroy(new Error('not permitted'));
            },
          );
        });
        return sent;
      };
      return sent;
    },
  };
}
