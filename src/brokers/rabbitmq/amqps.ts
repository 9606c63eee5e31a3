import { type ChannelModel, connect } from 'amqplib';
import type { Tls } from '../../core/connect-policy.ts';

/** AMQP over TLS: verified, from 1.2 on. What services and the administrator have in common. */

export interface Call {
  readonly url: URL;
  readonly vhost: string;
  readonly username: string;
  readonly password: string;
  readonly tls: Tls;
  /** How the broker lists the connection. */
  readonly name: string;
  /** Until a connection that is not open yet is given up. */
  readonly timeoutMs: number;
  /** Where the broker's own choice is too slow. */
  readonly heartbeatSeconds?: number;
}

/** Rejects with amqplib's own error. */
export function dial({ url, vhost, username, password, tls, ...more }: Call): Promise<ChannelModel> {
  const target = {
    protocol: 'amqps',
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 5671 : Number(url.port),
    username,
    password,
    // amqplib decodes it, though it is no part of a URL here.
    vhost: encodeURIComponent(vhost),
    ...(more.heartbeatSeconds === undefined ? {} : { heartbeat: more.heartbeatSeconds }),
  };
  return connect(target, {
    minVersion: 'TLSv1.2' as const,
    // Explicit: the environment must not decide.
    rejectUnauthorized: true,
    timeout: more.timeoutMs,
    clientProperties: { connection_name: more.name },
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
  });
}
