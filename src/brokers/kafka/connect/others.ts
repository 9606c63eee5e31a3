import type { BaseOptions, SASLCustomAuthenticator } from '@platformatic/kafka';
import { readTls } from '../../../secrets/pem.ts';
import { credentialReader } from '../../../secrets/source.ts';
import { checked, type KafkaOptions } from './options.ts';

/** The same policy for the other clients: rendered as their options, checked as for kafkajs. */

type PlatformaticOptions = Pick<BaseOptions, 'clientId' | 'bootstrapBrokers'> &
  Required<Pick<BaseOptions, 'tls'>> & {
    readonly tlsServerName: string | boolean;
    /** None where the certificate says who it is. */
    readonly sasl?: NonNullable<BaseOptions['sasl']>;
  };

/**
 * For `new Producer({ ...platformaticOptions(…), … })` of `@platformatic/kafka`. The credential and the certificate are read at
 * every connect.
 */
export function platformaticOptions(options: KafkaOptions): PlatformaticOptions {
  const given = checked(options);
  // Read once now, so that a file that is missing is told here and not at the first connect.
  const first = readTls(given.tls);
  const tls = { rejectUnauthorized: true, minVersion: first.minVersion };
  for (const name of ['ca', 'cert', 'key'] as const) {
    if (first[name] === undefined) continue;
    // The client copies these at every connect.
    Object.defineProperty(tls, name, { enumerable: true, get: () => readTls(given.tls)[name] });
  }
  return {
    clientId: given.clientId ?? given.service,
    bootstrapBrokers: [...given.brokers],
    tls,
    tlsServerName: first.serverName ?? true,
    ...(given.auth === 'certificate' ? {} : { sasl: saslOf(given) }),
  };
}

/** Both fields of one version: the client would ask for the two apart. */
function saslOf(given: KafkaOptions): NonNullable<BaseOptions['sasl']> {
  const read = credentialReader('kafka', given, () => undefined);
  const authenticate: SASLCustomAuthenticator = (
    _mechanism,
    connection,
    api,
    _user,
    _password,
    _token,
    callback,
  ) => {
    void Promise.all([read({ fresh: false }), import('@platformatic/kafka')]).then(
      ([{ username, password = '' }, { saslScramSha }]) => {
        const { defaultCrypto } = saslScramSha;
        saslScramSha.authenticate(api, connection, 'SHA-512', username, password, defaultCrypto, callback);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error('no credential')),
    );
  };
  return { mechanism: 'SCRAM-SHA-512', authenticate };
}

/** librdkafka's own names. */
export interface ConfluentOptions {
  readonly 'client.id': string;
  readonly 'bootstrap.servers': string;
  readonly 'security.protocol': 'sasl_ssl' | 'ssl';
  readonly 'sasl.mechanisms'?: 'SCRAM-SHA-512';
  readonly 'sasl.username'?: string;
  readonly 'sasl.password'?: string;
  readonly 'enable.ssl.certificate.verification': true;
  readonly 'ssl.endpoint.identification.algorithm': 'https';
  readonly 'ssl.ca.pem'?: string;
  readonly 'ssl.certificate.pem'?: string;
  readonly 'ssl.key.pem'?: string;
}

/**
 * For `new Producer(await confluentOptions(…))` of `@confluentinc/kafka-javascript`. librdkafka takes the credential as a value:
 * after a rotation, make another client from what this gives then.
 */
export async function confluentOptions(options: KafkaOptions): Promise<ConfluentOptions> {
  const given = checked(options);
  await refuseUnrendered(given);
  const { ca, cert, key } = readTls(given.tls);
  const read = credentialReader('kafka', given, () => undefined);
  const { username, password } = await read({ fresh: false });
  return {
    'client.id': given.clientId ?? given.service,
    'bootstrap.servers': given.brokers.join(','),
    ...(password === undefined
      ? { 'security.protocol': 'ssl' }
      : {
          'security.protocol': 'sasl_ssl',
          'sasl.mechanisms': 'SCRAM-SHA-512',
          'sasl.username': username,
          'sasl.password': password,
        }),
    'enable.ssl.certificate.verification': true,
    'ssl.endpoint.identification.algorithm': 'https',
    ...(ca === undefined ? {} : { 'ssl.ca.pem': ca }),
    ...(cert === undefined ? {} : { 'ssl.certificate.pem': cert }),
    ...(key === undefined ? {} : { 'ssl.key.pem': key }),
  };
}

/** What cannot be said to librdkafka would be dropped in silence. */
async function refuseUnrendered({ tls }: KafkaOptions): Promise<void> {
  const { refuse } = await import('../../../core/connect-policy.ts');
  if (tls?.serverName !== undefined) {
    const hint = 'name the brokers as their certificates do';
    refuse('MQWARDEN_OPTIONS', 'librdkafka checks the name of the host, and knows no serverName', hint);
  }
  if (tls?.minVersion === 'TLSv1.3') {
    const hint = 'leave tls.minVersion out, and let the brokers take TLS 1.3 alone (ssl.enabled.protocols)';
    refuse('MQWARDEN_OPTIONS', 'librdkafka knows no least version of TLS', hint);
  }
}
