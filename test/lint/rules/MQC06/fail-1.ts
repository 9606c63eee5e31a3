import { Kafka } from 'kafkajs';

const sasl = { mechanism: 'scram-sha-512', username: 'order-service', password };
export const kafka = new Kafka({ clientId: 'order-service', brokers, sasl });
