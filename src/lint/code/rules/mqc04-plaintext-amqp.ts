import { addressesIn } from '../addresses.ts';
import type { CodeRule } from '../rule.ts';

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
      yield {
        node,
        message: 'an address with amqp://: the password and all messages travel in clear',
        hint: 'write amqps://',
      };
    }
  },
};
