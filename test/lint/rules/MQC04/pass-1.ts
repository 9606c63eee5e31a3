import { connect } from 'mqwarden/rabbitmq';

const connection = await connect({ service: 'order-service', url: 'amqps://rabbitmq.internal:5671', secrets });
