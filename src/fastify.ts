import type { KafkaFor, AnyKafka, KafkajsOptions } from './brokers/kafka/connect.ts';
import type { ConnectOptions, RabbitConnection } from './brokers/rabbitmq/connect.ts';
import type {} from 'fastify';
import { createFromTopology, type TopologyOptions } from './service.ts';

/** A Fastify plugin: a service's connections by the topology, as `app.rabbitmq` and `app.kafka`, closed in order with the app. */

declare module 'fastify' {
  interface FastifyInstance {
    /** Where the service does something on RabbitMQ. */
    rabbitmq: RabbitConnection;
    /** Where the service does something on Kafka. Close your own producers and consumers, in a hook `onClose`. */
    kafka: KafkaFor<AnyKafka>;
  }
}

export interface PluginOptions extends TopologyOptions {
  readonly service: string;
  readonly environment?: string | undefined;
  /** What the topology does not say: the service's certificate, another store, `onEvent`. */
  readonly rabbitmq?: Partial<Pick<ConnectOptions, Given & keyof ConnectOptions>> | undefined;
  readonly kafka?: Partial<Pick<KafkajsOptions, Given & keyof KafkajsOptions>> | undefined;
}

type Given =
  | 'tls'
  | 'secrets'
  | 'username'
  | 'password'
  | 'refreshMs'
  | 'loginAttempts'
  | 'onEvent'
  | 'drainMs'
  | 'retry'
  | 'logLevel'
  | 'logCreator';

/** What is used of Fastify's own instance. */
interface App {
  decorate(name: string, value: unknown): unknown;
  addHook(name: 'onClose', hook: () => Promise<void>): unknown;
}

async function connections(app: App, options: PluginOptions): Promise<void> {
  const { service: name, environment, rabbitmq, kafka, topology, variables } = options;
  const service = await createFromTopology(name, environment, { topology, variables });
  if (service.rabbitmqOptions !== undefined) {
    const connection = await service.rabbitmq(rabbitmq);
    // Without a listener an outage that is given up would end the process before its health check says so.
    connection.on('error', () => undefined);
    app.decorate('rabbitmq', connection);
    app.addHook('onClose', () => connection.close());
  }
  if (service.kafkaOptions !== undefined) app.decorate('kafka', await service.kafka(kafka));
}

/** For `app.register`. Not a context of its own: the whole app has the connections. */
export default Object.assign(connections, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'mqwarden',
});
