const { Producer } = require('node-rdkafka');

const producer = new Producer({
  'bootstrap.servers': 'kafka-1.internal:9093',
  'security.protocol': 'sasl_ssl',
  'sasl.mechanism': process.env.SASL_MECHANISM ?? 'PLAIN',
});
