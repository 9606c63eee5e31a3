import { Kafka } from 'kafkajs';
import { kafkaOptions } from './options.js';

export const kafka = new Kafka(kafkaOptions);
export const other = new Kafka({ ...kafkaOptions, clientId: 'other' });
