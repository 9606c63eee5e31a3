/** Publishers and consumers at work through the factories, each a service of its own with its credential in the store. */
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { connect } from '../../src/brokers/rabbitmq/connect.ts';
import { createKafka } from '../../src/brokers/kafka/connect.ts';
import { until } from '../factories/support.ts';
import { Count } from './count.ts';
import type { Ground, Pair } from './ground.ts';

export interface Load {
  readonly broker: string;
  readonly count: Count;
  /** Until each publisher has got that many more confirmed, and each consumer has taken that many more. */
  some(messages: number): Promise<void>;
  /** Stops publishing, and waits until all that was confirmed is delivered. */
  finish(): Promise<void>;
  /** Also where it has failed: nothing comes back to a broker that is gone. */
  close(): Promise<void>;
}

const refreshMs = 500;
/** A broker that restarts on a machine that is busy. */
const publishMs = 240_000;
const settlingMs = 60_000;

export async function rabbitLoad(ground: Ground, pauseMs: number): Promise<Load> {
  const { url, vhost, tls } = ground.rabbitmq;
  const count = countOf(ground.pairs);
  const onEvent = count.hear.bind(count);
  const open = (service: string) =>
    connect({ service, url, vhost, tls, secrets: ground.secrets, refreshMs, onEvent });
  const pairs = await Promise.all(
    ground.pairs.map(async (pair) => ({
      ...{ pair, from: await open(pair.publisher), to: await open(pair.consumer) },
    })),
  );
  const work = new Work(count, pauseMs);
  for (const { pair, from, to } of pairs) {
    await to.consumer(pair.queue, ({ content, fields: { redelivered } }) => {
      count.take(pair.publisher, content.toString(), { redelivered });
    });
    const publisher = from.publisher({ timeoutMs: publishMs });
    work.begin(pair.publisher, (id) => publisher.publish(pair.exchange, 'load.one', Buffer.from(id)));
  }
  const close = async () => {
    await Promise.all(pairs.flatMap(({ from, to }) => [from.close(), to.close()]));
  };
  return loadOf('RabbitMQ', count, work, close);
}

export async function kafkaLoad(ground: Ground, pauseMs: number): Promise<Load> {
  const { brokers, tls } = ground.kafka;
  const count = countOf(ground.pairs);
  const retry = { retries: publishMs / 3_000, maxRetryTime: 3_000 };
  const open = (service: string) =>
    createKafka({
      ...{ service, brokers, tls, secrets: ground.secrets, refreshMs, retry },
      ...{ logLevel: kafkajs.logLevel.NOTHING, onEvent: count.hear.bind(count) },
    });
  const pairs = ground.pairs.map((pair) => ({
    ...{ pair, producer: open(pair.publisher).producer({ retry }) },
    consumer: open(pair.consumer).consumer({ groupId: pair.group }),
  }));
  await Promise.all(
    pairs.map(async ({ pair, producer, consumer }) => {
      await Promise.all([producer.connect(), consumer.connect()]);
      await consumer.subscribe({ topics: [pair.topic], fromBeginning: true });
      await consumer.run({
        eachMessage: ({ message: { value, offset } }) => {
          count.take(pair.publisher, value?.toString() ?? '', { offset });
          return Promise.resolve();
        },
      });
    }),
  );
  const work = new Work(count, pauseMs);
  for (const { pair, producer } of pairs) {
    work.begin(pair.publisher, (value) => producer.send({ topic: pair.topic, messages: [{ value }] }));
  }
  const close = async () => {
    await Promise.all(
      pairs.flatMap(({ producer, consumer }) => [producer, consumer].map((one) => one.disconnect())),
    );
  };
  return loadOf('Kafka', count, work, close);
}

/** Publishers, each of which sends one message after the other until all are told to end. */
class Work {
  private readonly count: Count;
  private readonly pauseMs: number;
  private readonly ended = new AbortController();
  private readonly running: Promise<void>[] = [];

  constructor(count: Count, pauseMs: number) {
    this.count = count;
    this.pauseMs = pauseMs;
  }

  begin(publisher: string, publish: (id: string) => Promise<unknown>): void {
    this.running.push(
      (async () => {
        for (let number = 0; !this.ended.signal.aborted; number += 1) {
          await this.count.send(publisher, `${publisher}-${number}`, publish);
          await sleep(this.pauseMs);
        }
      })(),
    );
  }

  /** After this none is begun; `all` are those that are. */
  end(): { readonly all: Promise<unknown> } {
    this.ended.abort();
    return { all: Promise.all(this.running) };
  }
}

function countOf(pairs: readonly Pair[]): Count {
  return new Count(new Map(pairs.map(({ publisher, consumer }) => [publisher, consumer])), () =>
    performance.now(),
  );
}

function loadOf(broker: string, count: Count, work: Work, close: () => Promise<void>): Load {
  return {
    ...{ broker, count },
    some: async (messages) => {
      const goal = count.least() + messages;
      await until(() => count.least() >= goal, `${messages} more messages of each on ${broker}`, publishMs);
    },
    finish: async () => {
      await work.end().all;
      await until(() => count.lost().length === 0, `all is delivered on ${broker}`, settlingMs);
      // What would come a second time comes now.
      await sleep(300);
    },
    close: async () => {
      work.end();
      await close();
    },
  };
}
