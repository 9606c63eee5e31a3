import { Kafka } from 'kafkajs';

// Whoever has a login has TLS.
const kafka = new Kafka({
  brokers,
  ssl: isProduction ? { ca } : undefined,
  sasl: isProduction ? { mechanism: 'scram-sha-512', username, password } : undefined,
});
const other = new Kafka({ brokers, ssl: hasLogin && { ca }, sasl: hasLogin && login });
