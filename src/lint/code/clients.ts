import type { Code } from './rule.ts';
import { bare, is, type Node, type Of } from './tree.ts';
import { followed, originOf } from './values.ts';

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

const libraries: Readonly<Record<string, Library>> = {
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
};

export function libraryOf(module: string): Library | undefined {
  return Object.hasOwn(libraries, module) ? libraries[module] : undefined;
}

/** A place where a client is made. */
export interface Made {
  readonly node: Of<'CallExpression' | 'NewExpression'>;
  readonly module: string;
  readonly library: Library;
  /** `Kafka`. */
  readonly maker: string;
}

const kept = new WeakMap<Code, readonly Made[]>();

export function madeIn(code: Code): readonly Made[] {
  const before = kept.get(code);
  if (before !== undefined) return before;
  const made = code.nodesOf('CallExpression', 'NewExpression').flatMap((node): Made[] => {
    const origin = originOf(node.callee, code.bindings);
    if (origin === undefined || origin.isGlobal) return [];
    const library = libraryOf(origin.from);
    const maker = origin.path.find((step) => library?.makers.includes(step));
    return library === undefined || maker === undefined
      ? []
      : [{ node, module: origin.from, library, maker }];
  });
  kept.set(code, made);
  return made;
}

/** Whether what it is given comes from mqwarden: options that a factory made, in place of a connection. */
export function isFromFactory({ node }: Made, code: Code): boolean {
  return node.arguments.some((argument) => comesFromUs(argument, code));
}

/** Each object once: names may lead to the same ones in many ways, and to themselves. */
function comesFromUs(argument: Node, code: Code, seen = new Set<Node>()): boolean {
  const value = awaited(followed(argument, code.bindings));
  if (is(value, 'ObjectExpression')) {
    if (seen.has(value)) return false;
    seen.add(value);
    return value.properties.some((one) =>
      comesFromUs(
        is(one, 'SpreadElement') ? one.argument : is(one, 'Property') ? one.value : one,
        code,
        seen,
      ),
    );
  }
  const origin = is(value, 'CallExpression') ? originOf(value.callee, code.bindings) : undefined;
  return origin?.isGlobal === false && /^mqwarden(?:\/|$)/.test(origin.from);
}

function awaited(node: Node): Node {
  return is(node, 'AwaitExpression') ? bare(node.argument) : node;
}
