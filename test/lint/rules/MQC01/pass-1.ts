import { connect } from 'amqplib';

// rejectUnauthorized: false would take any certificate.
const connection = await connect('amqps://rabbitmq.internal:5671/production', { ca, rejectUnauthorized: true });
