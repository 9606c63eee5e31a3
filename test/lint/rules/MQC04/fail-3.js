const amqp = require('amqplib');

const settings = { hostname: 'rabbitmq.internal', username, password, vhost: 'production' };
const first = await amqp.connect({ ...settings, protocol: 'amqp' });
const second = await amqp.connect(settings);
