const { Kafka } = require('@confluentinc/kafka-javascript').KafkaJS;
const { Transport } = require('@nestjs/microservices');

// What it connects to is told to its producer.
const kafka = new Kafka({});
const ours = { transport: Transport.KAFKA, options: { client: { brokers, ssl: { ca }, sasl } } };
const others = { transport: Transport.REDIS, options: { client: { brokers } } };
