import { describe, expect, it } from 'vitest';
import { aclAddress, type AclSpec, topicAddress } from '../../../src/brokers/kafka/resources.ts';
import { answers, kafkaModel, liveKafka } from './setting.ts';

const acl = (over: Partial<AclSpec>) => {
  const spec: AclSpec = {
    resource: 'topic',
    pattern: 'literal',
    name: 'orders',
    principal: 'User:shop',
    host: '*',
    operation: 'read',
    permission: 'allow',
    ...over,
  };
  return { kind: 'kafka:acl' as const, address: aclAddress(spec), spec };
};
const topic = (name: string) => ({
  kind: 'kafka:topic' as const,
  address: topicAddress(name),
  spec: { partitions: 1, replicationFactor: 1 },
});

describe('who can', () => {
  it('read and write a topic, by what services say', () => {
    const model = kafkaModel({
      shop: { topics: { orders: { partitions: 1, replicationFactor: 1 } }, produces: ['orders'] },
      mailer: { consumes: [{ topic: 'orders', group: 'mail' }] },
    });
    expect(answers(model, 'write', 'kafka:topic:orders')).toEqual(['shop yes write']);
    expect(answers(model, 'read', 'kafka:topic:orders')).toEqual(['mailer yes read']);
    expect(answers(model, 'read', 'kafka:group:mail')).toEqual(['mailer yes read']);
    expect(answers(model, 'configure', 'kafka:topic:orders')).toEqual([]);
    expect(model.held('mailer').map(({ at, right }) => `${right} ${at}`)).toEqual([
      'read kafka:topic:orders',
      'describe kafka:topic:orders',
      'read kafka:group:mail',
      'describe kafka:group:mail',
    ]);
  });

  it.each([
    ['a DENY takes what a wildcard gives', [acl({ name: '*' }), acl({ permission: 'deny' })], []],
    ['a DENY of everyone, too', [acl({}), acl({ principal: 'User:*', permission: 'deny' })], []],
    [
      'a DENY of another operation does not',
      [acl({}), acl({ operation: 'write', permission: 'deny' })],
      ['shop yes read'],
    ],
    ['a prefix is for what begins so', [acl({ pattern: 'prefixed', name: 'ord' })], ['shop yes read']],
    ['a prefix is for nothing else', [acl({ pattern: 'prefixed', name: 'order.' })], []],
    ['a * that is a prefix is a name', [acl({ pattern: 'prefixed', name: '*' })], []],
    ['everyone has what User:* has', [acl({ principal: 'User:*' })], ['* yes read']],
    ['from one host only is on a condition', [acl({ host: '10.0.0.7' })], ['shop perhaps read']],
    [
      'a DENY from one host, likewise',
      [acl({}), acl({ host: '10.0.0.7', permission: 'deny' })],
      ['shop perhaps read'],
    ],
    ['ALL is any operation', [acl({ operation: 'all' })], ['shop yes read']],
  ])('%s', (_, acls, want) => {
    expect(answers(liveKafka([topic('orders'), ...acls]), 'read', 'kafka:topic:orders')).toEqual(want);
  });

  it('who may create on the cluster may create any topic', () => {
    const model = liveKafka([
      topic('orders'),
      acl({ resource: 'cluster', name: 'kafka-cluster', operation: 'create' }),
    ]);
    expect(answers(model, 'configure', 'kafka:topic:orders')).toEqual(['shop yes create']);
    expect(model.held('shop').map(({ at, right }) => `${right} ${at}`)).toEqual([
      'create kafka:cluster:kafka-cluster',
      'create kafka:topic:orders',
    ]);
  });

  it('a wildcard and a prefix are for names yet to come, and a DENY is told with them', () => {
    const model = liveKafka([
      topic('orders'),
      acl({ pattern: 'prefixed', name: 'ord' }),
      acl({ principal: 'User:*', name: '*', operation: 'describe' }),
      acl({ name: 'secret', permission: 'deny' }),
    ]);
    expect(model.wide('shop').map(({ says }) => says)).toEqual([
      'allow read on topic ord…',
      'allow describe on topic *, everyone',
    ]);
    expect(answers(model, 'read', 'kafka:topic:ordinary')).toEqual(['shop yes read']);
    expect(model.notes.join()).toContain('super users');
  });

  it('who could take any right is told apart: who alters the cluster, poses as a broker, or as somebody else', () => {
    const onCluster = (principal: string, operation: AclSpec['operation']) =>
      acl({ principal: `User:${principal}`, resource: 'cluster', name: 'kafka-cluster', operation });
    const tokens = { resource: 'user', name: 'User:shop', operation: 'create_tokens' } as const;
    const model = liveKafka([
      topic('orders'),
      onCluster('chief', 'alter'),
      onCluster('tuner', 'alter_configs'),
      onCluster('replica', 'cluster_action'),
      onCluster('watcher', 'describe'),
      acl({ principal: 'User:desk', ...tokens }),
      acl({ principal: 'User:other', ...tokens, permission: 'deny' }),
    ]);
    expect([...model.powers]).toEqual([
      ['chief', 'alter on the cluster: writes ACLs and passwords'],
      ['tuner', 'alter_configs on the cluster: says how brokers know who somebody is'],
      ['replica', 'cluster_action on the cluster: reads every topic, as a broker does'],
      ['desk', 'create_tokens: acts as User:shop'],
    ]);
  });

  it('principals that are no users are said not to be judged', () => {
    expect(liveKafka([acl({ principal: 'Group:admins' })]).notes.join()).toContain('Group:admins');
  });
});
