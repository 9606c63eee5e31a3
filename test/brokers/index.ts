/**
 * The brokers that global-setup.ts started once for the whole run. Test files share them and keep apart by names: a vhost
 * each on RabbitMQ, a prefix each on Kafka ({@link uniqueName}).
 *
 * Call {@link brokersForTests} (or vitest's `inject`) in the test file itself: vitest.config.ts looks for it there, and
 * starts no broker for a run in which no file asks for one.
 */
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { type SharedKafka, type SharedRabbitMQ, sharedKafka, sharedRabbitMQ } from './connection.ts';

export interface TestBrokers {
  readonly rabbitmq: SharedRabbitMQ;
  readonly kafka: SharedKafka;
}

export function brokersForTests(): TestBrokers {
  return { rabbitmq: sharedRabbitMQ(inject('rabbitmq')), kafka: sharedKafka(inject('kafka')) };
}

/** For example `orders-3f9a1c`: the name of a vhost, or the start of topics', groups' and users' names. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString('hex')}`;
}
