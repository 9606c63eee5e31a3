/** audit on a Kafka that lets everyone do what no ACL is about, where ACLs for all topics and the cluster hide that of topics. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Kafka, startKafka } from '../brokers/kafka.ts';
import { kafkaAdmin } from '../brokers/kafka-admin.ts';
import { openPlace, type Place, said } from './place.ts';

let kafka: Kafka;
let place: Place;

const about = { pattern: 'LITERAL', host: '*', operation: 'DESCRIBE', permission: 'ALLOW' } as const;

beforeAll(async () => {
  kafka = await startKafka({ nodes: 1, extraConfig: ['allow.everyone.if.no.acl.found=true'] });
  const principal = 'User:mqwarden-broker';
  const admin = await kafkaAdmin(kafka);
  await admin.createAcls([
    { ...about, principal, resource: 'TOPIC', name: '*' },
    { ...about, principal, resource: 'CLUSTER', name: 'kafka-cluster' },
  ]);
  await admin.close();
  place = await openPlace(
    { kafka },
    { shop: { kafka: {} } },
    { protected: { kafka: { principals: ['mqwarden-broker'] } } },
  );
}, 180_000);

afterAll(async () => {
  await kafka.stop();
  await place.remove();
}, 60_000);

it('finds that groups are open to everyone, though topics no longer are', async () => {
  const audited = await place.audit({ only: 'kafka' });
  expect(said(audited, 'fail').join('\n')).toContain('shop may describe a group, though no ACL allows it');
});
