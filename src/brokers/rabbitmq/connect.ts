import { RabbitConnection } from './connect/live.ts';
import { checkedConnect, type ConnectOptions } from './connect/options.ts';
import type { AnyRabbit, ConnectionFor, RabbitRights } from './connect/rights.ts';

export type { Consumer, ConsumerOptions, Handler } from './connect/consumer.ts';
export type { RabbitConnection } from './connect/live.ts';
export type { ConnectOptions, RabbitmqOptions } from './connect/options.ts';
export { rabbitmqClientOptions, type RabbitmqClientOptions } from './connect/others.ts';
export { PublishError, type Publisher, type PublisherOptions } from './connect/publisher.ts';
export type { AnyRabbit, ConnectionFor, RabbitRights, RightfulPublisher } from './connect/rights.ts';
export type { ConnectionEvent } from '../../core/connect-events.ts';
export { PolicyError, type Pem, type Tls } from '../../core/connect-policy.ts';
export { MqwardenError } from '../../core/errors.ts';
export type { Secrets, SecretSource } from '../../core/connect-options.ts';

/**
 * amqplib's connection over verified TLS, which is replaced when it breaks and when the credential is rotated. Throws PolicyError
 * with a code `MQWARDEN_…` before a byte is sent for anything that would weaken it, and for any option that it does not know. With `R`,
 * what `mqwarden types` wrote of the service, only that can be published and consumed. Resolves when the first connection is there; what becomes of
 * it later is told to `onEvent`. Times in the options are milliseconds.
 */
export async function connect<R extends RabbitRights = AnyRabbit>(
  options: ConnectOptions,
): Promise<ConnectionFor<R>> {
  const connection = new RabbitConnection(checkedConnect(options));
  await connection.open();
  return connection as ConnectionFor<R>;
}
