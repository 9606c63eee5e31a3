import { connect } from 'amqplib';

const connection = await connect('amqps://guest:guest@rabbitmq.internal:5671');
const other = await connect({ protocol: 'amqps', hostname, username: process.env.RABBITMQ_USER ?? 'guest', password });
