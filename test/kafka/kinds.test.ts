import { describe, expect, it } from 'vitest';
import type { Address } from '../../src/core/address.ts';
import type { Change } from '../../src/core/resource.ts';
import { kinds } from '../../src/brokers/kafka/kinds.ts';
import {
  aclAddress,
  type AclResource,
  type AclSpec,
  quotaAddress,
  type QuotaEntity,
  quotaEntity,
  type QuotaResource,
  topicAddress,
  type TopicResource,
  type TopicSpec,
  userAddress,
  type UserResource,
} from '../../src/brokers/kafka/resources.ts';
import { partsOf } from '../../src/core/address.ts';
import { ground } from './landscape.ts';

const topic = (spec: Partial<TopicSpec> = {}, name = 'orders'): TopicResource => ({
  kind: 'kafka:topic',
  address: topicAddress(name),
  spec: { partitions: 3, replicationFactor: 1, ...spec },
});

const acl = (spec: Partial<AclSpec> = {}): AclResource => {
  const whole = {
    resource: 'topic',
    pattern: 'literal',
    name: 'orders',
    principal: 'User:order-service',
    host: '*',
    operation: 'read',
    permission: 'allow',
    ...spec,
  };
  return { kind: 'kafka:acl', address: aclAddress(whole), spec: whole };
};

const user = (name: string, spec = { mechanism: 'SCRAM-SHA-512', iterations: 8192 }): UserResource => ({
  kind: 'kafka:user',
  address: userAddress(name),
  spec,
});

const quota = (entity: QuotaEntity, spec = {}): QuotaResource => ({
  kind: 'kafka:quota',
  address: quotaAddress(entity),
  spec,
});

const view = { live: new Map(), desired: new Map(), going: new Set<Address>() };

describe('addresses', () => {
  const odd = 'a/%@+~ .é,=*';

  it('round-trip any name', () => {
    expect(partsOf(acl({ name: odd, principal: `User:${odd}` }).address)).toEqual([
      'topic',
      'literal',
      odd,
      `User:${odd}`,
      '*',
      'read',
      'allow',
    ]);
  });

  it.each<[QuotaEntity, string]>([
    [{ user: 'u' }, 'kafka:quota:user=u'],
    [{ 'client-id': 'c', user: 'u' }, 'kafka:quota:user=u,client-id=c'],
    [{ user: null }, 'kafka:quota:user='],
    [{ user: odd, 'client-id': null }, 'kafka:quota:user=a%2F%25%40%2B~%20.%C3%A9%2C%3D*,client-id='],
    [{ ip: '10.0.0.1' }, 'kafka:quota:ip=10.0.0.1'],
  ])('of the quota of %j', (entity, address) => {
    expect(quotaAddress(entity)).toBe(address);
    expect(quotaEntity(quotaAddress(entity))).toEqual(entity);
  });
});

describe('the fate of what is not declared', () => {
  it.each([
    [acl(), 'managed'],
    [acl({ permission: 'deny' }), 'managed'],
    [acl({ principal: 'User:old-service' }), 'claimed'],
    [acl({ principal: 'User:somebody' }), 'unmanaged'],
    [acl({ principal: 'User:*' }), 'unmanaged'],
    [acl({ principal: 'Group:order-service' }), 'unmanaged'],
    [acl({ principal: 'User:admin' }), 'internal'],
    [acl({ principal: 'User:kafka-broker' }), 'internal'],
    [user('old-service'), 'claimed'],
    [user('order-service'), 'claimed'],
    [user('somebody'), 'unmanaged'],
    [user('admin'), 'internal'],
    [user('kafka-broker'), 'internal'],
    [quota({ user: 'order-service' }), 'claimed'],
    [quota({ user: 'order-service', 'client-id': 'c' }), 'claimed'],
    [quota({ user: 'old-service' }), 'claimed'],
    [quota({ user: 'admin' }), 'internal'],
    [quota({ user: null }), 'unmanaged'],
    [quota({ 'client-id': 'order-service' }), 'unmanaged'],
    [quota({ ip: '10.0.0.1' }), 'unmanaged'],
    [topic(), 'prunable'],
    [topic({}, '__consumer_offsets'), 'internal'],
  ])('%j is %s', (resource, fate) => {
    expect(kinds[resource.kind].ownership(resource, ground).fate).toBe(fate);
  });

  it('a claim never reaches everybody', () => {
    const everything = { ...ground, claims: ['*'] };
    expect(kinds['kafka:acl'].ownership(acl({ principal: 'User:*' }), everything).fate).toBe('unmanaged');
  });

  it('charges drift to the service', () => {
    expect(kinds['kafka:acl'].ownership(acl(), ground)).toEqual({
      fate: 'managed',
      service: 'order-service',
    });
  });
});

