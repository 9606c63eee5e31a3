import { createService } from './connect/kafkajs.ts';
import { checked, type KafkajsOptions, kafkajsNames } from './connect/options.ts';
import type { AnyKafka, KafkaFor, KafkaRights } from './connect/rights.ts';

export { LoginRefused } from './connect/login.ts';
export type { KafkajsOptions, KafkaOptions } from './connect/options.ts';
export { confluentOptions, platformaticOptions } from './connect/others.ts';
export type { Refreshable } from './connect/kafkajs.ts';
export type { AnyKafka, KafkaFor, KafkaRights } from './connect/rights.ts';
export type { ConnectionEvent } from '../../core/connect-events.ts';
export { PolicyError, type Pem, type Tls } from '../../core/connect-policy.ts';
export { MqwardenError } from '../../core/errors.ts';
export type { Secrets, SecretSource } from '../../secrets/source.ts';

/**
 * A kafkajs client that talks SASL_SSL with SCRAM-SHA-512 and nothing weaker, and whose connections follow the credential in the
 * store. Throws PolicyError with a code `MQWARDEN_…` before a byte is sent for anything that would weaken it, and for any
 * option that it does not know. With `R`, what `mqwarden types` wrote of the service, only that can be produced and consumed.
 */
export function createKafka<R extends KafkaRights = AnyKafka>(options: KafkajsOptions): KafkaFor<R> {
  return createService(checked(options, kafkajsNames)) as KafkaFor<R>;
}
