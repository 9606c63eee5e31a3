import type { KafkaRule, KafkaSite } from './rule.ts';

export const plaintextPort: KafkaRule = {
  id: 'MQ202',
  name: 'plaintext-port',
  severity: 'warning',
  summary: 'A Kafka endpoint has the port that by convention is the one without TLS.',
  why: `mqwarden itself never speaks to a listener without TLS, so it would not connect. But 9092 is where a fresh Kafka listens in clear,
and the topology is where people look the address up.`,
  instead:
    'The port of the SASL_SSL listener, mostly 9093. If 9092 is one with TLS, say so in a comment that ignores this.',
  *onSite({ landscape: { environment } }: KafkaSite) {
    for (const [at, broker] of environment.section.brokers.entries()) {
      if (!broker.endsWith(':9092')) continue;
      yield {
        position: environment.locate(['brokers', at]),
        message: `${broker} has the usual port of a listener without TLS`,
        hint: 'name the SASL_SSL listener, mostly on 9093',
      };
    }
  },
};
