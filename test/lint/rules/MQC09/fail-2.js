const amqp = require('amqplib');

const password = process.env.RABBITMQ_PASSWORD || 'Tr0ub4dor&3';
module.exports = {
  credentials: amqp.credentials.plain('order-service', 'orders'),
  awsKey: 'AKIAIOSFODNN7EXAMPLE',
};
