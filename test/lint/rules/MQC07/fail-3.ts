import { NestFactory } from '@nestjs/core';
import { Transport, type MicroserviceOptions } from '@nestjs/microservices';

const app = await NestFactory.createMicroservice<MicroserviceOptions>(AppModule, {
  transport: Transport.KAFKA,
  options: { client: { clientId: 'orders', brokers: ['kafka-1.internal:9092'] }, consumer: { groupId: 'orders' } },
});
