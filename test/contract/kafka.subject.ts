import { randomBytes } from 'node:crypto';
import type { Subject } from './subject.ts';

interface Endpoint {
  readonly brokers: readonly string[];
  readonly ca: string;
  readonly admin: { readonly username: string; readonly password: string };
}

/** The same life on Kafka; topics have a narrow alphabet, principals, groups and transactional ids have none. */
export function kafkaSubject(at: Endpoint): Subject {
  const run = randomBytes(4).toString('hex');
  const [shop, guest] = [`shop@${run}/+~ é`, `visitor.${run}%41`];
  const orders = `orders.${run}`;
  const visits = `visits_${run}`;
  const group = `group ${run}/%41@+~é`;
  const shopWith = (partitions: number, retention: number, style: string) => ({
    kafka: {
      topics: { [orders]: { partitions, replicationFactor: 1, config: { 'retention.ms': retention } } },
      produces: [{ topic: orders, transactionalId: `tx ${run}/%41é` }],
      grantStyle: style,
      quota: { producerByteRate: partitions * 1024 },
    },
  });
  const visitor = {
    kafka: {
      topics: { [visits]: { partitions: 1, replicationFactor: 1 } },
      consumes: [{ topic: orders, group }],
      quota: { consumerByteRate: 2048 },
      grants: [
        {
          resource: 'topic',
          name: visits,
          operations: ['read'],
          permission: 'allow',
          reason: 'reads its own',
        },
        {
          resource: 'topic',
          name: visits,
          operations: ['read'],
          permission: 'deny',
          host: '10.0.0.1',
          reason: 'not from there',
        },
        {
          resource: 'topic',
          name: visits,
          pattern: 'prefixed',
          operations: ['describe'],
          reason: 'and what begins with it',
        },
        { resource: 'topic', name: '*', operations: ['describe_configs'], reason: 'looks at settings' },
      ],
    },
  };
  const topicAt = (name: string) => `kafka:topic:${encodeURIComponent(name)}`;
  return {
    run,
    section: {
      brokers: at.brokers,
      tls: { ca: 'ca.pem' },
      admin: { username: at.admin.username, password: 'env:ADMIN_PASSWORD' },
    },
    files: { 'ca.pem': at.ca },
    variables: { ADMIN_PASSWORD: at.admin.password },
    claims: { principals: `*${run}*` },
    stages: [
      {
        name: 'one service',
        services: { [shop]: shopWith(2, 3_600_000, 'minimal') },
        does: ['create kafka:topic', 'create kafka:user', 'create kafka:acl', 'create kafka:quota'],
      },
      {
        name: 'a second service, more partitions, longer retention',
        services: { [shop]: shopWith(3, 7_200_000, 'kafka-acls'), [guest]: visitor },
        does: ['update kafka:topic', 'update kafka:quota', 'create kafka:acl'],
      },
      {
        name: 'shorter retention, by name',
        services: { [shop]: shopWith(3, 60_000, 'minimal'), [guest]: visitor },
        decisions: { allowDataLoss: [topicAt(orders)] },
        does: ['update kafka:topic', 'delete kafka:acl'],
      },
      {
        name: 'the second service is gone',
        services: { [shop]: shopWith(3, 60_000, 'minimal') },
        decisions: {
          prune: true,
          allowDataLoss: [topicAt(visits)],
          allowWidening: [
            `kafka:acl:topic/literal/${encodeURIComponent(visits)}/${encodeURIComponent(`User:${guest}`)}/10.0.0.1/read/deny`,
          ],
        },
        does: ['delete kafka:topic', 'delete kafka:user', 'delete kafka:acl', 'delete kafka:quota'],
      },
    ],
    unreachable: {
      'update kafka:acl': 'an ACL is its identity: it is made or unmade',
      'update kafka:user': 'a SCRAM credential is made anew only by rotation',
    },
  };
}
