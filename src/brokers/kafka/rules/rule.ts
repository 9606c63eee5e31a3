import type { BrokerRule, Site } from '../../../core/rule.ts';
import type { KafkaResource } from '../resources.ts';
import type { KafkaEnvironment, KafkaService } from '../schema.ts';

/** What the rules of Kafka are, and what they look at. */
export type KafkaRule = BrokerRule<KafkaEnvironment, KafkaService, KafkaResource>;
export type KafkaSite = Site<KafkaEnvironment, KafkaService, KafkaResource>;
