import fc from 'fast-check';
import { brokers } from '../../src/brokers/index.ts';
import type { Compiled } from '../../src/core/broker.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Resource } from '../../src/core/resource.ts';
import { landscape } from '../../src/topology/landscape.ts';
import { parseTopology } from '../../src/topology/load.ts';
import type { Topology } from '../../src/topology/topology.ts';
import { kafkaSections, kafkaWish } from '../kafka/arbitrary.ts';
import { rabbitSections, rabbitWish } from '../rabbitmq/arbitrary.ts';

/**
 * Random topologies that are valid, over the whole language and for every broker: each service wishes for what it likes, and
 * the wishes are then made to hold together (each name has one owner, references lead somewhere, owners consent).
 */

export interface Written {
  readonly version: 1;
  readonly name: string;
  readonly environments: Readonly<Record<string, JsonObject>>;
  readonly services: Readonly<Record<string, JsonObject>>;
}

export interface ArbitraryOptions {
  /** Nothing is referred to that no service owns, and nothing is transient: it can be applied to brokers as it is. */
  readonly closed?: boolean;
  /** The environment's sections; without them such as no broker answers to. */
  readonly environment?: JsonObject;
}

/** The name of the only environment. */
export const environmentName = 'test';

const serviceNames = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('order-service', 'payment-service', 'a', 'Ab', 'notification-service', 'x.y') },
  { weight: 1, arbitrary: fc.constantFrom('Order Service', 'ünï', '../up', 'con', '404', '<<', 'a:b', '# c', '.hidden', 'true') },
);

const service = fc.record({
  name: serviceNames,
  owner: fc.option(fc.constantFrom('orders-team', 'J. Doe')),
  description: fc.option(fc.string({ maxLength: 20 }), { freq: 4 }),
  rabbitmq: fc.option(rabbitWish, { freq: 4 }),
  kafka: fc.option(kafkaWish, { freq: 4 }),
});

const vhost = fc.record({
  name: fc.constantFrom('production', '/', 'a b', 'é/x'),
  description: fc.option(fc.constantFrom('', 'ours')),
  tags: fc.option(fc.subarray(['one', 'two'])),
  defaultQueueType: fc.option(fc.constantFrom('classic', 'quorum', 'stream')),
  limits: fc.option(fc.constantFrom({}, { maxConnections: 100 }, { maxQueues: 0, maxConnections: 5 })),
});

const endpoints = {
  rabbitmq: {
    managementUrl: 'https://rabbitmq.internal:15671',
    admin: { username: 'provisioner', password: 'env:RABBIT_PASSWORD' },
  },
  kafka: {
    brokers: ['kafka-1.internal:9093'],
    admin: { username: 'provisioner', password: 'env:KAFKA_PASSWORD' },
  },
};

export function topologies({ closed = false, environment }: ArbitraryOptions = {}): fc.Arbitrary<Written> {
  const services = fc.uniqueArray(service, { minLength: 1, maxLength: 5, selector: ({ name }) => name });
  return fc.record({ services, vhost, production: fc.boolean() }).map((wished) => {
    const rabbit = rabbitSections(wishesOf(wished.services, 'rabbitmq'), closed);
    const kafka = kafkaSections(wishesOf(wished.services, 'kafka'), closed);
    const { production } = wished;
    return {
      version: 1,
      name: 'shop',
      environments: { [environmentName]: environment ?? { production, ...endpointsWith(wished.vhost) } },
      services: Object.fromEntries(
        wished.services.map(({ name, owner, description }) => [
          name,
          {
            ...(owner === null ? {} : { owner }),
            ...(description === null || description.includes('\0') ? {} : { description }),
            ...sectionOf('rabbitmq', rabbit.get(name)),
            ...sectionOf('kafka', kafka.get(name)),
          },
        ]),
      ),
    };
  });
}

type Service = typeof service extends fc.Arbitrary<infer S> ? S : never;

function wishesOf<Key extends 'rabbitmq' | 'kafka'>(services: readonly Service[], broker: Key) {
  return new Map(
    services.flatMap((one) => {
      const wish = one[broker];
      return wish === null ? [] : [[one.name, wish] as const];
    }),
  );
}

function sectionOf(broker: string, section: JsonObject | undefined): JsonObject {
  return section === undefined ? {} : { [broker]: section };
}

function endpointsWith(wish: Readonly<Record<string, unknown>>): JsonObject {
  const given = Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== null)) as JsonObject;
  return { ...endpoints, rabbitmq: { ...endpoints.rabbitmq, vhost: given } };
}

/** As files would hold it: the environments in one, and one a service. YAML, since JSON is that. */
export function filesOf({ version, name, environments, services }: Written): { file: string; text: string }[] {
  const text = (part: JsonObject) => JSON.stringify({ version, name, ...part }, undefined, 2);
  return [
    { file: 'environments.yaml', text: text({ environments }) },
    ...Object.entries(services).map(([service, section], at) => ({
      file: `services/${at}.yaml`,
      text: text({ services: { [service]: section } }),
    })),
  ];
}

/** Loads it with the real schemas. Throws TopologyError if the generator made something that is not valid. */
export function loaded(written: Written): Topology {
  return parseTopology(filesOf(written), brokers, {});
}

/** What each broker makes of it. */
export function compiledBy(topology: Topology): Map<string, Compiled<Resource>> {
  return new Map(
    brokers.flatMap((broker) => {
      const found = landscape(topology, environmentName, broker);
      return found === undefined ? [] : [[broker.name, broker.compile(found)] as const];
    }),
  );
}
