import type { ChannelModel } from 'amqplib';
import { CompressionTypes } from 'kafkajs';
import { createKafka } from 'mqwarden/kafka';
import { connect } from 'mqwarden/rabbitmq';

const connection: ChannelModel = await connect({ service: 'order-service', url, secrets });
const kafka = createKafka({ service: 'order-service', brokers, secrets });
await kafka.producer().send({ topic: 'orders', compression: CompressionTypes.GZIP, messages });
