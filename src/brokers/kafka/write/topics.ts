import {
  ConfigResourceTypes,
  createPartitionsV3,
  createTopicsV7,
  deleteTopicsV6,
  IncrementalAlterConfigOperationTypes,
  incrementalAlterConfigsV1,
} from '@platformatic/kafka';
import { partOf } from '../../../core/address.ts';
import type { Outcome } from '../../../core/broker.ts';
import type { Change } from '../../../core/resource.ts';
import type { Session } from '../admin.ts';
import { creationBatches, creationRequest, inBatches } from '../batches.ts';
import { type ConfigChange, changedConfig } from '../kinds/topic.ts';
import type { TopicResource } from '../resources.ts';
import { done, outcomeOf, type Report, required, unanswered } from './outcome.ts';

type TopicChange = Change<TopicResource>;

const nameOf = (change: TopicChange) => partOf(change.address, 0);

function byName(changes: readonly TopicChange[]): Map<string, TopicChange> {
  return new Map(changes.map((change) => [nameOf(change), change]));
}

/** Each topic with its own configs, many in one request. */
export async function createTopics(
  session: Session,
  changes: readonly TopicChange[],
  report: Report,
): Promise<void> {
  const named = byName(changes);
  const requests = changes.map((change) => creationRequest(nameOf(change), required(change.after, change)));
  for (const batch of creationBatches(requests)) {
    const { topics } = await session.call(createTopicsV7.api, batch, session.timeoutMs, false);
    for (const { name, errorCode, errorMessage } of topics) {
      const change = named.get(name);
      if (change !== undefined) report(change, outcomeOf(errorCode, errorMessage));
    }
  }
}

export async function deleteTopics(
  session: Session,
  changes: readonly TopicChange[],
  report: Report,
): Promise<void> {
  const named = byName(changes);
  for (const batch of inBatches(changes)) {
    const request = batch.map((change) => ({ name: nameOf(change) }));
    const { responses } = await session.call(deleteTopicsV6.api, request, session.timeoutMs);
    for (const { name, errorCode, errorMessage } of responses) {
      const change = named.get(name ?? '');
      if (change !== undefined)
        report(change, outcomeOf(errorCode, errorMessage, 'UNKNOWN_TOPIC_OR_PARTITION'));
    }
  }
}

/** Configs first: they may be what makes more partitions bearable. A topic whose configs failed keeps its partitions. */
export async function updateTopics(
  session: Session,
  changes: readonly TopicChange[],
  report: Report,
): Promise<void> {
  for (const batch of inBatches(changes)) {
    const configured = await alterConfigs(
      session,
      batch.filter((change) => configOf(change).length > 0),
    );
    const fine = batch.filter((change) => (configured.get(nameOf(change)) ?? done).status === 'done');
    const grown = await growPartitions(session, fine.filter(grows));
    for (const change of batch) {
      const name = nameOf(change);
      const failed = [configured.get(name), grown.get(name)].find(
        (one) => one !== undefined && one.status !== 'done',
      );
      report(change, failed ?? done);
    }
  }
}

function configOf(change: TopicChange): ConfigChange[] {
  return changedConfig(required(change.before, change), required(change.after, change));
}

function grows(change: TopicChange): boolean {
  return required(change.after, change).partitions > required(change.before, change).partitions;
}

const { SET, DELETE } = IncrementalAlterConfigOperationTypes;

/** Only incrementally: the older AlterConfigs replaces the whole set of overrides. */
async function alterConfigs(
  session: Session,
  changes: readonly TopicChange[],
): Promise<Map<string, Outcome>> {
  if (changes.length === 0) return new Map();
  const resources = changes.map((change) => ({
    resourceType: ConfigResourceTypes.TOPIC,
    resourceName: nameOf(change),
    configs: configOf(change).map(({ name, to }) =>
      to === undefined ? { name, configOperation: DELETE } : { name, configOperation: SET, value: to },
    ),
  }));
  const { responses } = await session.call(incrementalAlterConfigsV1.api, resources, false);
  return outcomes(
    changes,
    responses.map((one) => [one.resourceName, outcomeOf(one.errorCode, one.errorMessage)]),
  );
}

async function growPartitions(
  session: Session,
  changes: readonly TopicChange[],
): Promise<Map<string, Outcome>> {
  if (changes.length === 0) return new Map();
  const topics = changes.map((change) => {
    const count = required(change.after, change).partitions;
    return { name: nameOf(change), count, assignments: null };
  });
  const { results } = await session.call(createPartitionsV3.api, topics, session.timeoutMs, false);
  return outcomes(
    changes,
    results.map((one) => [one.name, outcomeOf(one.errorCode, one.errorMessage)]),
  );
}

/** By name, one for each change: what the broker does not mention has failed. */
function outcomes(
  changes: readonly TopicChange[],
  answers: readonly (readonly [string, Outcome])[],
): Map<string, Outcome> {
  return new Map([...changes.map((change) => [nameOf(change), unanswered] as const), ...answers]);
}
