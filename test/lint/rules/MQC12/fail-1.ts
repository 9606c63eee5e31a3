import { Kafka } from 'kafkajs';

const { KAFKA_PASSWORD } = process.env;
const sasl = { mechanism: 'scram-sha-512', username: 'order-service', password: KAFKA_PASSWORD };
export const kafka = new Kafka({ brokers, ssl: { ca }, sasl });
