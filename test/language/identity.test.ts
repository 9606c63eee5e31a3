import { describe, expect, it } from 'vitest';
import { kafka } from '../../src/brokers/kafka/index.ts';
import { rabbitmq } from '../../src/brokers/rabbitmq/index.ts';
import type { PlacedService } from '../../src/core/landscape.ts';
import { landscape as kafkaLandscape, problems } from '../kafka/landscape.ts';
import { landscape as rabbitLandscape } from '../rabbitmq/support.ts';

/** What a landscape has for each service that is asked for, beyond its section. */
type More = Partial<Pick<PlacedService<unknown>, 'suspended' | 'formerly'>>;

function rabbit(section: object, more: More = {}) {
  const land = rabbitLandscape({ a: section });
  return rabbitmq.compile({ ...land, services: land.services.map((one) => ({ ...one, ...more })) });
}

function onKafka(section: object, more: More = {}) {
  const land = kafkaLandscape({ a: section });
  const placed = { ...land, services: land.services.map((one) => ({ ...one, ...more })) };
  const compiled = kafka.compile(placed);
  return { compiled, ground: kafka.ground(placed, compiled) };
}

const addresses = ({ resources }: { readonly resources: readonly { readonly address: string }[] }) =>
  resources
    .map(({ address }) => address)
    .filter((address) => !/:(?:vhost|exchange|queue|topic):/.test(address));

const publisher = { exchanges: { e: { type: 'topic' } }, publishes: [{ exchange: 'e', routingKeys: ['k'] }] };
const acl = (who: string, permission = 'allow', operation = 'read') =>
  `kafka:acl:group/literal/g/User%3A${who}/*/${operation}/${permission}`;
const grants = [
  { resource: 'group', name: 'g', operations: ['read'], reason: 'r' },
  { resource: 'group', name: 'g', operations: ['delete'], permission: 'deny', reason: 'r' },
];

describe('auth', () => {
  it('certificate: a RabbitMQ user without a password, and a Kafka principal without a SCRAM user', () => {
    const { resources } = rabbit({ auth: 'certificate' });
    expect(resources.find(({ kind }) => kind === 'rabbitmq:user')?.spec).toMatchObject({ auth: 'none' });
    const { compiled, ground } = onKafka({ auth: 'certificate', grants });
    expect(addresses(compiled)).toEqual([acl('a'), acl('a', 'deny', 'delete')]);
    expect(ground.credentials?.get('a')).toBe('refused');
  });

  it('external: grants only', () => {
    expect(addresses(rabbit({ auth: 'external' }))).toEqual(['rabbitmq:permission:production/a']);
    const { compiled, ground } = onKafka({ auth: 'external', grants });
    expect(addresses(compiled)).toEqual([acl('a'), acl('a', 'deny', 'delete')]);
    expect(ground.credentials?.get('a')).toBe('external');
  });

  it('password is none for a name in a certificate', () => {
    expect(problems(() => onKafka({ principal: 'CN=a', auth: 'password' }))).toEqual([
      'principal CN=a of service a is the name in a certificate: it has no password @ a.yaml#auth',
    ]);
  });
});

describe('suspended', () => {
  it('on RabbitMQ is a user without password, tags and permissions; what it owns stays', () => {
    const { resources } = rabbit(
      { ...publisher, tags: ['management'], limits: { maxChannels: 3 } },
      { suspended: true },
    );
    expect(resources.map(({ kind }) => kind)).toEqual([
      'rabbitmq:vhost',
      'rabbitmq:exchange',
      'rabbitmq:user',
    ]);
    expect(resources[2]?.spec).toEqual({ tags: [], limits: { maxChannels: 3 }, auth: 'none' });
  });

  it('on Kafka is no credential and no grant; what is denied stays denied', () => {
    const { compiled, ground } = onKafka({ grants, quota: { producerByteRate: 1 } }, { suspended: true });
    expect(addresses(compiled)).toEqual(['kafka:quota:user=a', acl('a', 'deny', 'delete')]);
    expect(ground.credentials?.get('a')).toBe('refused');
    expect([...(ground.suspended ?? [])]).toEqual(['a']);
  });
});

describe('formerly', () => {
  it('gives the old name the same grants, and no user of its own', () => {
    expect(addresses(rabbit(publisher, { formerly: ['old'] }))).toEqual([
      'rabbitmq:user:a',
      'rabbitmq:permission:production/a',
      'rabbitmq:topic-permission:production/a/e',
      'rabbitmq:permission:production/old',
      'rabbitmq:topic-permission:production/old/e',
    ]);
    expect(addresses(onKafka({ grants }, { formerly: ['old'] }).compiled)).toEqual([
      'kafka:user:a',
      acl('a'),
      acl('a', 'deny', 'delete'),
      acl('old'),
      acl('old', 'deny', 'delete'),
    ]);
  });
});
