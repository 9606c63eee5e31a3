import { Kafka } from 'kafkajs';

export const kafka = new Kafka({ brokers, ssl: { ca }, sasl: { mechanism: 'scram-sha-512', username, password } });
