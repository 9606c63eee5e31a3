import type { BrokerSchema } from '../../core/broker.ts';
import { environmentSchema } from './schema/environment.ts';
import { serviceSchema } from './schema/service.ts';
import { overrideSchema, sizesSchema } from './schema/sizes.ts';

export type { KafkaEnvironment } from './schema/environment.ts';
export type { KafkaGrant } from './schema/grants.ts';
export type { KafkaService, KafkaTopic } from './schema/service.ts';
export type { KafkaOverride, KafkaSizes } from './schema/sizes.ts';

/** The Kafka sections of a topology. Every object is strict: a key that mqwarden does not know is an error. */
export const schema: BrokerSchema = {
  environment: environmentSchema,
  service: serviceSchema,
  override: overrideSchema,
  sizes: sizesSchema,
  principals: 'principals',
  endpointKeys: ['brokers', 'certificateBrokers'],
  unknownEndpoints: { brokers: ['unknown.invalid:9093'], certificateBrokers: ['unknown.invalid:9094'] },
};