describe('a topic', () => {
  const kind = kinds['kafka:topic'];
  const settled = (live: Partial<TopicSpec>, desired: Partial<TopicSpec>) =>
    kind.settle?.(topic(live), topic(desired)).spec;

  it('keeps what the topology leaves open', () => {
    const config = { 'retention.ms': '5' };
    const open = { partitions: -1, replicationFactor: -1 };
    expect(settled({ config }, open)).toEqual({ partitions: 3, replicationFactor: 1, config });
    expect(settled({ config }, { ...open, config: {} })).toEqual({
      partitions: 3,
      replicationFactor: 1,
      config: {},
    });
    expect(settled({}, { partitions: 6 })).toEqual({ partitions: 6, replicationFactor: 1 });
  });

  it.each([
    [{}, { partitions: 6 }, 'update', 'partitions 3 → 6'],
    [{}, { partitions: 2 }, 'blocked', '3 partitions on the broker, 2 in the topology: they can only grow'],
    [{}, { replicationFactor: 3 }, 'blocked', 'replication factor 1 on the broker, 3 in the topology'],
    [
      { config: { 'retention.ms': '5', 'segment.ms': '7' } },
      { config: { 'retention.ms': '6', 'max.message.bytes': '9' } },
      'update',
      "max.message.bytes = 9, retention.ms 5 → 6, segment.ms 7 → the broker's default",
    ],
  ])('from %j to %j is %s', (live, desired, is, why) => {
    expect(kind.judge(topic(live), topic(desired))).toMatchObject({ is, why });
  });

  const update = (before: Record<string, string>, after: Record<string, string>): Change<TopicResource> => ({
    action: 'update',
    address: topicAddress('orders'),
    kind: 'kafka:topic',
    reason: '',
    before: topic({ config: before }).spec,
    after: topic({ config: after }).spec,
  });

  it.each([
    ['retention.ms', '10', '9', true],
    ['retention.ms', '10', '11', false],
    ['retention.ms', '-1', '9223372036854775807', true],
    ['retention.ms', '9', '-1', false],
    ['retention.ms', '9', undefined, true],
    ['retention.ms', undefined, '9', true],
    ['retention.ms', undefined, '-1', false],
    ['retention.bytes', '10', '9', true],
    ['retention.bytes', '9223372036854775806', '9223372036854775807', false],
    ['cleanup.policy', 'compact', 'delete', true],
    ['cleanup.policy', 'compact', undefined, true],
    ['cleanup.policy', undefined, 'delete', true],
    ['cleanup.policy', 'delete', undefined, true],
    ['cleanup.policy', 'delete', 'delete', false],
    ['cleanup.policy', undefined, undefined, false],
    ['cleanup.policy', undefined, 'compact,delete', true],
    ['segment.ms', '10', '9', false],
  ])('%s from %s to %s needs its name: %s', (name, from, to, needed) => {
    const change = update(from === undefined ? {} : { [name]: from }, to === undefined ? {} : { [name]: to });
    expect(kind.hazard?.(change, view)?.needs).toBe(needed ? 'data-loss' : undefined);
  });

  it('never goes without its name', () => {
    const change: Change<TopicResource> = { ...update({}, {}), action: 'delete', after: null };
    expect(kind.hazard?.(change, view)).toEqual({
      needs: 'data-loss',
      why: 'deletes topic orders with its messages',
    });
  });
});

