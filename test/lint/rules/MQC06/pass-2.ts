import { Kafka } from 'kafkajs';
import { security } from './security.js';

// What is spread may have ssl.
export const kafka = new Kafka({ brokers, sasl, ...security });
