import { kafkaOptionsIn, mayHaveSasl, namesBrokers, saslOf, tlsOf } from '../kafka.ts';
import { placeOf } from '../options.ts';
import type { CodeRule } from '../rule.ts';

export const plaintextKafka: CodeRule = {
  id: 'MQC07',
  name: 'plaintext-kafka',
  severity: 'error',
  summary: 'A client of Kafka connects without TLS and without a login.',
  why: 'A broker that takes this takes it from anybody: everyone who reaches its port reads and writes all topics, and nobody can say who did.',
  instead:
    '`createKafka` of `mqwarden/kafka`; or `ssl: { ca }` and `sasl` with a user of its own. `audit` says whether the broker has such a listener.',
  inTests: false,
  *inCode(code) {
    for (const { options, isCertain } of kafkaOptionsIn(code)) {
      if (saslOf(options, code) !== undefined || mayHaveSasl(options, code)) continue;
      if (!namesBrokers(options, code)) continue;
      const tls = tlsOf(options, code);
      if (tls.is !== 'off' || (!isCertain && tls.key === undefined)) continue;
      yield {
        node: tls.key === undefined ? options : placeOf(options, tls.key, code),
        message: 'Kafka is connected to without TLS and without a login',
        hint: 'give it ssl and sasl, or take the client from mqwarden/kafka',
      };
    }
  },
};
