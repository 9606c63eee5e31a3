const { KafkaConsumer } = require('node-rdkafka');

const consumer = new KafkaConsumer({
  'bootstrap.servers': 'kafka-1.internal:9093',
  'security.protocol': 'SASL_PLAINTEXT',
  'sasl.mechanisms': 'SCRAM-SHA-512',
});
