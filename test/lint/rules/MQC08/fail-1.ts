import { Kafka } from 'kafkajs';

export const kafka = new Kafka({ brokers, ssl: { ca }, sasl: { mechanism: 'plain', username, password } });
