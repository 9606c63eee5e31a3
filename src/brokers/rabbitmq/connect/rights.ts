import type { Options } from 'amqplib';
import type { Consumer, ConsumerOptions, Handler } from './consumer.ts';
import type { RabbitConnection } from './live.ts';
import type { Publisher, PublisherOptions } from './publisher.ts';

/** What `mqwarden types` writes of a service, and a connection that knows no more than that. Types alone. */
export interface RabbitRights {
  /** Exchanges, each with its routing keys. */
  readonly publishes: object;
  readonly sends: object;
  readonly consumes: object;
}

/** Any name: what a connection knows without generated types. */
export interface AnyRabbit {
  readonly publishes: Readonly<Record<string, string>>;
  readonly sends: Readonly<Record<string, string>>;
  readonly consumes: Readonly<Record<string, string>>;
}

type NameOf<Names> = keyof Names & string;

export interface RightfulPublisher<R extends RabbitRights> extends Omit<
  Publisher,
  'publish' | 'sendToQueue'
> {
  publish<E extends NameOf<R['publishes']>>(
    exchange: E,
    routingKey: R['publishes'][E],
    content: Buffer,
    options?: Options.Publish,
  ): Promise<void>;
  sendToQueue(queue: NameOf<R['sends']>, content: Buffer, options?: Options.Publish): Promise<void>;
}

interface RightfulConnection<R extends RabbitRights> extends Omit<
  RabbitConnection,
  'publisher' | 'consumer'
> {
  publisher(options?: PublisherOptions): RightfulPublisher<R>;
  consumer(queue: NameOf<R['consumes']>, handler: Handler, options?: ConsumerOptions): Promise<Consumer>;
}

export type ConnectionFor<R extends RabbitRights> = [AnyRabbit] extends [R]
  ? RabbitConnection
  : RightfulConnection<R>;
