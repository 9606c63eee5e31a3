/** Services at work through the factories, counted by id: what was confirmed, and what was delivered how often. */
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { connect } from '../../src/brokers/rabbitmq/connect.ts';
import { type ConnectionEvent, createKafka } from '../../src/brokers/kafka/connect.ts';
import { type Store, until } from '../factories/support.ts';

export interface Load {
  /** Confirmed so far. */
  readonly confirmed: ReadonlySet<string>;
  /** How often each was delivered. */
  readonly delivered: ReadonlyMap<string, number>;
  /** Publishes that were refused for good. */
  readonly refused: readonly unknown[];
  readonly events: readonly ConnectionEvent[];
  /** Whether no service is connected by another credential than the stored one any more, nor still leaving it. */
  rotated(): Promise<boolean>;
  /** Stops publishing, waits until all that was confirmed is delivered, and closes. */
  finish(): Promise<void>;
}

class Count implements Omit<Load, 'rotated' | 'finish'> {
  readonly confirmed = new Set<string>();
  readonly delivered = new Map<string, number>();
  readonly refused: unknown[] = [];
  readonly events: ConnectionEvent[] = [];
  readonly end = new AbortController();
  private readonly work: Promise<void>[] = [];

  /** One service that publishes one message after the other, a little apart. */
  publish(name: string, send: (id: string) => Promise<unknown>): void {
    this.work.push(
      (async () => {
        for (let number = 0; !this.end.signal.aborted; number += 1) {
          const id = `${name}-${number}`;
          try {
            await send(id);
            this.confirmed.add(id);
          } catch (error) {
            this.refused.push(error);
          }
          await sleep(5);
        }
      })(),
    );
  }

  take(id: string): void {
    this.delivered.set(id, (this.delivered.get(id) ?? 0) + 1);
  }

  async settled(ms: number): Promise<void> {
    this.end.abort();
    await Promise.all(this.work);
    const all = () => [...this.confirmed].every((id) => this.delivered.has(id));
    await until(all, 'all that was confirmed is delivered', ms);
    // What would come a second time comes now.
    await sleep(200);
  }
}

const settlingMs = 40_000;

export async function rabbitLoad(
  at: { readonly amqpsUrl: string; readonly ca: string; readonly cert: string; readonly key: string },
  vhost: string,
  queue: string,
  secrets: Store,
  services: number,
): Promise<Load> {
  const count = new Count();
  const { amqpsUrl: url, ca, cert, key } = at;
  const connections = await Promise.all(
    Array.from({ length: services }, (_, number) =>
      connect({
        ...{ service: `service-${number}`, url, vhost, secrets, tls: { ca, cert, key } },
        ...{ refreshMs: 500, onEvent: (event) => count.events.push(event) },
      }),
    ),
  );
  for (const [number, connection] of connections.entries()) {
    await connection.consumer(queue, (message) => count.take(message.content.toString()));
    const publisher = connection.publisher();
    count.publish(String(number), (id) => publisher.sendToQueue(queue, Buffer.from(id)));
  }
  return {
    ...pick(count),
    rotated: async () => {
      if ((await Promise.all(connections.map((one) => one.refresh()))).includes(true)) return false;
      // The broker closes the connections of a user that is deleted: those must have been left before, in order.
      const times = (type: string) => count.events.filter((event) => event.type === type).length;
      return times('close') === times('handover');
    },
    finish: async () => {
      await count.settled(settlingMs);
      await Promise.all(connections.map((one) => one.close()));
    },
  };
}

export async function kafkaLoad(
  at: { readonly brokers: readonly string[]; readonly ca: string },
  topic: string,
  group: string,
  secrets: Store,
  services: number,
): Promise<Load> {
  const count = new Count();
  // Half a minute and more without a broker.
  const retry = { retries: 15, maxRetryTime: 3_000 };
  const clients = Array.from({ length: services }, (_, number) =>
    createKafka({
      ...{ service: `service-${number}`, brokers: at.brokers, secrets, tls: { ca: at.ca } },
      ...{ refreshMs: 500, retry, logLevel: kafkajs.logLevel.NOTHING },
      onEvent: (event) => count.events.push(event),
    }),
  );
  const consumers = clients.map((one) => one.consumer({ groupId: group }));
  const assigned = new Set<number>();
  for (const [number, consumer] of consumers.entries()) {
    consumer.on('consumer.group_join', ({ payload }) => {
      const own = Object.values(payload.memberAssignment).flat();
      if (own.length === 1) assigned.add(number);
      else assigned.delete(number);
    });
  }
  await Promise.all(
    consumers.map(async (consumer) => {
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({
        eachMessage: ({ message }) => {
          count.take(message.value?.toString() ?? '');
          return Promise.resolve();
        },
      });
    }),
  );
  // A group that is still forming delivers what was not committed again, whatever the credential.
  await until(() => assigned.size === services, 'each consumer has its partition', 60_000);
  const producers = clients.map((one) => one.producer({ retry }));
  await Promise.all(producers.map((one) => one.connect()));
  for (const [partition, producer] of producers.entries()) {
    count.publish(String(partition), (value) => producer.send({ topic, messages: [{ partition, value }] }));
  }
  return {
    ...pick(count),
    rotated: async () => !(await Promise.all(clients.map((one) => one.refresh()))).includes(true),
    finish: async () => {
      await count.settled(settlingMs);
      await Promise.all([...producers, ...consumers].map((one) => one.disconnect()));
    },
  };
}

function pick({ confirmed, delivered, refused, events }: Count) {
  return { confirmed, delivered, refused, events };
}
