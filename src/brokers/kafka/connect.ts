import { createService } from './connect/kafkajs.ts';
import { checkedKafkajs, type KafkajsOptions } from './connect/options.ts';
import type { AnyKafka, KafkaFor, KafkaRights } from './connect/rights.ts';

export { LoginRefused } from './connect/login.ts';
export type { KafkajsOptions, KafkaOptions } from './connect/options.ts';
export { confluentOptions, platformaticOptions } from './connect/others.ts';
export type { Refreshable } from './connect/kafkajs.ts';
export type { AnyKafka, KafkaFor, KafkaRights } from './connect/rights.ts';
export type { ConnectionEvent } from '../../core/connect-events.ts';
export { PolicyError, type Pem, type Tls } from '../../core/connect-policy.ts';
export { MqwardenError } from '../../core/errors.ts';
export type { Secrets, SecretSource } from '../../core/connect-options.ts';

/**
 * A kafkajs client that talks SASL_SSL with SCRAM-SHA-512, or SSL with a client certificate, and nothing weaker, and whose connections follow the credential in the
 * store. Throws PolicyError with a code `MQWARDEN_…` before a byte is sent for anything that would weaken it, and for any
 * option that it does not know; LoginRefused comes out of producers and consumers, when a login was refused as often as it may be. With `R`,
 * what `mqwarden types` wrote of the service, only that can be produced and consumed. Times in the options are milliseconds.
 */
export function createKafka<R extends KafkaRights = AnyKafka>(options: KafkajsOptions): KafkaFor<R> {
  return createService(checkedKafkajs(options)) as KafkaFor<R>;
}
