import { createTopicsV7, describeGroupsV5, describeTransactionsV0, metadataV12 } from '@platformatic/kafka';
import { address, type Address } from '../../../core/address.ts';
import { verdictsOf } from '../../../core/access/model.ts';
import type { AuditRequest, Context, Credential } from '../../../core/broker.ts';
import { LoginRefused, messageOf } from '../../../core/errors.ts';
import { inPool } from '../../../core/pool.ts';
import { access, identity, strangeName } from '../access.ts';
import { isAbout } from '../access/ruling.ts';
import { clusterAddress } from '../access/things.ts';
import { type Dialer, prepareAs, type Session } from '../admin.ts';
import type { KafkaFacts, Ungranted } from '../audit/facts.ts';
import type { PlacedService } from '../compile/landscape.ts';
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

/** The controller judges, whichever broker is asked. */
const ofTheController: readonly Trial[] = [
  {
    what: 'create a topic',
    right: 'create',
    on: [clusterAddress, topicAddress(strangeName)],
    may: mayCreate,
  },
];

/** Each broker judges by its own settings. */
const ofEachBroker: readonly Trial[] = [
  {
    what: 'see a topic',
    right: 'describe',
    on: [topicAddress(strangeName)],
    may: async (session) => {
      // Whoever may see it is told that it is not there.
      const { topics } = await session.call(metadataV12.api, [strangeName], false, false);
      return isAllowed(topics[0]?.errorCode);
    },
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

export interface Reached {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

/** Logins at a time. */
const width = 8;

/**
 * What services may do that no ACL lets them do: all of them, where what has no ACL is open to everyone, or one, where it is a super
 * user. Either may be so on one broker of several.
 */
export async function ungranted(
  { landscape, stored }: Request,
  acls: KafkaFacts['acls'],
  brokers: readonly Reached[],
  context: Context,
): Promise<KafkaFacts['ungranted']> {
  if (acls.is !== 'told') return { why: 'who has a grant is not told' };
  if (acls.value === 'no authorizer') return { why: 'there is no authorizer' };
  const known = { acls: acls.value, may: verdictsOf(access(acls.value.map(asResource))) };
  const tried: Ungranted[] = [];
  const untried: string[] = [];
  await inPool(landscape.services, width, async (service) => {
    const credential = identity(service).by === 'password' ? stored(service.name) : undefined;
    if (credential === undefined || service.suspended === true) return;
    try {
      const dialer = await prepareAs(landscape.environment, as(service, credential), context);
      for await (const one of triedAs(dialer, brokers, known)) tried.push(one);
    } catch (error) {
      if (!(error instanceof LoginRefused)) untried.push(messageOf(error));
    }
  });
  return tried.length === 0 && untried.length === 0
    ? { why: 'there is no stored credential of a service without a grant to create topics' }
    : { tried, untried };
}

const as = (service: PlacedService, { username, password }: Credential) => ({ service, username, password });

interface Known {
  readonly acls: readonly AclSpec[];
  readonly may: ReturnType<typeof verdictsOf>;
}

async function* triedAs(dialer: Dialer, brokers: readonly Reached[], known: Known): AsyncIterable<Ungranted> {
  const principal = dialer.admin;
  const without = (all: readonly Trial[]) =>
    all.filter(({ on, right }) => on.every((at) => known.may({ principal, at, right }) === 'no'));
  const [first, each] = [without(ofTheController), without(ofEachBroker)];
  if (first.length > 0) yield* within(await dialer.first(), first, known);
  if (each.length > 0)
    for (const { id: broker, host, port } of brokers)
      for await (const one of within(await dialer.to(host, port), each, known)) yield { ...one, broker };
}

/** Until one tells. */
async function* within(
  session: Session,
  trials: readonly Trial[],
  { acls }: Known,
): AsyncIterable<Ungranted> {
  try {
    for (const { what, on, may } of trials) {
      const isOpen = await may(session);
      const tells = on.some((at) => !acls.some(isAbout(at)));
      yield { as: session.admin, what, may: isOpen ? 'allowed' : tells ? 'refused' : 'refused by an ACL' };
      if (isOpen || tells) return;
    }
  } finally {
    await session.close();
  }
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
