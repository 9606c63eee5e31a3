import type { Broker } from '../core/broker.ts';
import { kafka } from './kafka/index.ts';
import { rabbitmq } from './rabbitmq/index.ts';

/** The only list of brokers. A third one is a folder beside these and a line here. */
export const brokers: readonly Broker[] = [rabbitmq, kafka];
