import { Kafka } from 'kafkajs';

const base = { clientId: 'order-service', ssl: { ca } };
export const kafka = new Kafka({ ...base, brokers, sasl: { mechanism: 'scram-sha-512', username, password } });
