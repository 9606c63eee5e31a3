import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

it('a certificate is that of the service here, else its own, else what every service has here', async () => {
  const folder = join(cwd, 'teams');
  mkdirSync(folder);
  const tls = (name: string) => `tls: { cert: ${name}.pem, key: ${name}.key }`;
  writeFileSync(
    join(cwd, 'environment.yaml'),
    `version: 1
name: shop
environments:
  test:
    rabbitmq:
      managementUrl: https://localhost:1
      amqpsUrl: amqps://localhost:1
      vhost: v
      tls: { ca: ca.pem, cert: admin.pem, key: admin.key, serverName: broker.internal }
      serviceTls: { ca: services-ca.pem, cert: '/run/{service}.pem', key: '/run/{service}.key' }
      admin: { username: admin, password: env:NOT_SET }
    kafka:
      brokers: [localhost:1]
      tls: { ca: ca.pem }
      admin: { username: admin, password: env:NOT_SET }
    secrets: file:secrets
    services:
      placed-service: { rabbitmq: { ${tls('placed')} } }
`,
  );
  writeFileSync(
    join(folder, 'services.yaml'),
    `version: 1
name: shop
services:
  placed-service: { rabbitmq: { ${tls('own')} }, kafka: { ${tls('own')} } }
  own-service: { rabbitmq: { ${tls('own')} } }
  any-service: { rabbitmq: {}, kafka: { auth: external } }
  named-service: { rabbitmq: { auth: certificate }, kafka: { principal: 'CN=named,OU=shop' } }
`,
  );
  rmSync(join(cwd, 'topology.yaml'), { force: true });
  rmSync(join(cwd, 'kafka.yaml'), { force: true });
  const of = (name: string) => createFromTopology(name, 'test', { topology: cwd });
  const [ca, serverName] = [join(cwd, 'services-ca.pem'), 'broker.internal'];
  const at = (base: string, name: string) => ({
    cert: join(base, `${name}.pem`),
    key: join(base, `${name}.key`),
  });
  const placed = await of('placed-service');
  expect(placed.rabbitmqOptions?.tls).toEqual({ ca, serverName, ...at(cwd, 'placed') });
  expect(placed.kafkaOptions?.tls).toEqual({ ca: join(cwd, 'ca.pem'), ...at(folder, 'own') });
  expect((await of('own-service')).rabbitmqOptions?.tls).toEqual({ ca, serverName, ...at(folder, 'own') });
  const any = await of('any-service');
  expect(any.rabbitmqOptions).toMatchObject({ tls: { ca, serverName, ...at('/run', 'any-service') } });
  expect(any.kafkaOptions).toEqual({
    ...{ service: 'any-service', brokers: ['localhost:1'], tls: { ca: join(cwd, 'ca.pem') } },
  });
  // Only there do certificates say who somebody is.
  await expect(of('named-service')).rejects.toThrow('does not say where services with a certificate connect');
});
