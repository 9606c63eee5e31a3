/**
 * A Kafka administrator without anything of src/, and by another client library than src/ uses: for tests that look from
 * outside, or change by hand what mqwarden manages. SCRAM users and members of groups alone go by @platformatic/kafka: kafkajs has no call for them.
 */
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConfigResourceTypes as ResourceTypes,
  Connection,
  IncrementalAlterConfigOperationTypes,
  alterUserScramCredentialsV0,
  describeGroupsV5,
  describeUserScramCredentialsV0,
  incrementalAlterConfigsV1,
  leaveGroupV5,
} from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import type { Credentials } from './rabbitmq.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ConfigResourceTypes, ResourcePatternTypes } =
  kafkajs;

export interface KafkaEndpoint {
  readonly brokers: readonly string[];
  readonly ca: string;
  readonly admin: Credentials;
  /** For a listener that asks for one. */
  readonly client?: { readonly cert: string; readonly key: string };
}

/** All seven fields of an ACL's identity; the names are Kafka's, in capitals. */
export interface AclBinding {
  readonly resource: Exclude<keyof typeof AclResourceTypes, 'UNKNOWN' | 'ANY'>;
  readonly name: string;
  readonly pattern: 'LITERAL' | 'PREFIXED';
  /** For example `User:order-service`. */
  readonly principal: string;
  readonly host: string;
  readonly operation: Exclude<keyof typeof AclOperationTypes, 'UNKNOWN' | 'ANY'>;
  readonly permission: 'ALLOW' | 'DENY';
}

export interface KafkaAdmin {
  topics(): Promise<string[]>;
  createTopic(name: string, partitions?: number, config?: Readonly<Record<string, string>>): Promise<void>;
  deleteTopics(names: readonly string[]): Promise<void>;
  partitions(topic: string): Promise<number>;
  /** What was set on the topic itself, without defaults. */
  overrides(topic: string): Promise<Record<string, string>>;
  /** Sorted by principal, resource and operation; of every principal, or of one such as `User:order-service`. */
  acls(principal?: string): Promise<AclBinding[]>;
  createAcls(bindings: readonly AclBinding[]): Promise<void>;
  deleteAcls(bindings: readonly AclBinding[]): Promise<void>;
  /** Names of all users with SCRAM credentials, sorted. */
  scramUsers(): Promise<string[]>;
  setPassword(username: string, password: string, iterations?: number): Promise<void>;
  deleteScramUser(username: string): Promise<void>;
  /** Of the broker that is spoken to; null takes a setting back to what the broker was started with. */
  setBrokerConfig(id: number, config: Readonly<Record<string, string | null>>): Promise<void>;
  /** Takes all members of a group out of it; returns how many there were. */
  throwOut(group: string): Promise<number>;
  close(): Promise<void>;
}

export async function kafkaAdmin(at: KafkaEndpoint, as: Credentials = at.admin): Promise<KafkaAdmin> {
  const admin = new kafkajs.Kafka({
    clientId: 'mqwarden-test-admin',
    brokers: [...at.brokers],
    ssl: { ca: at.ca, ...at.client },
    sasl: { mechanism: 'scram-sha-512', ...as },
    logLevel: kafkajs.logLevel.NOTHING,
  }).admin();
  await admin.connect();
  return {
    topics: () => admin.listTopics(),
    createTopic: async (topic, numPartitions = 1, config = {}) => {
      const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
      const topics = [{ topic, numPartitions, replicationFactor: 1, configEntries }];
      // It waits for leaders of its own accord, and fails where the broker does not show the topic yet.
      await admin.createTopics({ topics, waitForLeaders: false });
      await led(admin, topic, numPartitions);
    },
    deleteTopics: (names) => admin.deleteTopics({ topics: [...names] }),
    partitions: async (topic) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0]?.partitions.length ?? 0;
    },
    overrides: (topic) => overrides(admin, topic),
    acls: (principal) => describeAcls(admin, principal),
    createAcls: async (bindings) => {
      await admin.createAcls({ acl: bindings.map(encoded) });
      await shown(admin, (there) => bindings.every((one) => there.has(sortKey(one))));
    },
    deleteAcls: async (bindings) => {
      await admin.deleteAcls({ filters: bindings.map(encoded) });
      await shown(admin, (there) => !bindings.some((one) => there.has(sortKey(one))));
    },
    ...scram(at, as),
    setBrokerConfig: (id, config) =>
      connected(at, as, (connection) => setBrokerConfig(connection, id, config)),
    throwOut: (group) => connected(at, as, (connection) => throwOut(connection, group)),
    close: () => admin.disconnect(),
  };
}

/**
 * The enumeration of kafkajs has a type and no value. Not "is no default": Kafka 4 sets min.insync.replicas for the whole
 * cluster by itself, and every topic then shows it as not default.
 */
const SET_ON_TOPIC = 1;

async function overrides(admin: kafkajs.Admin, topic: string): Promise<Record<string, string>> {
  const { resources } = await admin.describeConfigs({
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    includeSynonyms: false,
  });
  const own = (resources[0]?.configEntries ?? []).filter(
    (entry) => (entry.configSource as number) === SET_ON_TOPIC,
  );
  return Object.fromEntries(own.map((entry) => [entry.configName, entry.configValue]));
}

