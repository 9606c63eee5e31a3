import { once } from './once.ts';
import { modulesOf, originOf } from './origins.ts';
import type { Code } from './rule.ts';
import { bare, is, type Node, type Of } from './tree.ts';
import { followed } from './values.ts';

/** Clients of brokers, and what in them makes a connection. Pure. */

export interface Library {
  readonly broker: 'rabbitmq' | 'kafka';
  /** Functions and classes that connect, or are what connects. */
  readonly makers: readonly string[];
}

const librdkafka: Library = {
  broker: 'kafka',
  makers: [
    'AdminClient',
    'HighLevelProducer',
    'Kafka',
    'KafkaConsumer',
    'Producer',
    'createReadStream',
    'createWriteStream',
  ],
};

const libraries = new Map<string, Library>(
  Object.entries({
    amqp: { broker: 'rabbitmq', makers: ['createConnection'] },
    'amqp-connection-manager': { broker: 'rabbitmq', makers: ['AmqpConnectionManagerClass', 'connect'] },
    amqplib: { broker: 'rabbitmq', makers: ['connect'] },
    'amqplib/callback_api': { broker: 'rabbitmq', makers: ['connect'] },
    'rabbitmq-client': { broker: 'rabbitmq', makers: ['Connection'] },
    rascal: {
      broker: 'rabbitmq',
      makers: ['Broker', 'BrokerAsPromised', 'createBroker', 'createBrokerAsPromised'],
    },
    rhea: { broker: 'rabbitmq', makers: ['connect', 'create_connection', 'create_container'] },
    'rhea-promise': { broker: 'rabbitmq', makers: ['Connection', 'Container'] },
    kafkajs: { broker: 'kafka', makers: ['Kafka'] },
    'kafka-node': {
      broker: 'kafka',
      makers: ['Client', 'ConsumerGroup', 'ConsumerGroupStream', 'KafkaClient'],
    },
    'node-rdkafka': librdkafka,
    '@confluentinc/kafka-javascript': librdkafka,
    '@platformatic/kafka': { broker: 'kafka', makers: ['Admin', 'Base', 'Consumer', 'Producer'] },
  }),
);

export function libraryOf(module: string): Library | undefined {
  return libraries.get(module);
}

/** A place where a client is made. */
export interface Made {
  readonly node: Of<'CallExpression' | 'NewExpression'>;
  readonly module: string;
  readonly library: Library;
  /** `Kafka`. */
  readonly maker: string;
}

/** Whether a file has a library at all: most have none, and nothing of them need be followed. */
export const hasLibrary = once((code): boolean =>
  modulesOf(code).some((one) => libraryOf(one) !== undefined),
);

export const madeIn = once((code): readonly Made[] => {
  if (!hasLibrary(code)) return [];
  return code.nodesOf('CallExpression', 'NewExpression').flatMap((node): Made[] => {
    const origin = originOf(node.callee, code.bindings);
    if (origin === undefined || origin.isGlobal) return [];
    const library = libraryOf(origin.from);
    const maker = origin.path.find((step) => library?.makers.includes(step));
    return library === undefined || maker === undefined
      ? []
      : [{ node, module: origin.from, library, maker }];
  });
});

/** Whether what it is given comes from mqwarden: options that a factory made, in place of a connection. */
export function isFromFactory({ node }: Made, code: Code): boolean {
  return node.arguments.some((argument) => comesFromUs(argument, code));
}

function comesFromUs(argument: Node, code: Code): boolean {
  const waiting: Node[] = [argument];
  const seen = new Set<Node>();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const value = awaited(followed(node, code.bindings));
    if (seen.has(value)) continue;
    seen.add(value);
    if (is(value, 'ObjectExpression')) waiting.push(...value.properties.flatMap(givenBy));
    const origin = is(value, 'CallExpression') ? originOf(value.callee, code.bindings) : undefined;
    if (origin?.isGlobal === false && /^mqwarden(?:\/|$)/.test(origin.from)) return true;
  }
  return false;
}

function givenBy(property: Node): Node[] {
  if (is(property, 'SpreadElement')) return [property.argument];
  return is(property, 'Property') ? [property.value] : [];
}

function awaited(node: Node): Node {
  return is(node, 'AwaitExpression') ? bare(node.argument) : node;
}
