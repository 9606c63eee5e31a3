import { connect } from 'mqwarden/rabbitmq';

const connection = await connect({ service: 'order-service', url: process.env.RABBITMQ_URL, secrets: 'vault:secret' });
