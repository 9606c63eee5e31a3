import type { AnyRabbit, ConnectionFor, ConnectOptions, RabbitRights } from './brokers/rabbitmq/connect.ts';
import type { AnyKafka, KafkaFor, KafkajsOptions, KafkaRights } from './brokers/kafka/connect.ts';
import { UsageError } from './core/errors.ts';
import type { ServiceClient } from './operations/clients.ts';

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

type Given = 'service' | 'auth' | 'url' | 'vhost' | 'brokers';

/** One service in one environment, by the topology as it was read. */
export interface Service {
  /** The options of `connect` that the topology knows; undefined where the service does nothing on RabbitMQ. */
  readonly rabbitmqOptions: ConnectOptions | undefined;
  /** The options of `createKafka` likewise. */
  readonly kafkaOptions: KafkajsOptions | undefined;
  /** The vhosts where it does something, by the topology's names for them, its own first. */
  readonly vhosts: readonly string[];
  /**
   * A connection to the vhost that the service lives in, or to another where it does something. What is given wins: a client
   * certificate, another store, `onEvent`. Throws UsageError (`MQWARDEN_USAGE`) where the service does nothing there, and what `connect` throws.
   */
  rabbitmq<R extends RabbitRights = AnyRabbit>(
    more?: Partial<Omit<ConnectOptions, Given>> & {
      /** As the topology calls it: a key of the environment's `vhosts`, or `default`. */
      readonly vhost?: string | undefined;
    },
  ): Promise<ConnectionFor<R>>;
  /** A kafkajs client likewise; it connects when its producers and consumers do. */
  kafka<R extends KafkaRights = AnyKafka>(more?: Partial<Omit<KafkajsOptions, Given>>): Promise<KafkaFor<R>>;
}

/**
 * Reads the topology; connects to nothing yet. `environment` may be left out where the topology has only one. Throws TopologyError for one
 * that does not load.
 */
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
  const [rabbit, kafka] = [brokers.get('rabbitmq'), brokers.get('kafka')];
  const rabbitmqOptions = rabbit && (optionsOf(service, rabbit, rabbit.options) as unknown as ConnectOptions);
  const kafkaOptions = kafka && (optionsOf(service, kafka, kafka.options) as unknown as KafkajsOptions);
  const elsewhere = rabbit?.elsewhere ?? new Map<string, never>();
  return {
    rabbitmqOptions,
    kafkaOptions,
    vhosts: rabbit === undefined ? [] : [rabbit.name, ...elsewhere.keys()],
    async rabbitmq<R extends RabbitRights = AnyRabbit>({ vhost, ...more }: Partial<ConnectOptions> = {}) {
      const { connect } = await import('./brokers/rabbitmq/connect.ts');
      const options = needed(rabbitmqOptions, service, 'rabbitmq');
      if (vhost === undefined || vhost === rabbit?.name) return connect<R>(merged(options, more));
      const place = elsewhere.get(vhost);
      if (place === undefined) throw new UsageError(...nothingIn(service, vhost));
      return connect<R>(merged({ ...options, ...place.options }, more));
    },
    async kafka<R extends KafkaRights = AnyKafka>(more: Partial<KafkajsOptions> = {}) {
      const factory = await import('./brokers/kafka/connect.ts');
      return factory.createKafka<R>(merged(needed(kafkaOptions, service, 'kafka'), more));
    },
  };
}

/** Where the identity is made elsewhere (`auth: external`), its credential is none of the topology's store. */
function optionsOf(
  service: string,
  { auth, tls, secrets }: ServiceClient,
  options: ServiceClient['options'],
): Readonly<Record<string, unknown>> {
  const identity =
    auth === 'certificate' ? { auth } : auth === 'external' || secrets === undefined ? {} : { secrets };
  return { service, ...options, tls, ...identity };
}

function nothingIn(service: string, vhost: string): [message: string, hint: string] {
  const hint = "name it as the environment's vhosts do, and let the service do something there";
  return [`${service} does nothing in a vhost called ${vhost}`, hint];
}

function needed<T>(options: T | undefined, service: string, broker: string): T {
  if (options !== undefined) return options;
  throw new UsageError(
    `${service} does nothing on ${broker}`,
    `give it a section "${broker}" in the topology`,
  );
}

/** A credential that is given takes the place of the store; a certificate is added to the authority. */
function merged<T extends { readonly tls?: object | undefined }>(options: T, more: Partial<T>): T {
  const given = said(more);
  const tls: unknown = given.tls ?? {};
  // What is no mapping is the policy's to refuse.
  const both = typeof tls === 'object' && tls !== null ? { ...options.tls, ...said(tls) } : tls;
  const own = 'username' in given || 'secrets' in given ? { ...options, secrets: undefined } : options;
  return { ...own, ...given, tls: both };
}

/** What is undefined was not given: a variable that is not set, most of the time. */
function said<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
