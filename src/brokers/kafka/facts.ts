import { apiVersionsV3, describeClusterV1, metadataV12 } from '@platformatic/kafka';
import type { Told } from '../../core/audit.ts';
import type { AuditRequest, Context } from '../../core/broker.ts';
import { asAuditor } from '../../core/landscape.ts';
import { messageOf, PartialView } from '../../core/errors.ts';
import { strangeName } from './access.ts';
import { prepare, type Session } from './admin.ts';
import { requireAnswer } from './answers.ts';
import type { KafkaFacts, ScramUser } from './audit/facts.ts';
import { askEach, type Reached } from './facts/brokers.ts';
import { knockAll } from './facts/doors.ts';
import { ungranted } from './facts/ungranted.ts';
import { faultOf } from './faults.ts';
import { aclResources, scramMechanisms, type UserAnswer } from './normalize.ts';
import { describeAcls } from './read.ts';
import type { AclSpec, KafkaResource } from './resources.ts';
import type { KafkaEnvironment, KafkaService } from './schema.ts';
import { describeUsers } from './scram.ts';
import { operations, wordOf } from './words.ts';

type Request = AuditRequest<KafkaEnvironment, KafkaService, KafkaResource>;

/** Asks for each thing by itself: what the administrator may not be told is told as that. Throws ConnectionError where nobody answers. */
export async function gather(request: Request, context: Context): Promise<KafkaFacts> {
  const environment = asAuditor(request.landscape.environment);
  const dialer = await prepare(environment, context);
  const session = await dialer.first();
  try {
    const lacks = await lacking(session);
    const acls = await aclsOf(session, lacks);
    const { running, missing } = await brokersOf(session);
    const own = await askEach(running, dialer, {
      settings: lacks('describe_configs'),
      groups: lacks('describe'),
    });
    const answering = running.filter(({ id }) => !own.silent.has(id));
    const [openTo, knocked] = await Promise.all([
      ungranted(request, acls, answering, context),
      own.settings.is === 'told' ? knockAll(own.settings.value, environment, context) : [],
    ]);
    return {
      admin: session.admin,
      metadataVersion: await metadataVersionOf(session),
      settings: own.settings,
      silent: new Map([...missing.map((id) => [id, 'it does not run'] as const), ...own.silent]),
      acls,
      topics: await topicsOf(session, acls),
      users: await asked(session, async () => (await describeUsers(session)).map(scramUser)),
      groups: own.groups,
      ungranted: openTo,
      knocked,
    };
  } finally {
    await session.close();
  }
}

function scramUser({ user, credentialInfos }: UserAnswer): ScramUser {
  return {
    name: user,
    kept: credentialInfos.map(({ mechanism, iterations }) => ({
      mechanism: wordOf(scramMechanisms, mechanism),
      iterations,
    })),
  };
}

async function metadataVersionOf(session: Session): Promise<number | undefined> {
  const { supportedFeatures = [] } = await session.call(apiVersionsV3.api, 'mqwarden', '1');
  return supportedFeatures.find(({ name }) => name === 'metadata.version')?.maxVersion;
}

type Lacks = (operation: 'describe' | 'describe_configs') => Told<never> | undefined;

/** Without these rights Kafka answers as if there were nothing, or with a part. */
async function lacking(session: Session): Promise<Lacks> {
  const brokers = 1;
  const { clusterAuthorizedOperations: may } = await session.call(describeClusterV1.api, true, brokers);
  return (operation) => {
    if ((may & (1 << operations[operation])) !== 0) return undefined;
    const tool = operation === 'describe' ? 'Describe' : 'DescribeConfigs';
    return {
      is: 'lacked',
      why: `${session.admin} lacks ${operation.toUpperCase()} on the cluster`,
      needs: `${givenBy(session)} --operation ${tool} --cluster`,
    };
  };
}

async function asked<T>(session: Session, ask: () => Promise<T>): Promise<Told<T>> {
  try {
    return { is: 'told', value: await ask() };
  } catch (error) {
    if (!(error instanceof PartialView)) return { is: 'unknown', why: messageOf(error) };
    return {
      is: 'lacked',
      why: error.message,
      needs: error.hint ?? `give ${session.admin} the right to read it`,
    };
  }
}

async function aclsOf(session: Session, lacks: Lacks): Promise<KafkaFacts['acls']> {
  const lacked = lacks('describe');
  const answer = await describeAcls(session);
  const { name } = faultOf(answer.errorCode, answer.errorMessage);
  if (name === 'SECURITY_DISABLED') return { is: 'told', value: 'no authorizer' };
  if (lacked !== undefined) return lacked;
  return asked(session, () => {
    requireAnswer(session, 'the ACLs', answer.errorCode, answer.errorMessage);
    return Promise.resolve(aclResources(answer.resources).map(({ spec }) => spec));
  });
}

/**
 * A topic that may not be seen is left out without a word, and must not be taken for one that is not there: whoever may see all is told
 * of a name that nobody has, and of each that ACLs speak of, that it is not there.
 */
async function topicsOf(session: Session, acls: KafkaFacts['acls']): Promise<KafkaFacts['topics']> {
  const { topics } = await session.call(metadataV12.api, null, false, false);
  const seen = topics.flatMap(({ name }) => name ?? []);
  const spoken = acls.is === 'told' && acls.value !== 'no authorizer' ? acls.value.flatMap(topicIn) : [];
  const unseen = [...new Set([strangeName, ...spoken])].filter((name) => !seen.includes(name));
  const { topics: answers } = await session.call(metadataV12.api, unseen, false, false);
  const isHidden = answers.some(({ errorCode }) =>
    faultOf(errorCode, null).name.endsWith('AUTHORIZATION_FAILED'),
  );
  if (!isHidden) return { is: 'told', value: seen };
  return {
    is: 'lacked',
    why: `${session.admin} lacks DESCRIBE on topics`,
    needs: `${givenBy(session)} --operation Describe --topic '*'`,
  };
}

function topicIn({ resource, pattern, name }: AclSpec): string[] {
  return resource === 'topic' && pattern === 'literal' && name !== '*' ? [name] : [];
}

function givenBy({ endpoint, admin }: Session): string {
  return `run: kafka-acls --bootstrap-server ${endpoint} --add --allow-principal 'User:${admin}'`;
}

/** Those that run, and by their ids those that hold replicas and do not. */
async function brokersOf(session: Session): Promise<{ running: Reached[]; missing: number[] }> {
  const { brokers, topics } = await session.call(metadataV12.api, null, false, false);
  const running = brokers.map(({ nodeId: id, host, port }) => ({ id, host, port }));
  const holders = topics.flatMap(({ partitions }) => partitions.flatMap(({ replicaNodes }) => replicaNodes));
  const missing = [...new Set(holders)].filter((one) => running.every(({ id }) => id !== one));
  return { running, missing: missing.sort((a, b) => a - b) };
}
