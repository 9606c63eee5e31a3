/**
 * The enumerations of Kafka's ACLs, as lower-case words and as the numbers of the protocol (org.apache.kafka.common.acl and
 * .resource). A number that this list does not know (a newer broker) becomes `unknown_17`, so that it still round-trips.
 */

export const resourceTypes = {
  topic: 2,
  group: 3,
  cluster: 4,
  transactional_id: 5,
  delegation_token: 6,
  user: 7,
} as const;
export type ResourceType = keyof typeof resourceTypes;

export const patternTypes = { literal: 3, prefixed: 4 } as const;
export type PatternType = keyof typeof patternTypes;

export const permissionTypes = { deny: 2, allow: 3 } as const;

export const operations = {
  all: 2,
  read: 3,
  write: 4,
  create: 5,
  delete: 6,
  alter: 7,
  describe: 8,
  cluster_action: 9,
  describe_configs: 10,
  alter_configs: 11,
  idempotent_write: 12,
  create_tokens: 13,
  describe_tokens: 14,
  two_phase_commit: 15,
} as const;
export type Operation = keyof typeof operations;

/** What each resource can be granted, besides `all` (AclEntry.supportedOperations of Kafka's authorizer). */
export const operationsOf: Readonly<Record<ResourceType, readonly Operation[]>> = {
  topic: ['read', 'write', 'create', 'describe', 'delete', 'alter', 'describe_configs', 'alter_configs'],
  group: ['read', 'describe', 'delete', 'describe_configs', 'alter_configs'],
  cluster: [
    'create',
    'cluster_action',
    'describe_configs',
    'alter_configs',
    'idempotent_write',
    'alter',
    'describe',
  ],
  transactional_id: ['describe', 'write', 'two_phase_commit'],
  delegation_token: ['describe'],
  user: ['create_tokens', 'describe_tokens'],
};

/** The one name that a cluster resource can have. */
export const clusterName = 'kafka-cluster';

type Table = Readonly<Record<string, number>>;

export function wordOf(table: Table, code: number): string {
  for (const word in table) if (table[word] === code) return word;
  return `unknown_${code}`;
}

/** The number of a word that `wordOf` gave; anything else is a bug of the caller. */
export function codeOf(table: Table, word: string): number {
  const code = table[word] ?? Number(/^unknown_(\d+)$/.exec(word)?.[1] ?? Number.NaN);
  if (Number.isNaN(code)) throw new Error(`no number for ${word}`);
  return code;
}

/** An operation that is allowed with another one (StandardAuthorizer); a DENY is of that operation alone. */
export const impliedBy: Readonly<Record<string, readonly string[]>> = {
  describe: ['read', 'write', 'delete', 'alter'],
  describe_configs: ['alter_configs'],
};
