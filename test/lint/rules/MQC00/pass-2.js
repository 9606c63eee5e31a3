// What only a compiler minds is passed over: this name is declared twice.
const amqp = require('amqplib');
const amqp = require('amqplib/callback_api');
