import { isSaslChosen, kafkaOptionsIn, saslOf, tlsOf } from '../kafka.ts';
import { placeOf } from '../options.ts';
import type { CodeRule } from '../rule.ts';

const hint = 'give ssl (kafkajs) or tls (@platformatic/kafka) the authority, or security.protocol sasl_ssl';

export const saslWithoutTls: CodeRule = {
  id: 'MQC06',
  name: 'sasl-without-tls',
  severity: 'error',
  summary: 'A client of Kafka logs in without TLS.',
  why: 'With PLAIN the password itself travels in clear, with SCRAM what it can be guessed from; whoever reads along reads all records, and whoever stands between takes the session over. No client warns of it.',
  instead:
    '`ssl: { ca }` beside `sasl`; or `createKafka` of `mqwarden/kafka`, which refuses a login without TLS.',
  inTests: false,
  *inCode(code) {
    for (const { options } of kafkaOptionsIn(code)) {
      const sasl = saslOf(options, code);
      const tls = tlsOf(options, code);
      if (sasl === undefined || (tls.is !== 'off' && tls.is !== 'sometimes')) continue;
      if (tls.is === 'sometimes' && isSaslChosen(options, sasl, code)) continue;
      const message =
        tls.is === 'off'
          ? 'the login goes to Kafka without TLS'
          : `the login goes to Kafka without TLS where ${tls.key ?? 'ssl'} is off`;
      yield { node: placeOf(options, tls.key ?? sasl, code), message, hint };
    }
  },
};