describe('a user', () => {
  const kind = kinds['kafka:user'];
  const desired = user('a');

  it.each([
    [{ mechanism: 'SCRAM-SHA-512', iterations: 16384 }, true],
    [{ mechanism: 'SCRAM-SHA-512', iterations: 4096 }, true],
    [{ mechanism: 'SCRAM-SHA-256', iterations: 16384 }, false],
  ])('with %j stays: %s', (spec, stays) => {
    expect(kind.settle?.(user('a', spec), desired).spec).toEqual(stays ? spec : desired.spec);
  });

  it('with SHA-256 only is updated', () => {
    const live = user('a', { mechanism: 'SCRAM-SHA-256', iterations: 16384 });
    expect(kind.judge(live, desired)).toEqual({
      is: 'update',
      why: 'has SCRAM-SHA-256 only: SCRAM-SHA-512 is added, with the stored password',
    });
  });
});

describe('the order of grants', () => {
  const change = (action: 'create' | 'delete', spec: Partial<AclSpec>): Change<AclResource> => {
    const whole = acl(spec);
    const [before, after] = action === 'create' ? [null, whole.spec] : [whole.spec, null];
    return { action, address: whole.address, kind: 'kafka:acl', reason: '', before, after };
  };
  const createDeny = change('create', { permission: 'deny', name: 'a' });
  const createAllow = change('create', { name: 'b' });
  const deleteAllow = change('delete', { name: 'c' });
  const deleteDeny = change('delete', { permission: 'deny', name: 'd' });
  const stranger = change('create', { permission: 'deny', principal: 'User:x' });
  const all = [deleteDeny, stranger, deleteAllow, createAllow, createDeny];
  const after = (one: Change<AclResource>) => kinds['kafka:acl'].after?.(one, all);

  it('is DENY in, ALLOW in, ALLOW out, DENY out', () => {
    const phases = [createDeny, createAllow, deleteAllow, deleteDeny].map((one) =>
      kinds['kafka:acl'].phase(one),
    );
    expect(phases).toEqual([10, 11, 12, 13]);
  });

  it('waits for the same principal only', () => {
    expect(after(createDeny)).toEqual([]);
    expect(after(createAllow)).toEqual([createDeny.address]);
    expect(after(deleteAllow)).toEqual([createAllow.address]);
    expect(after(deleteDeny)).toEqual([createDeny.address, deleteAllow.address]);
  });

  it('holds back the end of a DENY', () => {
    const hazard = (one: Change<AclResource>) => kinds['kafka:acl'].hazard?.(one, view)?.needs;
    expect([createDeny, createAllow, deleteAllow, deleteDeny].map(hazard)).toEqual([
      undefined,
      undefined,
      undefined,
      'widening',
    ]);
  });

  it('lets a user go after its ACLs', () => {
    const gone = user('order-service');
    const removal = {
      action: 'delete',
      address: gone.address,
      kind: gone.kind,
      reason: '',
      before: gone.spec,
      after: null,
    } as const;
    expect(kinds['kafka:user'].after?.(removal, all)).toEqual([deleteAllow.address, deleteDeny.address]);
    expect(kinds['kafka:user'].phase(removal)).toBeGreaterThan(kinds['kafka:acl'].phase(deleteDeny));
  });

  it('stays quick with thousands of ACLs', () => {
    const many = Array.from({ length: 20_000 }, (_, index) =>
      change('create', { principal: `User:${index % 4000}`, name: `t${index}` }),
    );
    const started = performance.now();
    for (const one of many) kinds['kafka:acl'].after?.(one, many);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
