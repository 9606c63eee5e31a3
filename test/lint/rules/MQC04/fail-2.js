const amqp = require('amqplib');

const scheme = 'amqp://';
amqp.connect(`amqp://${host}:5672/${vhost}`);
amqp.connect(scheme + host);
