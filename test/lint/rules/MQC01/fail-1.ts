import { connect } from 'amqplib';

const tls = { ca, rejectUnauthorized: false };
const connection = await connect('amqps://rabbitmq.internal:5671/production', tls);
