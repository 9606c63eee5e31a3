import { type Chance, isFalse } from './chance.ts';
import { madeIn } from './clients.ts';
import { once } from './once.ts';
import { keysOf, type Options, textsAt, valueAt, valueOf } from './options.ts';
import { originOf } from './origins.ts';
import { givenTo } from './properties.ts';
import type { Code } from './rule.ts';
import { is, type Node } from './tree.ts';
import { choicesOf, followed } from './values.ts';

/** Whether clients of Kafka log in, and with TLS. Pure. */

/** Options of a Kafka client. */
export interface KafkaOptions {
  readonly options: Options;
  /** Whether it is certain that a client is made with them, and not only likely from their keys. */
  readonly isCertain: boolean;
}

export const kafkaOptionsIn = once((code): readonly KafkaOptions[] => {
  const certain = new Set([
    ...madeIn(code)
      .filter(({ library }) => library.broker === 'kafka')
      .flatMap(({ node }) => objectAt(node.arguments[0], code))
      .map((options) => innermost(options, code)),
    ...ofNest(code),
  ]);
  const likely = new Set(
    givenTo([...addressKeys, 'sasl'], code)
      .flatMap(({ object }) => object ?? [])
      .filter((one) => !certain.has(one) && looksLikeKafka(one, code)),
  );
  return [
    ...[...certain].map((options) => ({ options, isCertain: true })),
    ...[...likely].map((options) => ({ options, isCertain: false })),
  ];
});

function objectAt(node: Node | undefined, { bindings }: Code): Options[] {
  const value = node === undefined ? undefined : followed(node, bindings);
  return is(value, 'ObjectExpression') ? [value] : [];
}

/** confluent's client takes the options of kafkajs below a key. */
function innermost(options: Options, code: Code): Options {
  return objectAt(valueOf(options, 'kafkaJS', code), code)[0] ?? options;
}

/** `{ transport: Transport.KAFKA, options: { client } }` of @nestjs/microservices, which hands them to kafkajs. */
function ofNest(code: Code): Options[] {
  return givenTo(['transport'], code).flatMap(({ value, object }) => {
    const origin = originOf(value, code.bindings);
    if (object === undefined || origin?.from !== '@nestjs/microservices' || origin.path.at(-1) !== 'KAFKA')
      return [];
    return objectAt(valueOf(object, 'options', code), code).flatMap((options) =>
      objectAt(valueOf(options, 'client', code), code),
    );
  });
}

/** Of librdkafka, where nothing else is called so. */
const addressKeys = ['bootstrap.servers', 'metadata.broker.list'];

/** Whether they say where to connect: some clients take the rest of their options elsewhere. */
export function namesBrokers(options: Options, code: Code): boolean {
  return ['brokers', 'bootstrapBrokers', 'kafkaHost', ...addressKeys].some(
    (key) => valueOf(options, key, code) !== undefined,
  );
}

function looksLikeKafka(options: Options, code: Code): boolean {
  const keys = new Set(keysOf(options, code));
  if (addressKeys.some((key) => keys.has(key))) return true;
  return keys.has('sasl') && (keys.has('brokers') || keys.has('bootstrapBrokers') || keys.has('clientId'));
}

const tlsKeys = ['ssl', 'tls', 'sslOptions'];

export type Tls =
  { readonly is: 'on' | 'unknown' } | { readonly is: 'off' | 'sometimes'; readonly key?: string };

/** Whether these options encrypt. */
export function tlsOf(options: Options, code: Code): Tls {
  const protocol = valueAt(options, 'security.protocol', code);
  if (protocol !== undefined) return tlsByProtocol(protocol, options, code);
  for (const key of tlsKeys) {
    const value = valueAt(options, key, code);
    if (value === 'unknown') return { is: 'unknown' };
    if (value === undefined) continue;
    const chance = isOff(value, code);
    if (chance === 'always') return { is: 'off', key };
    return chance === 'sometimes' ? { is: 'sometimes', key } : { is: chance === 'never' ? 'on' : 'unknown' };
  }
  return { is: 'off' };
}

function tlsByProtocol(protocol: Node | 'unknown', options: Options, code: Code): Tls {
  const key = 'security.protocol';
  const texts = protocol === 'unknown' ? [] : textsAt(options, key, code);
  if (texts.length === 0) return { is: 'unknown' };
  const isPlain = (text: string) => /^(?:sasl_)?plaintext$/i.test(text);
  if (texts.every(isPlain)) return { is: 'off', key };
  return texts.some(isPlain) ? { is: 'sometimes', key } : { is: 'on' };
}

/** `undefined` and `null` turn it off, too: `isProduction ? { ca } : undefined`. */
function isOff(value: Node, { bindings }: Code): Chance {
  const choices = choicesOf(value, bindings);
  const off = choices.filter(isNothing).length;
  if (off === 0) return isFalse(value, bindings);
  return off === choices.length ? 'always' : 'sometimes';
}

function isNothing(node: Node): boolean {
  return (
    (is(node, 'Identifier') && node.name === 'undefined') || (is(node, 'Literal') && node.value === null)
  );
}

const saslKeys = ['sasl', 'sasl.mechanism', 'sasl.mechanisms', 'sasl.username'];

/** The key that says how it logs in. */
export function saslOf(options: Options, code: Code): string | undefined {
  return saslKeys.find((key) => {
    const value = valueOf(options, key, code);
    return value !== undefined && !isNothing(followed(value, code.bindings));
  });
}

/** Whether it may be without a login: then it may have TLS whenever it has one. */
export function isSaslChosen(options: Options, key: string, code: Code): boolean {
  const value = valueOf(options, key, code);
  const followedTo = value === undefined ? undefined : followed(value, code.bindings);
  return is(followedTo, 'ConditionalExpression', 'LogicalExpression');
}

/** Whether something that is spread may say how it logs in. */
export function mayHaveSasl(options: Options, code: Code): boolean {
  return saslKeys.some((key) => valueAt(options, key, code) === 'unknown');
}
