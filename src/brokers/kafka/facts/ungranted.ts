import { createTopicsV7, describeGroupsV5, describeTransactionsV0 } from '@platformatic/kafka';
import { address, type Address } from '../../../core/address.ts';
import { verdictsOf } from '../../../core/access/model.ts';
import type { AuditRequest, Context } from '../../../core/broker.ts';
import { LoginRefused, messageOf } from '../../../core/errors.ts';
import { access, identity, strangeName } from '../access.ts';
import { isAbout } from '../access/ruling.ts';
import { clusterAddress } from '../access/things.ts';
import { prepareAs, type Session } from '../admin.ts';
import type { KafkaFacts } from '../audit/facts.ts';
import { faultOf } from '../faults.ts';
import { aclAddress, type AclSpec, type KafkaResource, topicAddress } from '../resources.ts';
import type { KafkaEnvironment, KafkaService } from '../schema.ts';

type Request = AuditRequest<KafkaEnvironment, KafkaService, KafkaResource>;

/** A thing that nobody has, and what to ask about it: answered without an effect. */
interface Trial {
  readonly what: string;
  readonly right: string;
  /** Rights on any of these let it pass. */
  readonly on: readonly Address[];
  readonly may: (session: Session) => Promise<boolean>;
}

const trials: readonly Trial[] = [
  {
    what: 'create a topic',
    right: 'create',
    on: [clusterAddress, topicAddress(strangeName)],
    may: mayCreate,
  },
  {
    what: 'describe a group',
    right: 'describe',
    on: [address('kafka:group', strangeName)],
    may: async (session) => {
      const { groups } = await session.call(describeGroupsV5.api, [strangeName], false);
      return isAllowed(groups[0]?.errorCode);
    },
  },
  {
    what: 'describe a transactional id',
    right: 'describe',
    on: [address('kafka:transactional-id', strangeName)],
    may: async (session) => {
      const { transactionStates } = await session.call(describeTransactionsV0.api, [strangeName]);
      return isAllowed(transactionStates[0]?.errorCode);
    },
  },
];

/** What a service may do that no ACL lets it do. */
export async function ungranted(
  { landscape, stored }: Request,
  acls: KafkaFacts['acls'],
  context: Context,
): Promise<KafkaFacts['ungranted']> {
  if (acls.is !== 'told') return { why: 'who has a grant is not told' };
  if (acls.value === 'no authorizer') return { why: 'there is no authorizer' };
  const may = verdictsOf(access(acls.value.map(asResource)));
  for (const service of landscape.services) {
    const credential = identity(service).by === 'password' ? stored(service.name) : undefined;
    if (credential === undefined || service.suspended === true) continue;
    const principal = credential.username;
    const some = trials.filter(({ on, right }) => on.every((at) => may({ principal, at, right }) === 'no'));
    if (some.length === 0) continue;
    const as = { service, username: principal, password: credential.password };
    try {
      const session = await (await prepareAs(landscape.environment, as, context)).first();
      try {
        return await tried(some, acls.value, session, principal);
      } finally {
        await session.close();
      }
    } catch (error) {
      if (error instanceof LoginRefused) continue;
      return { why: messageOf(error) };
    }
  }
  return { why: 'there is no stored credential of a service without a grant to create topics' };
}

/**
 * Where an ACL is about a thing, whoever has none of their own is refused, whatever holds for things that no ACL is about: a refusal
 * says something only of a thing without.
 */
async function tried(
  some: readonly Trial[],
  acls: readonly AclSpec[],
  session: Session,
  as: string,
): Promise<KafkaFacts['ungranted']> {
  for (const { what, on, may } of some) {
    if (await may(session)) return { as, may: 'allowed', what };
    if (on.some((at) => !acls.some(isAbout(at)))) return { as, may: 'refused', what };
  }
  return { why: `whatever ${as} has no grant for, there are ACLs for all of it` };
}

function asResource(spec: AclSpec): KafkaResource {
  return { kind: 'kafka:acl', address: aclAddress(spec), spec };
}

/** Only validated: nothing is made. */
async function mayCreate(session: Session): Promise<boolean> {
  const topic = { name: strangeName, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  const { topics } = await session.call(createTopicsV7.api, [topic], session.timeoutMs, true);
  return isAllowed(topics[0]?.errorCode);
}

function isAllowed(code = -1): boolean {
  return !faultOf(code, null).name.endsWith('AUTHORIZATION_FAILED');
}
