import type { Kafka } from 'kafkajs';
import { createService, type Refreshable } from './connect/kafkajs.ts';
import { checked, type KafkajsOptions, kafkajsNames } from './connect/options.ts';

export { LoginRefused } from './connect/login.ts';
export type { KafkajsOptions, KafkaOptions } from './connect/options.ts';
export { confluentOptions, platformaticOptions } from './connect/others.ts';
export type { ConnectionEvent } from '../../core/connect-events.ts';
export { PolicyError, type Pem, type Tls } from '../../core/connect-policy.ts';
export { MqwardenError } from '../../core/errors.ts';
export type { Secrets, SecretSource } from '../../secrets/source.ts';

/**
 * A kafkajs client that talks SASL_SSL with SCRAM-SHA-512 and nothing weaker, and whose connections follow the credential in the
 * store. Throws PolicyError with a code `MQWARDEN_…` before a byte is sent for anything that would weaken it, and for any
 * option that it does not know.
 */
export function createKafka(options: KafkajsOptions): Kafka & Refreshable {
  return createService(checked(options, kafkajsNames));
}
