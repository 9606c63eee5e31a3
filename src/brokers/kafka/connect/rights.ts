import type {
  Consumer,
  ConsumerConfig,
  ConsumerSubscribeTopics,
  Kafka,
  Producer,
  ProducerBatch,
  ProducerConfig,
  ProducerRecord,
  RecordMetadata,
  TopicMessages,
} from 'kafkajs';
import type { Refreshable } from './kafkajs.ts';

/** What `mqwarden types` writes of a service, and a client that knows no more than that. Types alone. */
export interface KafkaRights {
  readonly produces: object;
  /** Topics, each with its groups. */
  readonly consumes: object;
}

/** Any name: what a client knows without generated types. */
export interface AnyKafka {
  readonly produces: Readonly<Record<string, string>>;
  readonly consumes: Readonly<Record<string, string>>;
}

type NameOf<Names> = keyof Names & string;
type To<R extends KafkaRights, T> = Omit<T, 'topic'> & { readonly topic: NameOf<R['produces']> };

interface RightfulProducer<R extends KafkaRights> extends Omit<Producer, 'send' | 'sendBatch'> {
  send(record: To<R, ProducerRecord>): Promise<RecordMetadata[]>;
  sendBatch(
    batch: Omit<ProducerBatch, 'topicMessages'> & { topicMessages?: To<R, TopicMessages>[] },
  ): Promise<RecordMetadata[]>;
}

interface RightfulConsumer<R extends KafkaRights> extends Omit<Consumer, 'subscribe'> {
  subscribe(to: Omit<ConsumerSubscribeTopics, 'topics'> & { topics: NameOf<R['consumes']>[] }): Promise<void>;
}

interface RightfulKafka<R extends KafkaRights> extends Omit<Kafka, 'producer' | 'consumer'>, Refreshable {
  producer(config?: ProducerConfig): RightfulProducer<R>;
  consumer(
    config: Omit<ConsumerConfig, 'groupId'> & { groupId: R['consumes'][keyof R['consumes']] },
  ): RightfulConsumer<R>;
}

export type KafkaFor<R extends KafkaRights> = [AnyKafka] extends [R] ? Kafka & Refreshable : RightfulKafka<R>;
