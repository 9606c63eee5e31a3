import { Kafka } from 'kafkajs';

const verified = process.env.NODE_ENV === 'production';
const kafka = new Kafka({
  brokers: ['kafka-1.internal:9093'],
  // Verified in production alone: staging takes whatever answers.
  ssl: { ca, rejectUnauthorized: verified },
});
