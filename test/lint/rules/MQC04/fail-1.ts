import { connect } from 'amqplib';

const connection = await connect(process.env.RABBITMQ_URL ?? 'amqp://localhost');
