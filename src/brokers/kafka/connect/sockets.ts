import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { PolicyError, type Tls } from '../../../core/connect-policy.ts';
import { readTls, type TlsTexts } from '../../../secrets/pem.ts';
import { Answers, requestIn, saslHandshake } from './frames.ts';

/**
 * The TLS connections of kafkajs, which knows no change of credentials: a session stays who it was. Those of an older
 * credential are closed between two requests, so that kafkajs opens them again, and logs in with the newer one.
 */
export interface SocketsOptions {
  readonly tls: Tls | undefined;
  readonly drainMs: number;
  /** Who shows this certificate, where that is who it is: there is no login then. */
  readonly shownBy: (texts: TlsTexts) => Shown | undefined;
  /** With a certificate alone: the broker has answered, or has not taken it. */
  readonly entered: (socket: Closed, refusal: Error | undefined) => void;
  /** The credential that `username` logs in with, as read last. */
  readonly versionOf: (username: string) => string | undefined;
  /** A session is about to be renewed: whether still as `username`. */
  readonly stillIs: (username: string) => Promise<boolean>;
  readonly opened: () => void;
  readonly closed: (socket: Closed) => void;
}

interface Shown {
  readonly username: string;
  readonly version: string;
}

interface Closed {
  readonly endpoint: string;
  readonly correlationId: string;
  readonly username: string | undefined;
  /** Whether its login succeeded. */
  readonly isIn: boolean;
  /** Not by us. */
  readonly lost: boolean;
}

export class Sockets {
  private readonly options: SocketsOptions;
  private readonly open = new Set<Watched>();

  constructor(options: SocketsOptions) {
    this.options = options;
  }

  readonly factory: ISocketFactory = ({ host, port, onConnect }) => {
    const { serverName, ...texts } = readTls(this.options.tls);
    const servername = serverName ?? (isIP(host) === 0 ? host : undefined);
    // Explicit: the environment must not decide.
    const fixed = { rejectUnauthorized: true, ...(servername === undefined ? {} : { servername }) };
    const shown = this.options.shownBy(texts);
    // As a context: a socket keeps what it was opened with, for whoever prints it.
    const secureContext = createSecureContext(texts);
    const socket = connect({ host, port, secureContext, ...fixed }, () => {
      if (shown === undefined || isAsked(socket)) onConnect();
      else socket.destroy(unasked(`${host}:${port}`));
    });
    socket.setKeepAlive(true, 60_000);
    const watched = new Watched(socket, `${host}:${port}`, this.options);
    if (shown !== undefined) watched.enterAs(shown);
    this.open.add(watched);
    socket.once('close', () => {
      this.open.delete(watched);
      this.options.closed(watched);
    });
    this.options.opened();
    return socket;
  };

  get count(): number {
    return this.open.size;
  }

  /** The one whose login began last at this broker. */
  loggingIn(endpoint: string): Watched | undefined {
    return [...this.open].filter((one) => one.endpoint === endpoint).sort(byHandshake)[0];
  }

  /** Leaves every connection that was logged in with another credential than `version`; whether there was one. */
  leaveOthers(version: string): boolean {
    const others = [...this.open].filter((one) => one.version !== undefined && one.version !== version);
    for (const one of others) one.leave();
    return others.length > 0;
  }
}

/** A client shares signature algorithms with a server that has asked for its certificate, and only then. */
function isAsked(socket: TLSSocket): boolean {
  return socket.getSharedSigalgs().length > 0;
}

function unasked(endpoint: string): PolicyError {
  return new PolicyError(
    'MQWARDEN_CERTIFICATE_UNASKED',
    `${endpoint} asks for no certificate: everyone is anonymous there`,
    { endpoint, hint: 'name an SSL listener with ssl.client.auth=required' },
  );
}

let handshakes = 0;

function byHandshake(a: Watched, b: Watched): number {
  return b.handshake - a.handshake;
}

type Write = (frame: Buffer, encoding?: BufferEncoding) => boolean;

