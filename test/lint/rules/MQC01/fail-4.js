const { KafkaConsumer } = require('node-rdkafka');

const consumer = new KafkaConsumer({
  'security.protocol': 'sasl_ssl',
  'enable.ssl.certificate.verification': false,
  'ssl.endpoint.identification.algorithm': 'none',
});
