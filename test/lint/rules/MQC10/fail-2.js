const amqp = require('amqplib');

const user = process.env.RABBITMQ_USER || 'guest';
module.exports = amqp.connect(url, { credentials: amqp.credentials.plain('guest', await getSecret('guest')) });
