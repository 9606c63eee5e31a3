/** A service that takes orders over HTTP and tells both brokers of them: endpoints, users and passwords come from the topology and its store. */
import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import mqwarden from 'mqwarden/fastify';

const { env } = process;

export async function build(): Promise<FastifyInstance> {
  const app = Fastify();
  const tls = { cert: env['TLS_CERT'], key: env['TLS_KEY'] };
  await app.register(mqwarden, {
    service: 'order-service',
    environment: env['MQWARDEN_ENV'],
    topology: env['TOPOLOGY'],
    rabbitmq: { tls, refreshMs: 1_000 },
  });
  const topic = env['ORDERS_TOPIC'] ?? 'orders';
  const publisher = app.rabbitmq.publisher();
  const producer = app.kafka.producer({ idempotent: true });
  let producing = false;
  producer.on('producer.connect', () => (producing = true));
  producer.on('producer.disconnect', () => (producing = false));
  await producer.connect();

  const place = async (order: { readonly id: string; readonly of: unknown }): Promise<void> => {
    const text = JSON.stringify(order);
    await publisher.publish('order.exchange.events', 'order.created', Buffer.from(text));
    await producer.send({ topic, messages: [{ key: order.id, value: text }] });
  };
  // Acknowledged when both brokers have the order.
  const checkouts = await app.rabbitmq.consumer('order.queue.checkouts', ({ content }) =>
    place(JSON.parse(content.toString()) as { id: string; of: unknown }),
  );

  // Fastify ends the requests that run, then runs these, the last first; the plugin closes what it opened.
  app.addHook('onClose', () => producer.disconnect());
  app.addHook('onClose', () => checkouts.close());

  app.get('/health', async (_request, reply) => {
    const brokers = { rabbitmq: app.rabbitmq.connected, kafka: producing };
    const healthy = Object.values(brokers).every(Boolean);
    return reply.code(healthy ? 200 : 503).send({ healthy, ...brokers });
  });

  app.post('/orders', async (request, reply) => {
    const order = { id: randomUUID(), of: request.body };
    await place(order);
    return reply.code(201).send(order);
  });
  return app;
}
