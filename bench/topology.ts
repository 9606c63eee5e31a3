/** A made-up topology of any size, a file a service: for the benchmarks, and for tests that need a large one. Pure. */
import { stringify } from 'yaml';

/** Where it lands. Paths are relative to the topology's folder. */
export interface Site {
  readonly managementUrl: string;
  readonly amqpsUrl: string;
  readonly brokers: readonly string[];
  readonly rabbitAdmin: string;
  readonly kafkaAdmin: string;
}

export const vhost = 'bench';
/** What the topology expects in the environment and beside its files. */
export const expected = {
  passwords: { rabbitmq: 'BENCH_RABBITMQ_PASSWORD', kafka: 'BENCH_KAFKA_PASSWORD' },
  authorities: { rabbitmq: 'rabbitmq-ca.pem', kafka: 'kafka-ca.pem' },
  secrets: 'secrets',
} as const;

/** Of each service: 5 topics, 24 ACLs and a user; 2 exchanges, 4 queues, 4 bindings, 2 topic rows, a permission and a user. */
const ofEach = { topics: 5, consumed: 4, exchanges: 2, queues: 4 };

/** Where nothing is reached: for what works offline. */
export const nowhere = {
  managementUrl: 'https://rabbitmq.internal:15671',
  amqpsUrl: 'amqps://rabbitmq.internal:5671',
  brokers: ['kafka-1.internal:9093', 'kafka-2.internal:9093'],
  rabbitAdmin: 'provisioner',
  kafkaAdmin: 'provisioner',
};

/** The files of a topology of `services` services, by their names. */
export function makeTopology(services: number, site: Site): ReadonlyMap<string, string> {
  const indexes = Array.from({ length: services }, (_, index) => index);
  return new Map([
    ['environments.yaml', document({ environments: { bench: environment(site) } })],
    ...indexes.map((index): [string, string] => [
      `${nameOf(index)}.yaml`,
      document({ services: { [nameOf(index)]: service(index, services) } }),
    ]),
  ]);
}

function document(body: object): string {
  return stringify({ version: 1, name: 'bench', ...body });
}

function environment(site: Site): object {
  const admin = (username: string, variable: string) => ({ username, password: `env:${variable}` });
  return {
    rabbitmq: {
      managementUrl: site.managementUrl,
      amqpsUrl: site.amqpsUrl,
      vhost,
      tls: { ca: expected.authorities.rabbitmq },
      admin: admin(site.rabbitAdmin, expected.passwords.rabbitmq),
    },
    kafka: {
      brokers: site.brokers,
      tls: { ca: expected.authorities.kafka },
      admin: admin(site.kafkaAdmin, expected.passwords.kafka),
    },
    secrets: `file:${expected.secrets}`,
    claims: { rabbitmq: { users: 'service-*' }, kafka: { principals: 'service-*' } },
    protected: { kafka: { principals: ['mqwarden-broker'] } },
  };
}

const nameOf = (index: number) => `service-${String(index).padStart(3, '0')}`;
const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
const topicOf = (index: number, number: number) => `${nameOf(index)}.topic-${number}`;
const exchangeOf = (index: number, number: number) => `${nameOf(index)}.exchange-${number}`;
const queueOf = (index: number, number: number) => `${nameOf(index)}.queue-${number}`;

/** Publishes what it owns, and consumes what the services after it publish. */
function service(index: number, services: number): object {
  const neighbour = (distance: number) => (index + distance) % services;
  return {
    owner: `team-${index % 10}`,
    description: 'Made up.',
    rabbitmq: {
      exchanges: fromNumbers(ofEach.exchanges, (n) => [exchangeOf(index, n), { type: 'topic' }]),
      queues: fromNumbers(ofEach.queues, (n) => [
        queueOf(index, n),
        { bindings: [{ exchange: exchangeOf(neighbour(n + 1), n % 2), routingKey: `event.${n}` }] },
      ]),
      publishes: numbers(ofEach.exchanges).map((n) => ({
        exchange: exchangeOf(index, n),
        routingKeys: ['event.*', 'audit.#'],
      })),
      consumes: numbers(ofEach.queues).map((n) => queueOf(index, n)),
    },
    kafka: {
      topics: fromNumbers(ofEach.topics, (n) => [
        topicOf(index, n),
        {
          partitions: 1,
          replicationFactor: 1,
          config: { 'retention.ms': 604_800_000, 'cleanup.policy': 'delete' },
        },
      ]),
      produces: numbers(ofEach.topics).map((n) =>
        n === 0 ? { topic: topicOf(index, n), transactionalId: nameOf(index) } : topicOf(index, n),
      ),
      consumes: numbers(ofEach.consumed).map((n) => ({
        topic: topicOf(neighbour(n + 1), n),
        group: `${nameOf(index)}.group-${n}`,
      })),
    },
  };
}

function fromNumbers(count: number, entry: (number: number) => [string, object]): object {
  return Object.fromEntries(numbers(count).map(entry));
}
