import { describe, expect, it } from 'vitest';
import { batchesOf } from './sizes.ts';
import { canonicalValue } from '../../src/brokers/kafka/config.ts';
import {
  aclResources,
  overridesOf,
  quotaResources,
  snakeCase,
  topicResource,
  userResources,
} from '../../src/brokers/kafka/normalize.ts';
import { codeOf, operations, wordOf } from '../../src/brokers/kafka/words.ts';
import { costText, sizeText } from '../../src/brokers/kafka/weigh.ts';

describe('config values', () => {
  it.each([
    ['cleanup.policy', ' delete , compact,delete', 'compact,delete'],
    ['retention.ms', '+0604800000', '604800000'],
    ['retention.ms', '-1', '-1'],
    ['retention.ms', '9223372036854775807', '9223372036854775807'],
    ['preallocate', 'TRUE', 'true'],
    ['min.cleanable.dirty.ratio', '1.0', '1'],
    ['min.cleanable.dirty.ratio', '0.50', '0.5'],
    ['compression.type', 'zstd', 'zstd'],
  ])('%s %j is %j', (name, value, want) => {
    expect(canonicalValue(name, value)).toBe(want);
  });
});

it('takes only what is set on the topic itself', () => {
  const configs = [
    { name: 'retention.ms', value: '5', configSource: 1 },
    { name: 'segment.ms', value: '6', configSource: 5 },
    { name: 'min.insync.replicas', value: '2', configSource: 4 },
  ];
  expect(overridesOf(configs)).toEqual({ 'retention.ms': '5' });
});

it('counts partitions and replicas', () => {
  const answer = { errorCode: 0, partitions: [{ replicaNodes: [1, 2] }, { replicaNodes: [2, 3] }] };
  expect(topicResource('t', answer, undefined).spec).toEqual({ partitions: 2, replicationFactor: 2 });
  expect(topicResource('t', answer, {}).spec).toEqual({ partitions: 2, replicationFactor: 2, config: {} });
});

it('names ACLs, and keeps what a newer broker may invent', () => {
  const acl = { principal: 'User:a', host: '*', operation: 99, permissionType: 3 };
  const [resource] = aclResources([
    { resourceType: 5, resourceName: 'tx/1', resourcePatternType: 4, acls: [acl] },
  ]);
  expect(resource?.address).toBe('kafka:acl:transactional_id/prefixed/tx%2F1/User%3Aa/*/unknown_99/allow');
  expect(codeOf(operations, wordOf(operations, 99))).toBe(99);
  expect(codeOf(operations, 'idempotent_write')).toBe(12);
});

it('shows the strongest mechanism of a user, and warns of another', () => {
  const both = {
    user: 'a',
    errorCode: 0,
    credentialInfos: [
      { mechanism: 1, iterations: 4096 },
      { mechanism: 2, iterations: 8192 },
    ],
  };
  const { users, warnings } = userResources([both]);
  expect(users.map(({ spec }) => spec)).toEqual([{ mechanism: 'SCRAM-SHA-512', iterations: 8192 }]);
  expect(warnings).toEqual([
    { address: 'kafka:user:a', message: 'can also log in by SCRAM-SHA-256, which is left as it is' },
  ]);
});

it('warns of a password with few iterations', () => {
  const credentialInfos = [{ mechanism: 2, iterations: 4096 }];
  const { users, warnings } = userResources([{ user: 'a', errorCode: 0, credentialInfos }]);
  expect(users.map(({ spec }) => spec)).toEqual([{ mechanism: 'SCRAM-SHA-512', iterations: 4096 }]);
  expect(warnings).toEqual([
    { address: 'kafka:user:a', message: 'its password has 4096 iterations, below 8192: rotate it' },
  ]);
});

it('names quotas as the topology does', () => {
  const entity = [
    { entityType: 'client-id', entityName: null },
    { entityType: 'user', entityName: 'a' },
  ];
  const [resource] = quotaResources([{ entity, values: [{ key: 'producer_byte_rate', value: 5 }] }]);
  expect(resource).toMatchObject({ address: 'kafka:quota:user=a,client-id=', spec: { producerByteRate: 5 } });
  expect(snakeCase('producerByteRate')).toBe('producer_byte_rate');
});

it.each([
  [0n, 'no messages'],
  [512n, '512 bytes of messages'],
  [3_400_000n, '3.4 MB of messages'],
  [999_999n, '1.0 MB of messages'],
  [25_000_000_000n, '25 GB of messages'],
])('writes %d bytes as %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

it.each([
  [0n, true, 'no messages'],
  [0n, false, 'size unknown'],
  [512n, false, 'at least 512 bytes of messages'],
])('says of %d bytes, all told: %s', (bytes, complete, text) => {
  expect(costText(bytes, complete)).toBe(text);
});

describe('requests', () => {
  it.each([
    ['by number', Array<number>(2500).fill(1), [1000, 1000, 500]],
    ['by records', Array<number>(20).fill(999), [9, 9, 2]],
    ['one that is too large alone', [1, 20_000, 1], [1, 1, 1]],
    ['the default of the broker', Array<number>(200).fill(-1), [138, 62]],
  ])('split topics %s', (_name, partitions, sizes) => {
    expect(batchesOf(partitions)).toEqual(sizes);
  });
});
