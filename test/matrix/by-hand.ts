/**
 * What a plan would create, made by a person's means instead: rabbitmqctl, the management API and Kafka's own tools. As
 * little as possible is said, so that the broker fills in its own defaults.
 */
import { partOf } from '../../src/core/address.ts';
import type { Plan } from '../../src/core/plan.ts';
import { type AclSpec, type TopicSpec, brokerDefault } from '../../src/brokers/kafka/resources.ts';
import type {
  BindingSpec,
  ExchangeSpec,
  PermissionSpec,
  PolicySpec,
  QueueSpec,
  TopicPermissionSpec,
  UserSpec,
  VhostSpec,
} from '../../src/brokers/rabbitmq/resources.ts';
import type { TestBrokers } from '../brokers/index.ts';
import { type RabbitAdmin, rabbitAdmin } from '../brokers/rabbit-admin.ts';

type Made = Plan['changes'][number];

export interface Hands extends TestBrokers {
  readonly api: RabbitAdmin;
}

export function handsOf(brokers: TestBrokers): Hands {
  return { ...brokers, api: rabbitAdmin(brokers.rabbitmq) };
}

/** In this order, because each kind stands on those before it. */
const byKind: Readonly<Record<string, (hands: Hands, made: Made) => Promise<unknown>>> = {
  'rabbitmq:vhost': vhost,
  'rabbitmq:user': rabbitUser,
  'rabbitmq:policy': (hands, made) => policy(hands, made, 'set_policy'),
  'rabbitmq:operator-policy': (hands, made) => policy(hands, made, 'set_operator_policy'),
  'rabbitmq:exchange': exchange,
  'rabbitmq:queue': queue,
  'rabbitmq:binding': binding,
  'rabbitmq:topic-permission': topicPermission,
  'rabbitmq:permission': permission,
  'kafka:topic': topic,
  'kafka:user': kafkaUser,
  'kafka:quota': quota,
};

/** Tools are processes that take a second each: as many at a time as there are cores to run them. */
const atATime = 2;

export async function makeByHand(hands: Hands, changes: readonly Made[]): Promise<void> {
  const unknown = changes.find(({ action, kind }) => action !== 'create' || !(kind in known));
  if (unknown !== undefined) throw new Error(`no hand for ${unknown.action} ${unknown.address}`);
  for (const [kind, make] of Object.entries(byKind)) {
    await some(
      changes.filter((change) => change.kind === kind),
      (change) => make(hands, change),
    );
  }
  await some(aclGroups(changes), (group) => grant(hands, group));
}

const known = { ...byKind, 'kafka:acl': true };

async function some<T>(items: readonly T[], make: (item: T) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < items.length; at += atATime) {
    await Promise.all(items.slice(at, at + atATime).map(make));
  }
}

/** Limits as the broker calls them: `max-connections`. */
function limitsOf(limits: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(limits).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    value,
  ]);
}

async function vhost({ rabbitmq }: Hands, { address, after }: Made): Promise<void> {
  const name = partOf(address, 0);
  const { limits } = after as VhostSpec;
  await rabbitmq.rabbitmqctl(['add_vhost', name]);
  const given = Object.fromEntries(limitsOf(limits as Record<string, number>));
  if (Object.keys(given).length > 0)
    await rabbitmq.rabbitmqctl(['set_vhost_limits', '-p', name, JSON.stringify(given)]);
  // add_vhost gives nobody anything, and whoever declares by the API needs permissions.
  await rabbitmq.rabbitmqctl(['set_permissions', '-p', name, rabbitmq.admin.username, '.*', '.*', '.*']);
}

async function rabbitUser({ rabbitmq }: Hands, { address, after }: Made): Promise<void> {
  const name = partOf(address, 0);
  const { tags, limits } = after as UserSpec;
  await rabbitmq.rabbitmqctl(['add_user', name, `pass word of ${name}`]);
  if (tags.length > 0) await rabbitmq.rabbitmqctl(['set_user_tags', name, ...tags]);
  const given = Object.fromEntries(limitsOf(limits as Record<string, number>));
  if (Object.keys(given).length > 0)
    await rabbitmq.rabbitmqctl(['set_user_limits', name, JSON.stringify(given)]);
}

/** Priority 0 and all that there is are what comes of saying nothing. */
async function policy({ rabbitmq }: Hands, { address, after }: Made, command: string): Promise<void> {
  const { pattern, applyTo, priority, definition } = after as PolicySpec;
  await rabbitmq.rabbitmqctl([
    ...[command, '-p', partOf(address, 0)],
    ...(priority === 0 ? [] : [`--priority=${priority}`]),
    ...(applyTo === 'all' ? [] : ['--apply-to', applyTo]),
    ...['--', partOf(address, 1), pattern, JSON.stringify(definition)],
  ]);
}

