import type { AnyRabbit, ConnectionFor, ConnectOptions, RabbitRights } from './brokers/rabbitmq/connect.ts';
import type { AnyKafka, KafkaFor, KafkajsOptions, KafkaRights } from './brokers/kafka/connect.ts';
import { UsageError } from './core/errors.ts';

/**
 * A service's connections by the topology: endpoints, vhost, authority and store are written there, and nowhere twice. Loads the
 * topology's language, which `mqwarden/rabbitmq` and `mqwarden/kafka` alone do not.
 */
export interface TopologyOptions {
  /** A file or a folder; default `./topology`. */
  readonly topology?: string | undefined;
  /** For `${MQWARDEN_X}` in endpoints; default those of the process. */
  readonly variables?: Readonly<Record<string, string | undefined>> | undefined;
}

type Given = 'service' | 'url' | 'vhost' | 'brokers';

export interface Service {
  /** The options of `connect` and `createKafka` that the topology knows; undefined where the service does nothing there. */
  readonly rabbitmqOptions: ConnectOptions | undefined;
  readonly kafkaOptions: KafkajsOptions | undefined;
  /** What is given wins: a client certificate, another store, `onEvent`. */
  rabbitmq<R extends RabbitRights = AnyRabbit>(
    more?: Partial<Omit<ConnectOptions, Given>>,
  ): Promise<ConnectionFor<R>>;
  kafka<R extends KafkaRights = AnyKafka>(more?: Partial<Omit<KafkajsOptions, Given>>): Promise<KafkaFor<R>>;
}

/** Reads the topology; connects to nothing yet. `environment` may be left out where the topology has only one. */
export async function createFromTopology(
  service: string,
  environment?: string,
  { topology = './topology', variables = process.env }: TopologyOptions = {},
): Promise<Service> {
  const { clientsOf } = await import('./operations/clients.ts');
  const { Redaction } = await import('./secrets/redact.ts');
  const { brokers } = await clientsOf(service, {
    ...{ topology, environment, variables },
    redaction: new Redaction(),
    progress: () => undefined,
  });
  const optionsOf = (broker: string): unknown => {
    const client = brokers.get(broker);
    if (client === undefined) return undefined;
    const { options, tls, secrets } = client;
    return { service, ...options, tls, ...(secrets === undefined ? {} : { secrets }) };
  };
  const rabbitmqOptions = optionsOf('rabbitmq') as ConnectOptions | undefined;
  const kafkaOptions = optionsOf('kafka') as KafkajsOptions | undefined;
  return {
    rabbitmqOptions,
    kafkaOptions,
    async rabbitmq<R extends RabbitRights = AnyRabbit>(more: Partial<ConnectOptions> = {}) {
      const { connect } = await import('./brokers/rabbitmq/connect.ts');
      return connect<R>(merged(needed(rabbitmqOptions, service, 'rabbitmq'), more));
    },
    async kafka<R extends KafkaRights = AnyKafka>(more: Partial<KafkajsOptions> = {}) {
      const factory = await import('./brokers/kafka/connect.ts');
      return factory.createKafka<R>(merged(needed(kafkaOptions, service, 'kafka'), more));
    },
  };
}

function needed<T>(options: T | undefined, service: string, broker: string): T {
  if (options !== undefined) return options;
  throw new UsageError(
    `${service} does nothing on ${broker}`,
    `give it a section "${broker}" in the topology`,
  );
}

/** A credential that is given takes the place of the store; a certificate is added to the authority. */
function merged<T extends { tls?: object | undefined }>(options: T, more: Partial<T>): T {
  const tls = { ...options.tls, ...more.tls };
  const given = 'username' in more || 'secrets' in more ? { ...options, secrets: undefined } : options;
  return { ...given, ...more, tls };
}
