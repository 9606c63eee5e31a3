import { Transport } from '@nestjs/microservices';

export const microservice = {
  transport: Transport.KAFKA,
  options: { client: { brokers, ssl: process.env.KAFKA_SSL === 'true', sasl: { mechanism: 'scram-sha-512', username, password } } },
};
