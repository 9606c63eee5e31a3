import { connect } from 'amqplib';

const connection = await connect({ protocol: 'amqps', hostname, username: 'order-service', password: 'orders' });
const other = await connect('amqps://order-service:orders@rabbitmq.internal:5671/production');