async function describeAcls(admin: kafkajs.Admin, principal: string | undefined): Promise<AclBinding[]> {
  const { resources } = await admin.describeAcls({
    resourceType: AclResourceTypes.ANY,
    resourcePatternType: ResourcePatternTypes.ANY,
    operation: AclOperationTypes.ANY,
    permissionType: AclPermissionTypes.ANY,
    ...(principal === undefined ? {} : { principal }),
  });
  const bindings = resources.flatMap(({ resourceType, resourceName, resourcePatternType, acls }) =>
    acls.map(
      (acl) =>
        ({
          resource: nameOf(AclResourceTypes, resourceType),
          name: resourceName,
          pattern: nameOf(ResourcePatternTypes, resourcePatternType),
          principal: acl.principal,
          host: acl.host,
          operation: nameOf(AclOperationTypes, acl.operation),
          permission: nameOf(AclPermissionTypes, acl.permissionType),
        }) as AclBinding,
    ),
  );
  return bindings.sort((a, b) => sortKey(a).localeCompare(sortKey(b), 'en'));
}

/** Reads lag writes: what a test did by hand must show before mqwarden is asked what is there. */
async function shown(admin: kafkajs.Admin, isShown: (there: ReadonlySet<string>) => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    if (isShown(new Set((await describeAcls(admin, undefined)).map(sortKey)))) return;
    await sleep(20);
  }
  throw new Error('what was written to the ACLs does not show within 20 s');
}

/** Returns when the broker shows the topic, and a leader of each partition. */
async function led(admin: kafkajs.Admin, topic: string, partitions: number): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const leaders = (topics[0]?.partitions ?? []).filter(({ leader }) => leader >= 0);
      if (leaders.length === partitions) return;
    } catch (error) {
      if (!(error instanceof kafkajs.KafkaJSError) || !error.retriable || Date.now() > deadline) throw error;
    }
    if (Date.now() > deadline) throw new Error(`${topic} has no leaders within 20 s`);
    await sleep(20);
  }
}

/** The enumerations of kafkajs lead from name to number only, whatever their types say. */
function nameOf(enumeration: object, value: number): string {
  return Object.entries(enumeration).find(([, number]) => number === value)?.[0] ?? String(value);
}

function sortKey(acl: AclBinding): string {
  return [acl.principal, acl.resource, acl.name, acl.pattern, acl.operation, acl.permission, acl.host].join(
    ' ',
  );
}

function encoded(binding: AclBinding): kafkajs.AclEntry {
  return {
    resourceType: AclResourceTypes[binding.resource],
    resourceName: binding.name,
    resourcePatternType: ResourcePatternTypes[binding.pattern],
    principal: binding.principal,
    host: binding.host,
    operation: AclOperationTypes[binding.operation],
    permissionType: AclPermissionTypes[binding.permission],
  };
}

const SCRAM_SHA_512 = 2;

function scram(
  at: KafkaEndpoint,
  as: Credentials,
): Pick<KafkaAdmin, 'scramUsers' | 'setPassword' | 'deleteScramUser'> {
  return {
    scramUsers: () =>
      connected(at, as, async (connection) => {
        const { results } = await describeUserScramCredentialsV0.api.async(connection, null);
        return results.map(({ user }) => user).sort();
      }),
    setPassword: async (name, password, iterations = 4096) => {
      await connected(at, as, async (connection) => {
        const salt = randomBytes(16);
        const saltedPassword = pbkdf2Sync(password, salt, iterations, 64, 'sha512');
        const upsertion = { name, mechanism: SCRAM_SHA_512, iterations, salt, saltedPassword };
        await alterUserScramCredentialsV0.api.async(connection, [], [upsertion]);
      });
      await letIn(at, { username: name, password });
    },
    deleteScramUser: (name) =>
      connected(at, as, async (connection) => {
        await alterUserScramCredentialsV0.api.async(connection, [{ name, mechanism: SCRAM_SHA_512 }], []);
      }),
  };
}

/** A broker takes a new password a moment after the controller has it. */
async function letIn(at: KafkaEndpoint, as: Credentials): Promise<void> {
  for (const deadline = Date.now() + 20_000; ;) {
    try {
      await connected(at, as, () => Promise.resolve());
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}

async function setBrokerConfig(
  connection: Connection,
  id: number,
  config: Readonly<Record<string, string | null>>,
): Promise<void> {
  const { SET, DELETE } = IncrementalAlterConfigOperationTypes;
  const configs = Object.entries(config).map(([name, value]) =>
    value === null ? { name, configOperation: DELETE } : { name, value, configOperation: SET },
  );
  const resource = { resourceType: ResourceTypes.BROKER, resourceName: String(id), configs };
  await incrementalAlterConfigsV1.api.async(connection, [resource], false);
}

async function throwOut(connection: Connection, group: string): Promise<number> {
  const { groups } = await describeGroupsV5.api.async(connection, [group], false);
  const members = groups.flatMap((one) => one.members.map(({ memberId }) => ({ memberId, reason: 'test' })));
  if (members.length > 0) await leaveGroupV5.api.async(connection, group, members);
  return members.length;
}

async function connected<T>(
  at: KafkaEndpoint,
  as: Credentials,
  act: (connection: Connection) => Promise<T>,
): Promise<T> {
  const [host = 'localhost', port] = at.brokers[0]?.split(':') ?? [];
  const connection = new Connection('mqwarden-test-admin', {
    tls: { ca: at.ca, ...at.client },
    tlsServerName: host,
    sasl: { mechanism: 'SCRAM-SHA-512', username: as.username, password: as.password },
  });
  try {
    await connection.connect(host, Number(port));
    return await act(connection);
  } finally {
    await connection.close();
  }
}
