import { describe, expect, it } from 'vitest';
import { brokersForTests } from './index.ts';
import { rabbitAdmin } from './rabbit-admin.ts';

const { rabbitmq, kafka } = brokersForTests();

describe('RabbitMQ', () => {
  it('answers its administrator', async () => {
    expect(await rabbitAdmin(rabbitmq).get('/whoami')).toMatchObject({ tags: ['administrator'] });
  });
});
describe('Kafka', () => {
  it('lists', async () => {
    expect(await kafka.aclCommand(['--list'])).toBe('');
  });
});
