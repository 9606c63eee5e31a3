import type { logCreator, logLevel, RetryOptions } from 'kafkajs';
import type { OnEvent } from '../../../core/connect-events.ts';
import {
  checkedOptions,
  refuse,
  refuseSources,
  refuseTiming,
  type Timing,
  type Tls,
  type Words,
} from '../../../core/connect-policy.ts';
import type { Credentialed } from '../../../secrets/source.ts';

/** What a service may say of its connections, and what is refused of it: one policy for every client. */

export interface KafkaOptions extends Credentialed, Timing {
  /** `host:port` of SASL_SSL listeners. */
  readonly brokers: readonly string[];
  readonly tls?: Tls | undefined;
  /** Default: the service's name. */
  readonly clientId?: string | undefined;
  /** Told of every login, refusal and end. */
  readonly onEvent?: OnEvent | undefined;
}

/** With what kafkajs alone knows. */
export interface KafkajsOptions extends KafkaOptions {
  readonly logLevel?: logLevel | undefined;
  readonly logCreator?: logCreator | undefined;
  readonly retry?: RetryOptions | undefined;
  /** Milliseconds that requests under way may take when an old connection is left; default 30,000. */
  readonly drainMs?: number | undefined;
}

export const commonNames = [
  'service',
  'brokers',
  'tls',
  'secrets',
  'username',
  'password',
  'clientId',
  'refreshMs',
  'loginAttempts',
  'onEvent',
] satisfies (keyof KafkaOptions)[];

export const kafkajsNames = [
  ...commonNames,
  'logLevel',
  'logCreator',
  'retry',
  'drainMs',
] satisfies (keyof KafkajsOptions)[];

const words: Words = { broker: 'Kafka', encrypted: 'name a SASL_SSL listener' };

/** Throws PolicyError, before anything is read or sent. */
export function checked<T extends KafkaOptions>(options: T, known: readonly (keyof T & string)[]): T {
  const given = checkedOptions(options, known, words, process.env);
  if (typeof given.service !== 'string' || given.service === '') {
    refuse('MQWARDEN_OPTIONS', 'option service is missing', 'give the name of the service in the topology');
  }
  refuseBrokers(given.brokers);
  refuseTiming(given);
  refuseSources(given);
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