class Watched implements Closed {
  readonly endpoint: string;
  readonly correlationId = randomUUID();
  username: string | undefined;
  version: string | undefined;
  handshake = 0;
  isIn = false;
  lost = false;
  private readonly socket: TLSSocket;
  private readonly options: SocketsOptions;
  private readonly write: Write;
  private readonly unanswered = new Set<number>();
  private readonly answers = new Answers();
  leaving = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly own: readonly unknown[];

  constructor(socket: TLSSocket, endpoint: string, options: SocketsOptions) {
    this.socket = socket;
    this.endpoint = endpoint;
    this.options = options;
    this.write = socket.write.bind(socket);
    socket.write = (frame: Buffer) => this.send(Buffer.from(frame));
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    // After our own end, theirs is the answer to it.
    const lost = (): void => {
      this.lost ||= !this.leaving && !socket.writableEnded;
    };
    socket.on('end', lost);
    socket.on('error', lost);
    socket.once('close', () => clearTimeout(this.timer));
    this.own = [...socket.listeners('end'), ...socket.listeners('error')];
  }

  /** The certificate says who it is. Known to be taken when the first answer comes. */
  enterAs({ username, version }: Shown): void {
    const { socket } = this;
    const { entered } = this.options;
    this.version = version;
    const refused = (error: Error): void => {
      if (!this.isIn) entered(this.named(username), error);
    };
    socket.on('error', refused);
    socket.once('data', () => {
      this.username = username;
      this.isIn = true;
      entered(this, undefined);
    });
  }

  private named(username: string): Closed {
    const { endpoint, correlationId, lost, isIn } = this;
    return { endpoint, correlationId, lost, isIn, username };
  }

  /** What is under way is answered; what comes from now on is not sent, so that kafkajs may safely send it elsewhere. */
  leave(): void {
    if (this.leaving) return;
    this.leaving = true;
    this.timer = setTimeout(() => this.end(), this.options.drainMs);
    this.timer.unref();
    this.endIfQuiet();
  }

  /** It cannot log in: kafkajs would begin anew on it, in the middle of what the broker waits for. */
  abandon(): void {
    this.leaving = true;
    this.end();
  }

  private send(frame: Buffer): boolean {
    if (this.leaving) return true;
    const request = requestIn(frame);
    if (request?.apiKey === saslHandshake) {
      handshakes += 1;
      this.handshake = handshakes;
      if (this.username !== undefined) {
        void this.renew(this.username, frame);
        return true;
      }
    }
    if (request?.username !== undefined) {
      // The store was written to after the handshake of a renewal: as in renew.
      if (this.username !== undefined && this.username !== request.username) {
        this.leave();
        return true;
      }
      this.username = request.username;
      this.version = this.options.versionOf(request.username);
    }
    if (request?.answered === true) this.unanswered.add(request.correlationId);
    return this.write(frame);
  }

  /** Kafka lets no session become somebody else's: one whose user was rotated is closed instead of renewed. */
  private async renew(username: string, handshake: Buffer): Promise<void> {
    const same = await this.options.stillIs(username).catch(() => true);
    if (!same) this.leave();
    if (this.leaving) return;
    const request = requestIn(handshake);
    if (request !== undefined) this.unanswered.add(request.correlationId);
    this.write(handshake);
  }

  private receive(chunk: Buffer): void {
    for (const id of this.answers.read(chunk)) this.unanswered.delete(id);
    this.endIfQuiet();
  }

  private endIfQuiet(): void {
    if (!this.leaving || this.unanswered.size > 0) return;
    // When kafkajs has taken the last answer, and nothing of its own is under way.
    setImmediate(() => this.end());
  }

  /** To kafkajs it looks as if the broker had closed it, which it does to idle connections. */
  private end(): void {
    const { socket } = this;
    clearTimeout(this.timer);
    const theirs = (event: string) => socket.listeners(event).filter((one) => !this.own.includes(one));
    const ends = theirs('end');
    for (const event of ['end', 'error', 'timeout']) {
      for (const one of theirs(event)) socket.removeListener(event, one as () => void);
    }
    for (const one of ends) (one as () => void).call(socket);
    socket.end();
    const force = setTimeout(() => socket.destroy(), 2_000);
    force.unref();
    socket.once('close', () => clearTimeout(force));
  }
}
