import { Agent, request as open, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
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

/**
 * No proxy and no redirect: what is sent goes to this endpoint alone. Throws for TLS material that cannot be used. Node's own
 * client, since a large apply makes thousands of requests, of which a library on top of it took as long as the broker.
 */
export function openHttp(url: URL, { connections, silenceMs, tls }: HttpOptions): Http {
  const agent = new PatientAgent({
    keepAlive: true,
    maxSockets: connections,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    ...tls,
  });
  const prefix = url.pathname.replace(/\/+$/, '');
  const common: RequestOptions = { ...urlToHttpOptions(url), agent, timeout: silenceMs };
  return {
    async exchange({ method, path, headers, body, patienceMs, permit }) {
      const options = { ...common, method, path: `${prefix}${path}`, headers };
      const { status, bytes } = await answerTo(options, body, patienceMs, permit);
      return { status, text: bytes.toString('utf8') };
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

interface RawAnswer {
  readonly status: number;
  readonly bytes: Buffer;
}

function answerTo(
  options: RequestOptions,
  body: string | undefined,
  patienceMs: number,
  permit: Permit | undefined,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = open(options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', fail);
      answer.on('end', () => {
        clearTimeout(end);
        resolve({ status: answer.statusCode ?? 0, bytes: Buffer.concat(chunks) });
      });
    });
    const fail = (error: Error): void => {
      clearTimeout(end);
      reject(error);
    };
    const late = (): void => {
      fail(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }));
      sent.destroy();
    };
    // The socket's own timeout begins when it is connected: this one bounds the connecting, too.
    const end = setTimeout(late, patienceMs);
    sent.on('timeout', late);
    sent.on('error', fail);
    if (permit === undefined) sent.end(body);
    else {
      sent.once('socket', () => {
        permit().then(
          () => sent.end(body),
          (error: unknown) => {
            fail(error instanceof Error ? error : new Error(String(error)));
            sent.destroy();
          },
        );
      });
    }
  });
}
