import { createSecureContext } from 'node:tls';
import { type ChannelModel, connect, credentials } from 'amqplib';
import { withoutBrackets } from '../../core/host.ts';

/** AMQP over TLS: verified, from 1.2 on. What services and the administrator have in common. */

/** As read: PEM texts. */
interface TlsTexts {
  readonly ca?: string | Buffer | undefined;
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  readonly serverName?: string | undefined;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
}

export interface Call {
  readonly url: URL;
  readonly vhost: string;
  readonly username: string;
  /** Undefined: the client certificate says who it is (EXTERNAL). */
  readonly password: string | undefined;
  readonly tls: TlsTexts;
  /** How the broker lists the connection. */
  readonly name: string;
  /** Beside the name, in what the broker lists. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Until a connection that is not open yet is given up. */
  readonly timeoutMs: number;
  /** Where the broker's own choice is too slow. */
  readonly heartbeatSeconds?: number;
}

/**
 * Rejects with amqplib's own error, or OpenSSL's for what is no certificate. Neither the password nor the key is a property of
 * anything below the connection: whoever prints one prints its socket, with all that it was opened with.
 */
export async function dial({ url, vhost, username, password, tls, ...more }: Call): Promise<ChannelModel> {
  const target = {
    protocol: 'amqps',
    hostname: withoutBrackets(url.hostname),
    port: url.port === '' ? 5671 : Number(url.port),
    // amqplib decodes it, though it is no part of a URL here.
    vhost: encodeURIComponent(vhost),
    ...(more.heartbeatSeconds === undefined ? {} : { heartbeat: more.heartbeatSeconds }),
  };
  return connect(target, {
    credentials: password === undefined ? credentials.external() : plain(username, password),
    secureContext: contextOf(tls),
    // Explicit: the environment must not decide.
    rejectUnauthorized: true,
    timeout: more.timeoutMs,
    clientProperties: { ...more.properties, connection_name: more.name },
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
  });
}

/**
 * Why somebody was not let in; undefined where it is for none of these. `login`: neither this password nor this certificate is
 * taken; `mechanism`: no password is, or no certificate; `vhost`: who it is was taken, but there is no such vhost, it may not enter, or has
 * as many connections as it may. amqplib has no codes for these: the broker's words are read.
 */
export function turnedAway(error: unknown): 'login' | 'mechanism' | 'vhost' | undefined {
  const words = error instanceof Error ? error.message : '';
  if (words.startsWith('Expected ConnectionOpenOk')) return 'vhost';
  if (/\b403\b.*ACCESS[_-]REFUSED/.test(words)) return 'login';
  return words.includes('SASL mechanism') ? 'mechanism' : undefined;
}

/** As amqplib's own, which keeps both for all to see. */
function plain(username: string, password: string) {
  return { mechanism: 'PLAIN', response: () => Buffer.from(['', username, password].join('\0')) };
}

function contextOf({ ca, cert, key, minVersion = 'TLSv1.2' }: TlsTexts) {
  return createSecureContext({
    minVersion,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
}
