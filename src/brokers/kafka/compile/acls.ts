import type { Address } from '../../../core/address.ts';
import { principalOf } from '../names.ts';
import { aclAddress, type AclResource, type AclSpec } from '../resources.ts';
import type { KafkaGrant, KafkaService } from '../schema.ts';
import { clusterName, type Operation, type PatternType, type ResourceType } from '../words.ts';
import type { PlacedService } from './landscape.ts';
import { principalOfService } from './principals.ts';

/** Operations on one resource, with the words of the topology that ask for them. */
interface Grant {
  readonly resource: ResourceType;
  readonly pattern: PatternType;
  readonly name: string;
  readonly operations: readonly Operation[];
  readonly because: string;
  readonly permission?: 'allow' | 'deny';
  /** Undefined: every host of the service. */
  readonly host?: string | undefined;
}

/** The ACLs of one service: what it does, then its literal grants; equal bindings are joined. */
export function serviceAcls(service: PlacedService): AclResource[] {
  const { section } = service;
  const grants = [
    ...produceGrants(section),
    ...consumeGrants(section),
    ...streamsGrants(section),
    ...literalGrants(section),
  ];
  const principal = principalOf(principalOfService(service));
  const joined = new Map<Address, { spec: AclSpec; reasons: Set<string> }>();
  for (const grant of grants) {
    for (const spec of bindings(grant, principal, section.hosts ?? ['*'])) {
      const at = aclAddress(spec);
      const known = joined.get(at) ?? { spec, reasons: new Set<string>() };
      known.reasons.add(grant.because);
      joined.set(at, known);
    }
  }
  return [...joined].map(([address, { spec, reasons }]) => ({
    kind: 'kafka:acl',
    address,
    service: service.name,
    spec,
    because: [...reasons].join('; '),
  }));
}

function bindings(grant: Grant, principal: string, hosts: readonly string[]): AclSpec[] {
  const { resource, pattern, name, permission = 'allow' } = grant;
  const from = grant.host === undefined ? hosts : [grant.host];
  return from.flatMap((host) =>
    grant.operations.map((operation) => ({
      resource,
      pattern,
      name,
      principal,
      host,
      operation,
      permission,
    })),
  );
}

interface Target {
  readonly topic?: string | undefined;
  readonly prefix?: string | undefined;
}

const topicOf = (target: Target) =>
  target.prefix === undefined
    ? ({ resource: 'topic', pattern: 'literal', name: target.topic ?? '' } as const)
    : ({ resource: 'topic', pattern: 'prefixed', name: target.prefix } as const);

/** How a person would call the target: `orders`, or `orders.*` for a prefix. */
export function targetLabel(target: Target): string {
  return target.prefix === undefined ? (target.topic ?? '') : `${target.prefix}*`;
}

/**
 * Produce needs WRITE; DESCRIBE is for the metadata of the topic and of the transactional id (KIP-98). Since KIP-679 (Kafka 3.0)
 * an idempotent producer needs no more than that, and mqwarden needs newer brokers: IDEMPOTENT_WRITE on the cluster is only what
 * `kafka-acls --idempotent` adds. CREATE is only for those who make their topics by producing; `kafka-acls --producer` always
 * adds it.
 */
function produceGrants(section: KafkaService): Grant[] {
  const asTool = section.grantStyle === 'kafka-acls';
  const creates = section.createTopics === true || asTool;
  return (section.produces ?? []).flatMap((intent): Grant[] => {
    const because = `produces ${targetLabel(intent)}`;
    const onTopic: Operation[] = creates ? ['write', 'describe', 'create'] : ['write', 'describe'];
    const grants: Grant[] = [{ ...topicOf(intent), operations: onTopic, because }];
    if (intent.transactionalId !== undefined) {
      const transactional = {
        resource: 'transactional_id',
        pattern: 'literal',
        name: intent.transactionalId,
      } as const;
      grants.push({ ...transactional, operations: ['write', 'describe'], because });
    }
    if (asTool && intent.idempotent === true) {
      const cluster = { resource: 'cluster', pattern: 'literal', name: clusterName } as const;
      grants.push({ ...cluster, operations: ['idempotent_write'], because: `${because} idempotently` });
    }
    return grants;
  });
}

/** READ fetches, DESCRIBE finds partitions and offsets; READ on the group joins it and commits. */
function consumeGrants(section: KafkaService): Grant[] {
  return (section.consumes ?? []).flatMap((intent): Grant[] => {
    const because = `consumes ${targetLabel(intent)} as ${intent.group}`;
    return [
      { ...topicOf(intent), operations: ['read', 'describe'], because },
      { resource: 'group', pattern: 'literal', name: intent.group, operations: ['read'], because },
    ];
  });
}

/**
 * A Kafka Streams application creates its changelog and repartition topics `<applicationId>-…` itself (CREATE), writes and
 * restores them (WRITE, READ, DESCRIBE) and purges consumed repartition records (DeleteRecords: DELETE). Its group is the
 * application id, exactly; with exactly-once, its transactional ids are `<applicationId>-<process>-<thread>`. What it reads
 * from and writes to outside is said by `consumes` and `produces`.
 */
function streamsGrants(section: KafkaService): Grant[] {
  if (section.streams === undefined) return [];
  const { applicationId } = section.streams;
  const because = `runs the Kafka Streams application ${applicationId}`;
  const own = { pattern: 'prefixed', name: `${applicationId}-`, because } as const;
  return [
    { ...own, resource: 'topic', operations: ['read', 'write', 'describe', 'create', 'delete'] },
    { ...own, resource: 'transactional_id', operations: ['write', 'describe'] },
    { resource: 'group', pattern: 'literal', name: applicationId, operations: ['read'], because },
  ];
}

function literalGrants(section: KafkaService): Grant[] {
  return (section.grants ?? []).map(literalGrant);
}

/** What a literal grant comes to. */
export function grantSpecs(service: PlacedService, grant: KafkaGrant): AclSpec[] {
  const principal = principalOf(principalOfService(service));
  return bindings(literalGrant(grant), principal, service.section.hosts ?? ['*']);
}

function literalGrant(grant: KafkaGrant): Grant {
  return {
    resource: grant.resource,
    pattern: grant.pattern,
    name: grant.name ?? clusterName,
    operations: grant.operations,
    permission: grant.permission,
    host: grant.host,
    because: grant.reason,
  };
}
