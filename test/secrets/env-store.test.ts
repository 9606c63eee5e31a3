import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/secrets/open.ts';
import { failure } from './failure.ts';

const variables = {
  MQ_RABBITMQ_ORDER_SERVICE_USERNAME: 'order-service',
  MQ_RABBITMQ_ORDER_SERVICE_PASSWORD: 'canary',
  MQ_KAFKA_A_PASSWORD: 'canary',
  MQ_KAFKA_EMPTY_USERNAME: '',
};
const store = openStore('env:MQ', undefined, { variables });

describe('a store of environment variables', () => {
  test('gives both fields', async () => {
    const found = await store.read('rabbitmq/order-service');
    expect(found?.document).toEqual({ username: 'order-service', password: 'canary' });
    expect(found?.version).not.toContain('canary');
  });

  test.each(['kafka/order-service', 'kafka/empty'])('has nothing at %s', async (path) => {
    expect(await store.read(path)).toBeUndefined();
  });

  test('one field alone is no credential', async () => {
    const error = await failure(store.read('kafka/a'));
    expect(error.message).toBe(
      'the environment variable MQ_KAFKA_A_PASSWORD is set, but MQ_KAFKA_A_USERNAME is not',
    );
  });

  test('a name that no variable can have is refused', async () => {
    expect((await failure(store.read('kafka/a b'))).message).toContain('named after "a b"');
  });

  test('nothing is written', async () => {
    const error = await failure(store.write('kafka/a', { username: 'a', password: 'canary' }, undefined));
    expect(error.message).toBe('environment variables cannot be written');
    expect(error.hint).toContain('MQ_KAFKA_A_USERNAME and MQ_KAFKA_A_PASSWORD');
    expect(error.hint).not.toContain('canary');
  });
});
