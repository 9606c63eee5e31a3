import { Kafka } from 'kafkajs';

const isProduction = process.env.NODE_ENV === 'production';
const sasl = { mechanism: 'scram-sha-512', username, password };
const kafka = new Kafka({ brokers, ssl: isProduction ? { ca } : undefined, sasl });
