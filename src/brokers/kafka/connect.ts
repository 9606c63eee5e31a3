import { createRequire } from 'node:module';
import { Kafka } from 'kafkajs';
import type { AuthenticationProviderArgs, Authenticator, KafkaConfig } from 'kafkajs';
import {
  refuse,
  refuseUnknownOptions,
  refuseUnverified,
  type Tls,
  type Unchecked,
} from '../../core/connect-policy.ts';

/** Where a service's credentials come from: `kafka/<service>/username` and `kafka/<service>/password`. */
export interface SecretSource {
  getSecret(path: string): Promise<string>;
}

export type KafkaTls = Tls;

export interface KafkaOptions {
  readonly service: string;
  /** `host:port` of SASL_SSL listeners. */
  readonly brokers: readonly string[];
  readonly tls?: KafkaTls | undefined;
  /** Asked at every connect, so that a rotated password is found. Either this or `username` and `password`. */
  readonly secrets?: SecretSource | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Default: the service's name. */
  readonly clientId?: string | undefined;
}

/**
 * A kafkajs client that talks SASL_SSL with SCRAM-SHA-512 and nothing weaker. Throws MqwardenError with a code `MQWARDEN_…`
 * before a byte is sent for anything that would weaken that, and for any option that it does not know.
 */
export function createKafka(options: KafkaOptions): Kafka {
  refuseWeakening(options);
  refuseMalformed(options);
  const { service, brokers, tls = {}, clientId = service } = options;
  const ssl = {
    minVersion: 'TLSv1.2',
    // Explicit: the environment must not decide.
    rejectUnauthorized: true,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
  } as const;
  return new Kafka({ clientId, brokers: [...brokers], ssl, sasl: saslOf(options) });
}

const optionNames = ['service', 'brokers', 'tls', 'secrets', 'username', 'password', 'clientId'];

function refuseWeakening(options: KafkaOptions): void {
  const given = options as unknown as Unchecked;
  const tls: unknown = given['tls'];
  if (tls === false || tls === null || given['ssl'] === false) {
    refuse(
      'MQWARDEN_TLS_REQUIRED',
      'Kafka without TLS is refused',
      'leave tls: false out; name a SASL_SSL listener',
    );
  }
  refuseUnverified([given, tls, given['ssl']], 'give tls.ca, the CA that signed the brokers', process.env);
  if ('sasl' in given || 'mechanism' in given) {
    const hint = 'leave it out: the mechanism is SCRAM-SHA-512, and the credentials come from `secrets`';
    refuse('MQWARDEN_SASL_MECHANISM', 'a SASL mechanism of your own is refused, PLAIN above all', hint);
  }
  refuseUnknownOptions(given, optionNames);
}

const brokerForm = /^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/@[\]]+):\d{1,5}$/;

function refuseMalformed(options: KafkaOptions): void {
  const { service, brokers, username, password } = options;
  const secrets: unknown = options.secrets;
  if (!service) {
    refuse('MQWARDEN_OPTIONS', 'option service is missing', 'give the name of the service in the topology');
  }
  if (!Array.isArray(brokers) || brokers.length === 0) {
    refuse(
      'MQWARDEN_OPTIONS',
      'option brokers is missing',
      'give at least one host:port of a SASL_SSL listener',
    );
  }
  if (!brokers.every((broker) => typeof broker === 'string' && brokerForm.test(broker))) {
    const hint = 'no scheme, and no credentials: kafka-1.internal:9093';
    refuse('MQWARDEN_OPTIONS', 'option brokers must hold host:port, nothing else', hint);
  }
  if (secrets !== undefined) {
    const source = typeof secrets === 'object' && secrets !== null && 'getSecret' in secrets;
    if (source && username === undefined && password === undefined) return;
    refuse(
      'MQWARDEN_CREDENTIALS',
      'option secrets must be an object with getSecret(path), and alone',
      'leave username and password out',
    );
  }
  if (!username || !password) {
    refuse(
      'MQWARDEN_CREDENTIALS',
      'no credentials are given',
      'give `secrets`, or both username and password',
    );
  }
}

type ScramProvider = (sasl: {
  readonly username: string;
  readonly password: string;
}) => (args: AuthenticationProviderArgs) => Authenticator;

function saslOf(options: KafkaOptions): NonNullable<KafkaConfig['sasl']> {
  const { service, secrets, username = '', password = '' } = options;
  if (secrets === undefined) return { mechanism: 'scram-sha-512', username, password };
  return {
    mechanism: 'scram-sha-512',
    authenticationProvider: (args) => ({
      authenticate: async () => {
        const [user, secret] = await Promise.all([
          secrets.getSecret(`kafka/${service}/username`),
          secrets.getSecret(`kafka/${service}/password`),
        ]);
        await loadScram()({ username: user, password: secret })(args).authenticate();
      },
    }),
  };
}

/** kafkajs takes credentials as values only; its own SCRAM, given them at connect time, is the way to fetch them late. */
function loadScram(): ScramProvider {
  return createRequire(import.meta.url)('kafkajs/src/broker/saslAuthenticator/scram512') as ScramProvider;
}
