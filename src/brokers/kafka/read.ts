import {
  apiVersionsV3,
  describeAclsV3,
  describeClientQuotasV1,
  describeClusterV1,
} from '@platformatic/kafka';
import type { Context, Observation, Reading, Scope } from '../../core/broker.ts';
import type { Placed } from '../../core/landscape.ts';
import { PartialView } from '../../core/errors.ts';
import { prepare, type Session } from './admin.ts';
import { requireAnswer } from './answers.ts';
import { aclResources, quotaResources, userResources } from './normalize.ts';
import { readTopics } from './read/topics.ts';
import { recall } from './recall.ts';
import type { KafkaResource } from './resources.ts';
import type { KafkaEnvironment } from './schema.ts';
import { describeUsers } from './scram.ts';
import { operations } from './words.ts';

/**
 * The whole live state of the cluster: all topics, ACLs, users and quotas; configs only of topics that are declared with a
 * `config`. Throws PartialView rather than leave something out that the topology declares.
 */
export function read(
  target: Placed<KafkaEnvironment>,
  scope: Scope<KafkaResource>,
  context: Context,
): Promise<Reading<KafkaResource>> {
  return inSession(target, context, async (session) => {
    const { observed, refusals } = await look(session, scope, 'declared');
    return { ...recall(observed, target, scope), refusals, unknown: [] };
  });
}

/** The same with the configs of every topic, and the version of the cluster. */
export function observe(
  target: Placed<KafkaEnvironment>,
  scope: Scope<KafkaResource>,
  context: Context,
): Promise<Observation<KafkaResource>> {
  return inSession(target, context, async (session) => {
    const { observed } = await look(session, scope, 'all');
    return { ...observed, version: await versionOf(session) };
  });
}

async function inSession<Answer>(
  target: Placed<KafkaEnvironment>,
  context: Context,
  ask: (session: Session) => Promise<Answer>,
): Promise<Answer> {
  const dialer = await prepare(target, context);
  const session = await dialer.first();
  try {
    await requireView(session);
    return await ask(session);
  } finally {
    await session.close();
  }
}

async function look(session: Session, { desired }: Scope<KafkaResource>, configsOf: 'declared' | 'all') {
  const declared = desired.filter((one) => one.kind === 'kafka:topic');
  const [topics, acls, users, quotas] = await Promise.all([
    readTopics(session, declared, configsOf),
    readAcls(session),
    describeUsers(session),
    readQuotas(session),
  ]);
  const { users: known, warnings } = userResources(users);
  const resources = [...topics.resources, ...acls, ...known, ...quotas];
  const observed: Observation<KafkaResource> = { version: '', resources, warnings, facts: {} };
  return { observed, refusals: topics.refusals };
}

/** Brokers do not tell their release; the level of their metadata follows from it. */
async function versionOf(session: Session): Promise<string> {
  const { finalizedFeatures = [] } = await session.call(apiVersionsV3.api, 'mqwarden', '1');
  const level = finalizedFeatures.find(({ name }) => name === 'metadata.version')?.maxVersionLevel;
  return level === undefined ? 'unknown' : `metadata.version ${level}`;
}

/** Without these, the broker answers as if ACLs, users or quotas were not there, or not at all. */
const needed = ['describe', 'describe_configs'] as const;
const toolNames = { describe: 'Describe', describe_configs: 'DescribeConfigs' } as const;

async function requireView(session: Session): Promise<void> {
  const brokers = 1;
  const cluster = await session.call(describeClusterV1.api, true, brokers);
  requireAnswer(session, 'the cluster', cluster.errorCode, cluster.errorMessage);
  const allowed = cluster.clusterAuthorizedOperations;
  const missing = needed.filter((operation) => (allowed & (1 << operations[operation])) === 0);
  if (missing.length === 0) return;
  const asked = missing.map((operation) => `--operation ${toolNames[operation]}`).join(' ');
  throw new PartialView(
    `the administrator ${session.admin} sees only a part of Kafka at ${session.endpoint}: it lacks ${missing.map((operation) => operation.toUpperCase()).join(' and ')} on the cluster`,
    {
      endpoint: session.endpoint,
      hint: `run: kafka-acls --bootstrap-server ${session.endpoint} --add --allow-principal 'User:${session.admin}' ${asked} --cluster`,
    },
  );
}

const any = 1;

/** All of them, as Kafka answers: whoever asks judges the error. */
export function describeAcls(session: Session): ReturnType<typeof describeAclsV3.api.async> {
  return session.call(describeAclsV3.api, {
    resourceType: any,
    resourceName: null,
    resourcePatternType: any,
    principal: null,
    host: null,
    operation: any,
    permissionType: any,
  });
}

export async function readAcls(session: Session): Promise<KafkaResource[]> {
  const answer = await describeAcls(session);
  requireAnswer(session, 'the ACLs', answer.errorCode, answer.errorMessage);
  return aclResources(answer.resources);
}

async function readQuotas(session: Session): Promise<KafkaResource[]> {
  const answer = await session.call(describeClientQuotasV1.api, [], false);
  requireAnswer(session, 'the quotas', answer.errorCode, answer.errorMessage);
  return quotaResources(answer.entries ?? []);
}
