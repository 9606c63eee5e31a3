const { env } = require('node:process');
const amqp = require('amqplib');

module.exports = amqp.connect({ protocol: 'amqps', hostname, username: env.RABBITMQ_USER, password: env['RABBITMQ_PASSWORD'] });
