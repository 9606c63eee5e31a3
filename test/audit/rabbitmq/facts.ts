/** Facts of a RabbitMQ broker where all is well, and how a case departs from them. */
import type { Knocked, RabbitFacts, RabbitSubject } from '../../../src/brokers/rabbitmq/audit/facts.ts';
import { permissionAddress, topicPermissionAddress } from '../../../src/brokers/rabbitmq/resources.ts';
import { common, environment, shop, shown, told } from '../facts.ts';

export const door: Knocked = {
  at: 'amqp/ssl b:5671',
  protocol: 'amqp/ssl',
  tls: { version: 'TLSv1.3', fault: undefined, shown },
  withoutCertificate: 'refused',
  oldTls: 'refused',
  plaintext: 'refused',
  mechanisms: ['PLAIN', 'EXTERNAL'],
  anonymous: undefined,
};
const rabbitFacts: RabbitFacts = {
  admin: 'admin',
  version: told('4.3.6'),
  listeners: told([
    { protocol: 'amqp/ssl', port: 5671 },
    { protocol: 'https', port: 15671 },
  ]),
  mechanisms: told(new Map()),
  definitions: told({
    users: [{ name: 'admin', tags: 'administrator' }, { name: 'shop' }],
    permissions: [{ user: 'shop', vhost: 'v', configure: '^$', write: '^$', read: '^q$' }],
    exchanges: [],
    queues: [],
    parameters: [],
  }),
  hashes: new Map([['shop', 'sound']]),
  connections: told([]),
  queues: told([]),
  consumers: told([]),
  deprecated: told([]),
  guestLogin: 'refused',
  knocked: [door],
};
const spec = { configure: '^$', write: '^$', read: '^q$' };

export function rabbit(facts: Partial<RabbitFacts> = {}, over: object = {}): RabbitSubject {
  return {
    ...common,
    landscape: {
      environment: { ...environment, section: { vhost: { name: 'v' }, admin: { username: 'admin' } } },
      services: [shop],
      claims: [],
      protected: [],
    },
    compiled: {
      principals: new Map([['shop', 'shop']]),
      resources: [{ kind: 'rabbitmq:permission', address: permissionAddress('v', 'shop'), spec }],
      blocked: [],
      warnings: [],
    },
    ...over,
    facts: { ...rabbitFacts, ...facts },
  } as unknown as RabbitSubject;
}

const definitions = rabbitFacts.definitions.is === 'told' ? rabbitFacts.definitions.value : {};
export const live = (over: object) => ({ definitions: told({ ...definitions, ...over }) });
export const may = (user: string, vhost: string, read: string) => ({
  permissions: [{ user, vhost, configure: '^$', write: '^$', read }],
});
export const user = (name: string, tags: string) => ({ users: [{ name, tags }] });
const rowAddress = topicPermissionAddress('v', 'shop', 'e');
/** As compiled above, and with what `shop` may publish to a topic exchange. */
export const withRow = {
  compiled: {
    ...rabbit().compiled,
    resources: [
      ...rabbit().compiled.resources,
      { kind: 'rabbitmq:topic-permission', address: rowAddress, spec: { write: '^a$', read: '^$' } },
    ],
  },
};
/** Another environment on the same broker. */
export const neighbour = {
  environment: {
    ...environment,
    name: 'other',
    section: { vhost: { name: 'w' }, admin: { username: 'other' } },
  },
  protected: [],
};
