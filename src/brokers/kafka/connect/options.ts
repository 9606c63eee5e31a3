import type { logCreator, logLevel, RetryOptions } from 'kafkajs';
import {
  checkedService,
  type FollowedOptions,
  followedNames,
  type ServiceOptions,
} from '../../../core/connect-options.ts';
import { refuse, type Words } from '../../../core/connect-policy.ts';

/** What a service may say of its connections beside what all may, and what is refused of it: one policy for every client. */

export interface KafkaOptions extends ServiceOptions {
  /** `host:port` of SASL_SSL listeners; with `auth: certificate`, of SSL listeners that ask for certificates. */
  readonly brokers: readonly string[];
  /** Default: the service's name. */
  readonly clientId?: string | undefined;
}

/** With what kafkajs alone knows. */
export interface KafkajsOptions extends KafkaOptions, FollowedOptions {
  readonly logLevel?: logLevel | undefined;
  readonly logCreator?: logCreator | undefined;
  readonly retry?: RetryOptions | undefined;
}

const words: Words = { broker: 'Kafka', encrypted: 'name a SASL_SSL listener' };

/** For a client that is given its options and no more. Throws PolicyError, before anything is read or sent. */
export function checked(options: KafkaOptions): KafkaOptions {
  const given = checkedService(options, ['brokers', 'clientId'], words, process.env);
  refuseBrokers(given.brokers);
  return given;
}

/** The same for kafkajs. */
export function checkedKafkajs(options: KafkajsOptions): KafkajsOptions {
  const own = ['brokers', 'clientId', 'logLevel', 'logCreator', 'retry', ...followedNames] as const;
  const given = checkedService(options, own, words, process.env);
  refuseBrokers(given.brokers);
  return given;
}

const brokerForm = /^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/@[\]]+):\d{1,5}$/;

function refuseBrokers(brokers: unknown): void {
  if (!Array.isArray(brokers) || brokers.length === 0) {
    const hint = 'give at least one host:port of a SASL_SSL listener';
    refuse('MQWARDEN_OPTIONS', 'option brokers is missing', hint);
  }
  for (const broker of brokers as readonly unknown[]) {
    if (typeof broker === 'string' && brokerForm.test(broker)) continue;
    const hint = 'no scheme, and no credentials: kafka-1.internal:9093';
    const text = typeof broker === 'string' ? broker : '';
    if (/^(?:sasl_)?plaintext:/i.test(text)) {
      refuse('MQWARDEN_TLS_REQUIRED', 'a plaintext listener is refused: only SASL_SSL is encrypted', hint);
    }
    if (text.includes('@')) {
      const message = 'credentials in an address are refused: addresses end up in logs';
      refuse('MQWARDEN_CREDENTIALS_IN_URL', message, hint);
    }
    refuse('MQWARDEN_OPTIONS', 'option brokers must hold host:port, nothing else', hint);
  }
}
