import { connect } from 'amqplib';

const connection = await connect({ protocol: 'amqps', hostname, username: 'order-service', password });
