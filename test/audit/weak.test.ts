/** audit on brokers that were started weak: what only a setting of the broker can open is found by the checks that are about it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Kafka, startKafka } from '../brokers/kafka.ts';
import { namedPorts } from '../brokers/ports.ts';
import { type RabbitMQ, startRabbitMQ } from '../brokers/rabbitmq.ts';
import { openPlace, type Place, said, withVerdict } from './place.ts';

let rabbitmq: RabbitMQ;
let kafka: Kafka;
let place: Place;

beforeAll(async () => {
  const { plain, web } = await namedPorts('plain', 'web');
  [rabbitmq, kafka] = await Promise.all([
    startRabbitMQ({
      clientCertificates: 'optional',
      extraConfig: [
        `listeners.tcp.1 = 127.0.0.1:${plain}`,
        'management.tcp.ip = 127.0.0.1',
        `management.tcp.port = ${web}`,
      ],
    }),
    startKafka({
      nodes: 1,
      extraConfig: [
        'sasl.enabled.mechanisms=SCRAM-SHA-512,PLAIN',
        'listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required;',
        'listener.name.mtls.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required;',
        'listener.name.ssl.ssl.client.auth=none',
        'allow.everyone.if.no.acl.found=true',
      ],
    }),
  ]);
  place = await openPlace(
    { rabbitmq, kafka },
    { shop: { rabbitmq: {}, kafka: {} } },
    { protected: { kafka: { principals: ['mqwarden-broker'] } } },
  );
}, 180_000);

afterAll(async () => {
  await Promise.all([rabbitmq.stop(), kafka.stop()]);
  await place.remove();
}, 60_000);

it('finds listeners without TLS, PLAIN, anonymous clients and what no ACL is about', async () => {
  const audited = await place.audit();
  expect([withVerdict(audited, 'fail'), said(audited, 'fail')]).toEqual([
    [1, 6, 7, 9, 'MQA31', 'MQA32'],
    expect.anything(),
  ]);
  const failed = said(audited, 'fail').join('\n');
  expect(failed).toMatch(/a listener without TLS: amqp on/);
  expect(failed).toMatch(/management answers over HTTP/);
  expect(failed).toMatch(/the listener SASL_SSL takes PLAIN/);
  expect(failed).toMatch(/SSL at localhost:\d+ answers somebody who has not said who they are/);
  expect(failed).toMatch(/shop may create a topic, though no ACL allows it/);
});
