// Whoever imports this file makes the client.
export { Kafka } from 'kafkajs';
