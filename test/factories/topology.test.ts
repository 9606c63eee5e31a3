import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFromTopology } from '../../src/service.ts';

const topology = join(import.meta.dirname, '../../topology');

it('knows endpoints, vhost, authority and store, as the environment has them', async () => {
  const service = await createFromTopology('order-service', 'production', { topology });
  expect(service.rabbitmqOptions).toEqual({
    service: 'order-service',
    url: 'amqps://rabbitmq.tickettoken.internal:5671',
    vhost: 'production',
    // The authority alone: the certificate there is the administrator's.
    tls: { ca: '/etc/ssl/tickettoken/rabbitmq-ca.pem' },
    secrets: 'file:/run/secrets/mqwarden/credentials',
  });
  expect(service.kafkaOptions).toMatchObject({
    brokers: [
      'kafka-1.tickettoken.internal:9093',
      'kafka-2.tickettoken.internal:9093',
      'kafka-3.tickettoken.internal:9093',
    ],
    tls: { ca: '/etc/ssl/tickettoken/kafka-ca.pem' },
  });
});

it('a service that lives in a vhost of its own connects there', async () => {
  const { rabbitmqOptions } = await createFromTopology('payment-service', 'production', { topology });
  expect(rabbitmqOptions?.vhost).toBe('production-payments');
});

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'mqwarden-topology-'));
  writeFileSync(
    join(cwd, 'topology.yaml'),
    `version: 1
name: shop
environments:
  test:
    rabbitmq:
      managementUrl: https://localhost:1
      vhost: v
      tls: { ca: ca.pem }
      admin: { username: admin, password: env:NOT_SET }
    secrets: file:secrets
services:
  order-service: { rabbitmq: {} }
`,
  );
});
afterAll(() => rmSync(cwd, { recursive: true }));

it('says what the topology does not say', async () => {
  const options = { topology: join(cwd, 'topology.yaml') };
  await expect(createFromTopology('order-service', 'test', options)).rejects.toThrow(
    'environment test does not say where services connect to RabbitMQ',
  );
  await expect(createFromTopology('nobody', 'test', options)).rejects.toThrow('has no service nobody');
});

it('paths start from the file that names them, and what is done nowhere is told', async () => {
  const text = `version: 1
name: shop
environments:
  test:
    kafka:
      brokers: [localhost:1]
      tls: { ca: ca.pem }
      admin: { username: admin, password: env:NOT_SET }
    secrets: file:secrets
services:
  order-service: { kafka: {} }
`;
  writeFileSync(join(cwd, 'kafka.yaml'), text);
  const service = await createFromTopology('order-service', undefined, { topology: join(cwd, 'kafka.yaml') });
  expect(service.kafkaOptions).toMatchObject({
    tls: { ca: join(cwd, 'ca.pem') },
    secrets: `file:${join(cwd, 'secrets')}`,
  });
  await expect(service.rabbitmq()).rejects.toThrow('order-service does nothing on rabbitmq');
  // What is given wins; the policy holds all the same.
  await expect(
    service.kafka({ username: 'u', password: 'p', tls: { minVersion: 'TLSv1' as never } }),
  ).rejects.toMatchObject({
    code: 'MQWARDEN_TLS_VERSION',
  });
});
