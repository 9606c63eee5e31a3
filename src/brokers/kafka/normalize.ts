import { canonicalConfig } from './config.ts';
import {
  aclAddress,
  type AclResource,
  newUser,
  quotaAddress,
  type QuotaResource,
  topicAddress,
  type TopicResource,
  userAddress,
  type UserResource,
} from './resources.ts';
import type { Warning } from '../../core/broker.ts';
import { operations, patternTypes, permissionTypes, resourceTypes, wordOf } from './words.ts';

/** Broker responses to resources. Pure; the shapes are those of the protocol, cut down to what is used. */

export interface TopicAnswer {
  readonly name?: string | null | undefined;
  readonly errorCode: number;
  readonly partitions: readonly { readonly replicaNodes: readonly number[] }[];
}

/** `overrides`: the topic's own configs; undefined where they were not asked for. */
export function topicResource(
  name: string,
  answer: TopicAnswer,
  overrides: Readonly<Record<string, string>> | undefined,
): TopicResource {
  const replicationFactor = answer.partitions[0]?.replicaNodes.length ?? 0;
  const config = overrides === undefined ? {} : { config: canonicalConfig(overrides) };
  return {
    kind: 'kafka:topic',
    address: topicAddress(name),
    spec: { partitions: answer.partitions.length, replicationFactor, ...config },
  };
}

/** ConfigSource DYNAMIC_TOPIC_CONFIG: set on the topic itself. */
const ownConfig = 1;

export interface ConfigAnswer {
  readonly name: string;
  readonly value?: string | null | undefined;
  readonly configSource: number;
}

export function overridesOf(configs: readonly ConfigAnswer[]): Record<string, string> {
  const own = configs.filter(({ configSource }) => configSource === ownConfig);
  return Object.fromEntries(own.map(({ name, value }) => [name, value ?? '']));
}

export interface AclAnswer {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly resourcePatternType: number;
  readonly acls: readonly {
    readonly principal: string;
    readonly host: string;
    readonly operation: number;
    readonly permissionType: number;
  }[];
}

export function aclResources(answers: readonly AclAnswer[]): AclResource[] {
  return answers.flatMap((answer) =>
    answer.acls.map((acl): AclResource => {
      const spec = {
        resource: wordOf(resourceTypes, answer.resourceType),
        pattern: wordOf(patternTypes, answer.resourcePatternType),
        name: answer.resourceName,
        principal: acl.principal,
        host: acl.host,
        operation: wordOf(operations, acl.operation),
        permission: wordOf(permissionTypes, acl.permissionType),
      };
      return { kind: 'kafka:acl', address: aclAddress(spec), spec };
    }),
  );
}

export const scramMechanisms = { 'SCRAM-SHA-256': 1, 'SCRAM-SHA-512': 2 } as const;

export interface UserAnswer {
  readonly user: string;
  readonly errorCode: number;
  readonly credentialInfos: readonly { readonly mechanism: number; readonly iterations: number }[];
}

/**
 * One resource a user, by its strongest mechanism. Worth a warning: a second mechanism, which is a second way in, and a
 * password that is salted with few iterations, which only a new one puts right.
 */
export function userResources(answers: readonly UserAnswer[]): {
  users: UserResource[];
  warnings: Warning[];
} {
  const users: UserResource[] = [];
  const warnings: Warning[] = [];
  for (const { user, credentialInfos } of answers) {
    const [strongest, ...others] = [...credentialInfos].sort((a, b) => b.mechanism - a.mechanism);
    if (strongest === undefined) continue;
    const mechanism = wordOf(scramMechanisms, strongest.mechanism);
    const at = userAddress(user);
    const { iterations } = strongest;
    users.push({ kind: 'kafka:user', address: at, spec: { mechanism, iterations } });
    if (mechanism === newUser.mechanism && iterations < newUser.iterations) {
      const message = `its password has ${iterations} iterations, below ${newUser.iterations}: rotate it`;
      warnings.push({ address: at, message });
    }
    for (const { mechanism: code } of others) {
      const message = `can also log in by ${wordOf(scramMechanisms, code)}, which is left as it is`;
      warnings.push({ address: at, message });
    }
  }
  return { users, warnings };
}

export interface QuotaAnswer {
  readonly entity: readonly {
    readonly entityType: string;
    readonly entityName?: string | null | undefined;
  }[];
  readonly values: readonly { readonly key: string; readonly value: number }[];
}

export function quotaResources(answers: readonly QuotaAnswer[]): QuotaResource[] {
  return answers.map(({ entity, values }) => ({
    kind: 'kafka:quota',
    address: quotaAddress(
      Object.fromEntries(entity.map(({ entityType, entityName }) => [entityType, entityName ?? null])),
    ),
    spec: Object.fromEntries(values.map(({ key, value }) => [camelCase(key), value])),
  }));
}

function camelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** `producerByteRate` to the protocol's `producer_byte_rate`. */
export function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
