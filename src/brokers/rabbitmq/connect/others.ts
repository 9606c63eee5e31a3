import { refuse } from '../../../core/connect-policy.ts';
import { withoutBrackets } from '../../../core/host.ts';
import { readTls } from '../../../secrets/pem.ts';
import { credentialReader } from '../../../secrets/source.ts';
import { checked, type RabbitmqOptions, refuseGuest } from './options.ts';

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
export async function rabbitmqClientOptions(options: RabbitmqOptions): Promise<RabbitmqClientOptions> {
  const given = checked(options);
  if (given.auth === 'certificate') {
    refuse(
      'MQWARDEN_OPTIONS',
      'rabbitmq-client logs in with passwords only',
      'use connect, which is amqplib',
    );
  }
  const { service, endpoint, vhost } = given;
  const { serverName, ...texts } = readTls(given.tls);
  const read = credentialReader('rabbitmq', given, () => undefined);
  const { username, password = '' } = await read({ fresh: false });
  refuseGuest(username);
  return {
    hostname: withoutBrackets(endpoint.hostname),
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
