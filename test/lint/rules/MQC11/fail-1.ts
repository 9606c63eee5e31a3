import * as amqp from 'amqplib';
import { Kafka, logLevel } from 'kafkajs';

const connection = await amqp.connect('amqps://rabbitmq.internal:5671/production', { ca });
const kafka = new Kafka({ brokers, ssl: { ca }, sasl, logLevel: logLevel.WARN });
