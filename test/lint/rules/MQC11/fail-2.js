const { Connection } = require('rabbitmq-client');
const { KafkaJS } = require('@confluentinc/kafka-javascript');

module.exports = {
  rabbit: new Connection(options),
  kafka: new KafkaJS.Kafka({ kafkaJS: options }),
};
