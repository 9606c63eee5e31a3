import { Kafka } from 'kafkajs';

// Mutual TLS: who it is, is in the certificate.
export const kafka = new Kafka({ clientId: 'order-service', brokers, ssl: { ca, cert, key } });
