const rdkafka = require('node-rdkafka');

const options = { 'metadata.broker.list': 'kafka-1.internal:9092', 'security.protocol': 'plaintext' };
const producer = new rdkafka.Producer(options);
