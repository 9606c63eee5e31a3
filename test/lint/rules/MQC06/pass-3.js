const { KafkaJS } = require('@confluentinc/kafka-javascript');

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers, ssl: true, sasl: { mechanism: 'scram-sha-512', username, password } } });
