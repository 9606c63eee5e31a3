import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigResourceTypes, createTopicsV7, describeConfigsV4, metadataV12 } from '@platformatic/kafka';
import { partOf } from '../../../core/address.ts';
import type { Refusal } from '../../../core/broker.ts';
import { PartialView } from '../../../core/errors.ts';
import type { Session } from '../admin.ts';
import { requireAll, requireAnswer } from '../answers.ts';
import { creationBatches, creationRequest, inBatches } from '../batches.ts';
import { faultOf } from '../faults.ts';
import { overridesOf, type TopicAnswer, topicResource } from '../normalize.ts';
import type { TopicResource } from '../resources.ts';

interface Topics {
  readonly resources: readonly TopicResource[];
  readonly refusals: readonly Refusal[];
}

/** All topics that there are, and what the broker would refuse of the desired ones that are not. */
export async function readTopics(
  session: Session,
  desired: readonly TopicResource[],
  configsOf: 'declared' | 'all' = 'declared',
): Promise<Topics> {
  const live = await visibleTopics(session);
  const absent = desired.filter((topic) => !live.has(nameOf(topic)));
  const refusals = await confirmAbsent(session, absent, live);
  const declared = new Set(desired.map(nameOf));
  const asked =
    configsOf === 'all'
      ? [...live.keys()]
      : desired.filter((topic) => topic.spec.config !== undefined).map(nameOf);
  const { overrides, gone } = await readConfigs(
    session,
    asked.filter((name) => live.has(name)),
    declared,
  );
  for (const name of gone) live.delete(name);
  const resources = [...live].map(([name, answer]) => topicResource(name, answer, overrides.get(name)));
  return { resources, refusals };
}

function nameOf(topic: TopicResource): string {
  return partOf(topic.address, 0);
}

/** Topics that the administrator may describe; the broker leaves out the others without a word. */
export async function visibleTopics(session: Session): Promise<Map<string, TopicAnswer>> {
  const { topics } = await session.call(metadataV12.api, null, false, false);
  const visible = topics.filter(({ name, errorCode, partitions }) => {
    if (partitions.length > 0) return true;
    // Deleted while the broker was answering; any other error leaves open what there is.
    if (faultOf(errorCode, null).name !== 'UNKNOWN_TOPIC_OR_PARTITION')
      requireAnswer(session, `topic ${name ?? ''}`, errorCode);
    return false;
  });
  return new Map(visible.map((topic) => [topic.name ?? '', topic]));
}

/**
 * Metadata does not tell absent from hidden. Creating with `validateOnly` does, and at the same time shows what the broker
 * would refuse. A topic that came into being in between is added to `live`.
 */
async function confirmAbsent(
  session: Session,
  absent: readonly TopicResource[],
  live: Map<string, TopicAnswer>,
): Promise<Refusal[]> {
  const refusals: Refusal[] = [];
  const exist: string[] = [];
  const byName = new Map(absent.map((topic) => [nameOf(topic), topic]));
  for (const batch of creationBatches(absent.map((topic) => creationRequest(nameOf(topic), topic.spec)))) {
    const { topics } = await session.call(createTopicsV7.api, batch, session.timeoutMs, true);
    const [asked, answered] = [batch, topics].map((list) => list.map(({ name }) => name));
    requireAll(session, 'topic', asked ?? [], answered ?? []);
    for (const { name, errorCode, errorMessage } of topics) {
      const topic = byName.get(name);
      if (errorCode === 0 || topic === undefined) continue;
      if (faultOf(errorCode, errorMessage).name === 'TOPIC_ALREADY_EXISTS') exist.push(name);
      else refusals.push(refusalOf(session, topic, errorCode, errorMessage));
    }
  }
  if (exist.length > 0) await addLate(session, exist, live);
  return refusals;
}

/** What the broker would say tomorrow too. Anything else (a new controller, a throttle, a timeout) is no verdict. */
const verdict = /^(?:INVALID_.*|POLICY_VIOLATION|UNSUPPORTED_VERSION)$/;

function refusalOf(
  session: Session,
  topic: TopicResource,
  errorCode: number,
  message: string | null | undefined,
): Refusal {
  const fault = faultOf(errorCode, message);
  if (fault.name.endsWith('AUTHORIZATION_FAILED'))
    throw hidden(session, nameOf(topic), 'Create', fault.error);
  if (!verdict.test(fault.name)) requireAnswer(session, `topic ${nameOf(topic)}`, errorCode, message);
  const hint = fault.hint ?? 'change the topic in the topology';
  return { address: topic.address, action: 'create', reason: fault.error, hint };
}

/**
 * Topics that exist but were not in the metadata: hidden, or so new that the broker has not heard of them yet (its metadata
 * follows the controller's by up to seconds under load). Asked by name, the first is an authorization error at once.
 */
async function addLate(session: Session, exist: string[], live: Map<string, TopicAnswer>): Promise<void> {
  const deadline = Date.now() + session.timeoutMs;
  for (;;) {
    const { topics } = await session.call(metadataV12.api, exist, false, false);
    for (const topic of topics) {
      const { name, errorCode } = topic;
      const refused = faultOf(errorCode, null).name === 'TOPIC_AUTHORIZATION_FAILED';
      if (refused)
        throw hidden(session, name ?? '', 'Describe', 'it exists, but is left out of the metadata');
      if (topic.partitions.length > 0) live.set(name ?? '', topic);
    }
    const missing = exist.find((name) => !live.has(name));
    if (missing === undefined) return;
    if (Date.now() > deadline)
      throw hidden(session, missing, 'Describe', 'it exists, but the metadata lags behind');
    await sleep(lagPollMs);
  }
}

const lagPollMs = 50;

function hidden(session: Session, topic: string, operation: string, why: string): PartialView {
  return new PartialView(`whether topic ${topic} exists cannot be told by ${session.admin}: ${why}`, {
    endpoint: session.endpoint,
    hint:
      `run: kafka-acls --bootstrap-server ${session.endpoint} --add --allow-principal 'User:${session.admin}' ` +
      `--operation ${operation} --topic ${operation === 'Create' ? `'*'` : topic}`,
  });
}

/** `gone`: deleted while the broker was answering, and none of those that the topology `declared`. */
async function readConfigs(session: Session, names: readonly string[], declared: ReadonlySet<string>) {
  const overrides = new Map<string, Record<string, string>>();
  const gone: string[] = [];
  for (const batch of inBatches(names)) {
    const resources = batch.map((resourceName) => ({
      resourceType: ConfigResourceTypes.TOPIC,
      resourceName,
      configurationKeys: null,
    }));
    const { results } = await session.call(describeConfigsV4.api, resources, false, false);
    for (const { resourceName, errorCode, errorMessage, configs } of results) {
      const fault = faultOf(errorCode, errorMessage);
      if (fault.name.endsWith('AUTHORIZATION_FAILED'))
        throw hidden(session, resourceName, 'DescribeConfigs', fault.error);
      if (fault.name === 'UNKNOWN_TOPIC_OR_PARTITION' && !declared.has(resourceName)) gone.push(resourceName);
      else {
        requireAnswer(session, `the configs of topic ${resourceName}`, errorCode, errorMessage);
        overrides.set(resourceName, overridesOf(configs));
      }
    }
  }
  requireAll(session, 'the configs of topic', names, [...overrides.keys(), ...gone]);
  return { overrides, gone };
}
