import {
  createTopicsV7,
  describeConfigsV4,
  incrementalAlterConfigsV1,
  metadataV12,
} from '@platformatic/kafka';
import { partOf } from '../../../core/address.ts';
import type { Answer, Question } from '../../../core/proof.ts';
import type { Session } from '../admin.ts';
import { absent, allowed, errorName, isIn, refused, unknown } from './answers.ts';

/**
 * The metadata of a topic says what whoever asks may do to it. Where it may not even be described, whatever implies that is refused,
 * and the rest is asked by requests that change nothing.
 */
export async function askTopics(
  session: Session,
  questions: readonly Question[],
): Promise<readonly Answer[]> {
  const names = [...new Set(questions.map(({ at }) => partOf(at, 0)))];
  const { topics } = await session.call(metadataV12.api, names, false, true);
  const seen = new Map(topics.map((topic) => [topic.name ?? '', topic]));
  const mayCreate = await creatable(
    session,
    names.filter((name) => !isIn(seen.get(name)?.topicAuthorizedOperations ?? 0, 'create')),
  );
  const hidden = names.filter(
    (name) => errorName(seen.get(name)?.errorCode ?? -1) === 'TOPIC_AUTHORIZATION_FAILED',
  );
  const settings = {
    describe_configs: await readable(session, hidden),
    alter_configs: await alterable(session, hidden),
  };
  return questions.map(({ at, right }) => {
    const name = partOf(at, 0);
    const topic = seen.get(name);
    if (topic === undefined) return { is: 'unknown', why: 'Kafka did not answer for it' };
    if (right === 'create') return mayCreate.get(name) ?? allowed;
    const there = errorName(topic.errorCode);
    if (there === 'TOPIC_AUTHORIZATION_FAILED') {
      return right === 'describe_configs' || right === 'alter_configs'
        ? (settings[right].get(name) ?? refused)
        : refused;
    }
    if (there === 'UNKNOWN_TOPIC_OR_PARTITION' && topic.topicAuthorizedOperations <= 0) return absent;
    if (!isIn(topic.topicAuthorizedOperations, right)) return refused;
    return there === 'UNKNOWN_TOPIC_OR_PARTITION' ? absent : allowed;
  });
}

type ByName = ReadonlyMap<string, Answer>;

/** Only validated, never made. */
async function creatable(session: Session, names: readonly string[]): Promise<ByName> {
  if (names.length === 0) return new Map();
  const asked = names.map((name) => ({
    name,
    numPartitions: 1,
    replicationFactor: 1,
    assignments: [],
    configs: [],
  }));
  const { topics } = await session.call(createTopicsV7.api, asked, session.timeoutMs, true);
  return new Map(topics.map(({ name, errorCode }) => [name, mayOr(errorCode, created)]));
}

/** What is said once it is clear that the topic may be made. */
const created: ReadonlySet<string> = new Set([
  'NONE',
  'TOPIC_ALREADY_EXISTS',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_REPLICATION_FACTOR',
  'POLICY_VIOLATION',
]);

async function readable(session: Session, names: readonly string[]): Promise<ByName> {
  if (names.length === 0) return new Map();
  const asked = names.map((resourceName) => ({
    resourceType: topicType,
    resourceName,
    configurationKeys: ['cleanup.policy'],
  }));
  const { results } = await session.call(describeConfigsV4.api, asked, false, false);
  return new Map(results.map(({ resourceName, errorCode }) => [resourceName, mayOr(errorCode, looked)]));
}

/** Only validated; there is no such setting either. */
async function alterable(session: Session, names: readonly string[]): Promise<ByName> {
  if (names.length === 0) return new Map();
  const configs = [{ name: 'mqwarden.verify', configOperation: 0 as const, value: '' }];
  const asked = names.map((resourceName) => ({ resourceType: topicType, resourceName, configs }));
  const { responses } = await session.call(incrementalAlterConfigsV1.api, asked, true);
  return new Map(responses.map(({ resourceName, errorCode }) => [resourceName, mayOr(errorCode, looked)]));
}

const topicType = 2 as const;
const looked: ReadonlySet<string> = new Set([
  'NONE',
  'INVALID_CONFIG',
  'INVALID_REQUEST',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'POLICY_VIOLATION',
]);

function mayOr(code: number, yes: ReadonlySet<string>): Answer {
  const name = errorName(code);
  if (name.endsWith('AUTHORIZATION_FAILED')) return refused;
  return yes.has(name) ? allowed : unknown(code);
}
