import { readTls } from '../../../secrets/pem.ts';
import { credentialReader } from '../../../secrets/source.ts';
import { checked, type ConnectOptions, refuseGuest } from './options.ts';

/** The same policy for another client: rendered as its options, checked as for amqplib. */

/** By the names of `rabbitmq-client`. */
export interface RabbitmqClientOptions {
  readonly hostname: string;
  readonly port: number;
  readonly vhost: string;
  readonly username: string;
  readonly password: string;
  readonly connectionName: string;
  readonly tls: {
    readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
    readonly rejectUnauthorized: true;
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
  };
}

/**
 * For `new Connection(await rabbitmqClientOptions(…))` of `rabbitmq-client`. It takes the credential as a value and reconnects with
 * that: after a rotation, make another connection from what this gives then.
 */
export async function rabbitmqClientOptions(options: ConnectOptions): Promise<RabbitmqClientOptions> {
  const given = checked(options);
  const { service, endpoint, vhost } = given;
  const { serverName, ...texts } = readTls(given.tls);
  const { username, password } = await credentialReader('rabbitmq', given, () => undefined)({ fresh: false });
  refuseGuest(username);
  return {
    hostname: endpoint.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: endpoint.port === '' ? 5671 : Number(endpoint.port),
    ...{ vhost, username, password },
    connectionName: service,
    tls: {
      ...texts,
      // Explicit: the environment must not decide.
      rejectUnauthorized: true,
      ...(serverName === undefined ? {} : { servername: serverName }),
    },
  };
}
