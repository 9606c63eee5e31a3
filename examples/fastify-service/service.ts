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
  // Fastify ends the requests that run, then runs these; the plugin closes what it opened.
  app.addHook('onClose', () => producer.disconnect());

  app.get('/health', async (_request, reply) => {
    const healthy = app.rabbitmq.connected && producing;
    return reply.code(healthy ? 200 : 503).send({ healthy });
  });

  app.post('/orders', async (request, reply) => {
    const order = { id: randomUUID(), of: request.body };
    const text = JSON.stringify(order);
    await publisher.publish('order.exchange.events', 'order.created', Buffer.from(text));
    await producer.send({ topic, messages: [{ key: order.id, value: text }] });
    return reply.code(201).send(order);
  });
  return app;
}
