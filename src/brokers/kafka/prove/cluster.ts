import { createTopicsV7, describeClusterV1, describeConfigsV4 } from '@platformatic/kafka';
import type { Answer, Question } from '../../../core/proof.ts';
import { strangeName } from '../access.ts';
import type { Session } from '../admin.ts';
import { allowed, errorName, isIn, noWay, refused } from './answers.ts';

/** Who may describe the cluster is told all that it may do; of others only some can be asked. */
export async function askCluster(
  session: Session,
  questions: readonly Question[],
): Promise<readonly Answer[]> {
  const brokers = 1;
  const { clusterAuthorizedOperations: field, brokers: known } = await session.call(
    describeClusterV1.api,
    true,
    brokers,
  );
  const isTold = isIn(field, 'describe');
  const others: Readonly<Record<string, () => Promise<Answer>>> = {
    describe: () => Promise.resolve(refused),
    describe_configs: () => mayReadSettings(session, String(known[0]?.brokerId ?? 0)),
    create: () => mayCreateAny(session),
  };
  const answers: Answer[] = [];
  for (const { right } of questions) {
    if (isTold) answers.push(isIn(field, right) ? allowed : refused);
    else answers.push((await others[right]?.()) ?? noWay);
  }
  return answers;
}

async function mayReadSettings(session: Session, broker: string): Promise<Answer> {
  const asked = [{ resourceType: brokerType, resourceName: broker, configurationKeys: ['broker.id'] }];
  const { results } = await session.call(describeConfigsV4.api, asked, false, false);
  return errorName(results[0]?.errorCode ?? -1).endsWith('AUTHORIZATION_FAILED') ? refused : allowed;
}

const brokerType = 4 as const;

/** Only validated: a name that no grant on topics is about. */
async function mayCreateAny(session: Session): Promise<Answer> {
  const topic = { name: strangeName, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  const { topics } = await session.call(createTopicsV7.api, [topic], session.timeoutMs, true);
  // By a wildcard on topics, too: then it is not told apart.
  return errorName(topics[0]?.errorCode ?? -1).endsWith('AUTHORIZATION_FAILED') ? refused : noWay;
}
