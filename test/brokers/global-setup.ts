/**
 * Starts each broker once per test run, both at the same time, and hands their addresses to the test files. What the
 * MQWARDEN_TEST_* variables point at comes first (given.ts), then containers where they are asked for or nothing is
 * installed (containers.ts), else native processes.
 */
import type { TestProject } from 'vitest/node';
import {
  type KafkaConnection,
  type RabbitConnection,
  kafkaConnection,
  rabbitConnection,
} from './connection.ts';
import { containerKafka, containerRabbitMQ, useContainers } from './containers.ts';
import { givenKafka, givenRabbitMQ } from './given.ts';
import { startKafka } from './kafka.ts';
import { isKafkaInstalled } from './kafka-install.ts';
import { startRabbitMQ } from './rabbitmq.ts';
import { isRabbitMQInstalled } from './rabbitmq-install.ts';
import type { Started } from './started.ts';

declare module 'vitest' {
  interface ProvidedContext {
    rabbitmq: RabbitConnection;
    kafka: KafkaConnection;
  }
}

/** Enough for the test files that run at the same time. */
const PROXY_SLOTS = 4;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [rabbitmq, kafka] = await Promise.allSettled([rabbit(), kafkaBroker()]);
  const stop = async (): Promise<void> => {
    const started = [rabbitmq, kafka].filter((one) => one.status === 'fulfilled');
    await Promise.all(started.map((one) => one.value.stop()));
  };
  if (rabbitmq.status === 'fulfilled' && kafka.status === 'fulfilled') {
    project.provide('rabbitmq', rabbitmq.value.connection);
    project.provide('kafka', kafka.value.connection);
    return stop;
  }
  await stop();
  const reasons = [rabbitmq, kafka]
    .filter((one) => one.status === 'rejected')
    .map((one): unknown => one.reason);
  throw reasons.length === 1 ? reasons[0] : new AggregateError(reasons, reasons.map(String).join('\n'));
}

async function rabbit(): Promise<Started<RabbitConnection>> {
  const given = givenRabbitMQ();
  if (given !== undefined) return { connection: given, stop: () => Promise.resolve() };
  if (await useContainers(isRabbitMQInstalled())) return containerRabbitMQ();
  const started = await startRabbitMQ();
  return { connection: rabbitConnection(started), stop: () => started.stop() };
}

async function kafkaBroker(): Promise<Started<KafkaConnection>> {
  const given = givenKafka();
  if (given !== undefined) return { connection: given, stop: () => Promise.resolve() };
  if (await useContainers(isKafkaInstalled())) return containerKafka(PROXY_SLOTS);
  const started = await startKafka({ proxySlots: PROXY_SLOTS });
  return { connection: kafkaConnection(started), stop: () => started.stop() };
}
