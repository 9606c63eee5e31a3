import { addressesIn } from '../addresses.ts';
import { madeIn } from '../clients.ts';
import { keysOf, type Options, placeOf, textsAt } from '../options.ts';
import { givenTo } from '../properties.ts';
import type { Code, CodeRule, CodeSpot } from '../rule.ts';
import { is } from '../tree.ts';
import { followed } from '../values.ts';

const asAddress = 'write amqps://';
const asProtocol = "write protocol: 'amqps'";

export const plaintextAmqp: CodeRule = {
  id: 'MQC04',
  name: 'plaintext-amqp',
  severity: 'error',
  summary: 'An address of RabbitMQ begins with `amqp://`.',
  why: 'The password and every message go over the network in clear, and nothing says which server answers. As the default of a variable it is used wherever the variable is forgotten.',
  instead:
    '`amqps://`, and for a default none: a service that is not told where its broker is should not start. `connect` of `mqwarden/rabbitmq` refuses `amqp://` before a byte is sent.',
  inTests: false,
  *inCode(code) {
    for (const { node, known } of addressesIn(code)) {
      if (!/^\s*amqp:\/\//i.test(known)) continue;
      yield { node, message: inClear('an address with amqp://'), hint: asAddress };
    }
    yield* byProtocol(code);
  },
};

/** The same in parts, as amqplib and rascal take it: `{ protocol: 'amqp', hostname, … }`. */
function* byProtocol(code: Code): Iterable<CodeSpot> {
  const ofAmqplib = new Set(
    madeIn(code)
      .filter(({ module }) => module.startsWith('amqplib'))
      .flatMap(({ node }) =>
        node.arguments[0] === undefined ? [] : [followed(node.arguments[0], code.bindings)],
      )
      .filter((one) => is(one, 'ObjectExpression')),
  );
  const others = givenTo(['protocol'], code).flatMap(({ object }) => object ?? []);
  for (const options of new Set([...ofAmqplib, ...others])) {
    const keys = keysOf(options, code);
    // Others describe a server with a protocol, a host and a url: AsyncAPI for one.
    if (!ofAmqplib.has(options) && !keys.includes('hostname') && !keys.includes('vhost')) continue;
    if (textsAt(options, 'protocol', code).some((text) => /^amqp:?$/i.test(text)))
      yield {
        node: placeOf(options, 'protocol', code),
        message: inClear('protocol is amqp'),
        hint: asProtocol,
      };
    else if (ofAmqplib.has(options) && isWithoutProtocol(options, keys))
      yield { node: options, message: inClear('without a protocol, amqplib takes amqp'), hint: asProtocol };
  }
}

function inClear(why: string): string {
  return `${why}: the password and all messages travel in clear`;
}

function isWithoutProtocol({ properties }: Options, keys: readonly string[]): boolean {
  return (
    keys.includes('hostname') && !keys.includes('protocol') && properties.every((one) => is(one, 'Property'))
  );
}
