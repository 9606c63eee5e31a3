import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { checkEnvironments } from '../../src/topology/check.ts';
import { landscape } from '../../src/topology/landscape.ts';
import { fakeBrokers, head, parse, problemsOf, services, whole } from './fakes.ts';

/** One that lands what is written as it is. */
const broker = (name: string) => ({ name, land: <Land>(written: Land) => written });

describe('landscape', () => {
  const text = `${whole}  mailer: { kafka: { topics: { mails: {} } } }\n`;

  test('has the services of this broker, and locates below their sections', () => {
    const found = landscape(parse(text), 'staging', broker('rabbitmq'));
    expect(found?.services.map(({ name }) => name)).toEqual(['order-service']);
    expect(found?.services[0]?.section).toEqual({
      queues: { 'order.queue.payments': { type: 'quorum', limit: 5 } },
    });
    expect(found?.services[0]?.locate(['queues', 'order.queue.payments'])).toMatchObject({ line: 13, column: 9 });
    expect(found?.environment).toMatchObject({ name: 'staging', production: false });
    expect(found?.environment.locate(['managementUrl'])).toMatchObject({ line: 6, column: 22 });
    expect(found).toMatchObject({ claims: [], protected: [] });
  });

  test('is undefined for a broker that the environment does not have', () => {
    expect(landscape(parse(text), 'staging', broker('kafka'))).toBeUndefined();
  });

  test('of an unknown environment is a mistake on the command line', () => {
    expect(() => landscape(parse(text), 'stagign', broker('kafka'))).toThrow(UsageError);
  });
});

describe('environments on one endpoint', () => {
  const two = (first: string, second: string) =>
    parse(
      `${head}environments:\n  a: { kafka: { brokers: [${first}] } }\n  b: { kafka: { brokers: [${second}] } }\n${services}`,
    );

  test.each([
    { first: 'k1:1, k2:1', second: 'k3:1' },
    { first: 'k1:1', second: 'k1:2' },
    { first: 'k1:1, k1:1', second: 'k2:1' },
  ])('[$first] and [$second] are apart', ({ first, second }) => {
    expect(problemsOf(() => checkEnvironments(two(first, second), fakeBrokers))).toEqual([]);
  });

  test('are refused, naming both and where each is', () => {
    const problems = problemsOf(() => checkEnvironments(two('k1:1, k2:1', 'k2:1'), fakeBrokers));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      message:
        'environments.b.kafka: the environments a and b share the endpoint k2:1, but nothing in naming.topic tells their names apart',
      position: { file: 'topology.yaml', line: 5, column: 8 },
      related: [{ position: { file: 'topology.yaml', line: 4, column: 8 } }],
    });
  });
});
