import { madeIn } from './clients.ts';
import { isFalse } from './chance.ts';
import { once } from './once.ts';
import { givenTo } from './properties.ts';
import type { Code } from './rule.ts';
import { is, type Node, type Of } from './tree.ts';
import { choicesOf, constantText, followed, keyOf } from './values.ts';

/** Options that clients of brokers are given. Pure. */

export type Options = Of<'ObjectExpression'>;

export function keysOf({ properties }: Options, { bindings }: Code): readonly string[] {
  return properties.flatMap((one) => (is(one, 'Property') ? (keyOf(one, bindings) ?? []) : []));
}

/** The value of a key; `unknown` where something that is spread may have it. */
function valueAt(
  options: Options,
  key: string,
  code: Code,
  seen: ReadonlySet<Node> = new Set(),
): Node | 'unknown' | undefined {
  for (const one of options.properties.toReversed()) {
    if (is(one, 'Property')) {
      if (keyOf(one, code.bindings) === key) return one.value;
      continue;
    }
    const spread = is(one, 'SpreadElement') ? followed(one.argument, code.bindings) : one;
    const isNew = is(spread, 'ObjectExpression') && !seen.has(spread) && seen.size < 8;
    const found = isNew ? valueAt(spread, key, code, new Set([...seen, options])) : 'unknown';
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The value of a key, where it is known. */
export function valueOf(options: Options, key: string, code: Code): Node | undefined {
  const value = valueAt(options, key, code);
  return value === 'unknown' ? undefined : value;
}

/** All that a key may say, as far as it is known. */
export function textsAt(options: Options, key: string, code: Code): readonly string[] {
  const value = valueOf(options, key, code);
  if (value === undefined) return [];
  return choicesOf(value, code.bindings).flatMap((one) => constantText(one, code.bindings) ?? []);
}

/** Where an option stands: its key, where it is written here. */
export function placeOf(options: Options, key: string, code: Code): Node {
  const own = options.properties.findLast((one) => is(one, 'Property') && keyOf(one, code.bindings) === key);
  return is(own, 'Property') ? own.key : options;
}

/** Options of a Kafka client. */
export interface KafkaOptions {
  readonly options: Options;
  /** Whether it is certain that a client is made with them, and not only likely from their keys. */
  readonly isCertain: boolean;
}

export const kafkaOptionsIn = once((code): readonly KafkaOptions[] => {
  const certain = new Set(
    madeIn(code)
      .filter(({ library }) => library.broker === 'kafka')
      .flatMap(({ node }) => {
        const first =
          node.arguments[0] === undefined ? undefined : followed(node.arguments[0], code.bindings);
        return is(first, 'ObjectExpression') ? [innermost(first, code)] : [];
      }),
  );
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

/** confluent's client takes the options of kafkajs below a key. */
function innermost(options: Options, code: Code): Options {
  const inner = valueOf(options, 'kafkaJS', code);
  const value = inner === undefined ? options : followed(inner, code.bindings);
  return is(value, 'ObjectExpression') ? value : options;
}

/** Of librdkafka. */
const addressKeys = ['bootstrap.servers', 'metadata.broker.list'];

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
    if (isNothing(followed(value, code.bindings))) return { is: 'off', key };
    const chance = isFalse(value, code.bindings);
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

/** Whether something that is spread may say how it logs in. */
export function mayHaveSasl(options: Options, code: Code): boolean {
  return saslKeys.some((key) => valueAt(options, key, code) === 'unknown');
}