function at(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join('/');
}

async function exchange({ api }: Hands, { address, after }: Made): Promise<void> {
  const spec = after as ExchangeSpec;
  await api.put(`/exchanges/${at(partOf(address, 0), partOf(address, 1))}`, {
    type: spec.type,
    durable: true,
    ...(spec.internal ? { internal: true } : {}),
    ...(Object.keys(spec.arguments).length === 0 ? {} : { arguments: spec.arguments }),
  });
}

/** A classic queue is what comes of saying nothing. */
async function queue({ api }: Hands, { address, after }: Made): Promise<void> {
  const spec = after as QueueSpec;
  const type = spec.type === 'classic' ? {} : { 'x-queue-type': spec.type };
  await api.put(`/queues/${at(partOf(address, 0), partOf(address, 1))}`, {
    durable: true,
    arguments: { ...spec.arguments, ...type },
  });
}

async function binding({ api }: Hands, { address, after }: Made): Promise<void> {
  const { source, destinationType, destination, routingKey, arguments: table } = after as BindingSpec;
  const to = destinationType === 'queue' ? 'q' : 'e';
  await api.post(`/bindings/${at(partOf(address, 0))}/e/${at(source)}/${to}/${at(destination)}`, {
    routing_key: routingKey,
    ...(Object.keys(table).length === 0 ? {} : { arguments: table }),
  });
}

async function permission({ rabbitmq }: Hands, { address, after }: Made): Promise<void> {
  const { configure, write, read } = after as PermissionSpec;
  const [name, user] = [partOf(address, 0), partOf(address, 1)];
  await rabbitmq.rabbitmqctl(['set_permissions', '-p', name, user, configure, write, read]);
}

async function topicPermission({ rabbitmq }: Hands, { address, after }: Made): Promise<void> {
  const { write, read } = after as TopicPermissionSpec;
  const [name, user, onto] = [partOf(address, 0), partOf(address, 1), partOf(address, 2)];
  await rabbitmq.rabbitmqctl(['set_topic_permissions', '-p', name, user, onto, write, read]);
}

async function topic({ kafka }: Hands, { address, after }: Made): Promise<void> {
  const { partitions, replicationFactor, config = {} } = after as TopicSpec;
  await kafka.topicCommand([
    ...['--create', '--topic', partOf(address, 0)],
    ...(partitions === brokerDefault ? [] : ['--partitions', String(partitions)]),
    ...(replicationFactor === brokerDefault ? [] : ['--replication-factor', String(replicationFactor)]),
    ...Object.entries(config).flatMap(([key, value]) => ['--config', `${key}=${value}`]),
  ]);
}

async function kafkaUser({ kafka }: Hands, { address }: Made): Promise<void> {
  await configure(kafka, partOf(address, 0), 'SCRAM-SHA-512=[iterations=8192,password=by-hand]');
}

async function quota({ kafka }: Hands, { address, after }: Made): Promise<void> {
  const user = decodeURIComponent(/user=([^,]*)/.exec(address)?.[1] ?? '');
  const limits = Object.entries(after as Readonly<Record<string, number>>);
  const given = limits.map(([name, value]) => `${quotaNames[name] ?? name}=${value}`);
  await configure(kafka, user, given.join(','));
}

const quotaNames: Readonly<Record<string, string>> = {
  producerByteRate: 'producer_byte_rate',
  consumerByteRate: 'consumer_byte_rate',
  requestPercentage: 'request_percentage',
};

async function configure(kafka: Hands['kafka'], user: string, config: string): Promise<void> {
  await kafka.configCommand([
    '--alter',
    '--add-config',
    config,
    '--entity-type',
    'users',
    '--entity-name',
    user,
  ]);
}

/** All operations of one principal on one resource are one command. */
function aclGroups(changes: readonly Made[]): AclSpec[][] {
  const groups = new Map<string, AclSpec[]>();
  for (const { kind, after } of changes) {
    if (kind !== 'kafka:acl') continue;
    const acl = after as AclSpec;
    const key = JSON.stringify({ ...acl, operation: '' });
    groups.set(key, [...(groups.get(key) ?? []), acl]);
  }
  return [...groups.values()];
}

async function grant({ kafka }: Hands, group: readonly AclSpec[]): Promise<void> {
  const [acl] = group;
  if (acl === undefined) return;
  const { resource, pattern, name, principal, host, permission: kind } = acl;
  await kafka.aclCommand([
    ...['--add', `--${kind}-principal`, principal, `--${kind}-host`, host],
    ...group.flatMap(({ operation }) => ['--operation', operation.replaceAll('_', '')]),
    ...(resource === 'cluster' ? ['--cluster'] : [`--${resource.replaceAll('_', '-')}`, name]),
    ...['--resource-pattern-type', pattern],
  ]);
}
