import type { BrokerSchema } from '../../core/broker.ts';
import { environmentSchema } from './schema/environment.ts';
import { serviceSchema, sizesSchema } from './schema/service.ts';

export type { BindingSection, ExchangeSection, QueueSection } from './schema/declared.ts';
export { mainVhost } from './schema/environment.ts';
export type { PolicySection, RabbitEnvironment, VhostSection } from './schema/environment.ts';
export type { GrantSection } from './schema/grants.ts';
export type { RabbitService, RabbitSizes } from './schema/service.ts';

/** RabbitMQ's sections of a topology. Whatever is not a key here is an error, never a silence. */
export const schema: BrokerSchema = {
  environment: environmentSchema,
  service: serviceSchema,
  sizes: sizesSchema,
  principals: 'users',
  endpointKeys: ['managementUrl', 'amqpsUrl'],
  unknownEndpoints: { managementUrl: 'https://unknown.invalid', amqpsUrl: 'amqps://unknown.invalid' },
};
