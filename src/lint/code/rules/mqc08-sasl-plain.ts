import { kafkaOptionsIn } from '../kafka.ts';
import { type Options, placeOf, textsAt, valueOf } from '../options.ts';
import { givenTo } from '../properties.ts';
import type { Code, CodeRule } from '../rule.ts';
import { is, type Node } from '../tree.ts';
import { followed } from '../values.ts';

const message = 'the login gives Kafka the password itself: SASL PLAIN';
const hint = 'write scram-sha-512';

export const saslPlain: CodeRule = {
  id: 'MQC08',
  name: 'sasl-plain',
  severity: 'warning',
  summary: 'A client of Kafka logs in with SASL PLAIN.',
  why: 'The broker gets the password itself, and so does whatever answers in its place. With SCRAM neither learns it, and a broker need not have it in a file.',
  instead:
    "`mechanism: 'scram-sha-512'`. A service that only offers PLAIN, such as Confluent Cloud, is a reason for a comment that ignores it.",
  inTests: false,
  *inCode(code) {
    for (const { value } of givenTo(['sasl'], code)) {
      const sasl = followed(value, code.bindings);
      if (is(sasl, 'ObjectExpression')) yield* plainAt(sasl, 'mechanism', code);
    }
    for (const { options } of kafkaOptionsIn(code)) {
      for (const key of ['sasl.mechanism', 'sasl.mechanisms']) {
        if (valueOf(options, key, code) !== undefined) yield* plainAt(options, key, code);
      }
    }
  },
};

function* plainAt(
  options: Options,
  key: string,
  code: Code,
): Iterable<{ node: Node; message: string; hint: string }> {
  if (textsAt(options, key, code).some((text) => /^plain$/i.test(text)))
    yield { node: placeOf(options, key, code), message, hint };
}
