const { Kafka } = require('kafkajs');

const ssl = { ca, secureProtocol: 'TLSv1_1_method', ciphers: 'DEFAULT:@SECLEVEL=0' };
module.exports = new Kafka({ brokers, ssl, sasl });
