import type { Warning } from '../../../core/broker.ts';
import type { Problem } from '../../../core/errors.ts';
import { canonicalConfig } from '../config.ts';
import { metricName } from '../names.ts';
import { brokerDefault, topicAddress, type TopicResource, type TopicSpec } from '../resources.ts';
import type { KafkaTopic } from '../schema.ts';
import type { PlacedService } from './landscape.ts';

/** A topic with the service whose file declares it. */
export interface OwnedTopic {
  readonly name: string;
  readonly owner: PlacedService;
  readonly topic: KafkaTopic;
}

export type OwnedTopics = ReadonlyMap<string, OwnedTopic>;

export function ownTopics(services: readonly PlacedService[]): { topics: OwnedTopics; problems: Problem[] } {
  const topics = new Map<string, OwnedTopic>();
  const problems: Problem[] = [];
  for (const owner of services) {
    for (const [name, topic] of Object.entries(owner.section.topics ?? {})) {
      const other = topics.get(name);
      if (other === undefined) topics.set(name, { name, owner, topic });
      else {
        problems.push({
          message: `topic ${name} is owned by ${other.owner.name} and again by ${owner.name}`,
          position: owner.locate(['topics', name]),
          hint: 'keep it in one service; the other says `produces` or `consumes`',
          related: [
            { message: `first owned by ${other.owner.name}`, position: other.owner.locate(['topics', name]) },
          ],
        });
      }
    }
  }
  return { topics, problems };
}

export function topicResource({ name, owner, topic }: OwnedTopic): TopicResource {
  const spec: TopicSpec = {
    partitions: topic.partitions ?? brokerDefault,
    replicationFactor: topic.replicationFactor ?? brokerDefault,
    ...(topic.config === undefined ? {} : { config: canonicalConfig(topic.config) }),
  };
  return {
    kind: 'kafka:topic',
    address: topicAddress(name),
    service: owner.name,
    spec,
    because: `owned by ${owner.name}`,
  };
}

/** Topics whose metrics Kafka would mix up (it refuses the second one, or warns, depending on its version). */
export function collisions(topics: OwnedTopics): Warning[] {
  const first = new Map<string, string>();
  const warnings: Warning[] = [];
  for (const name of [...topics.keys()].sort()) {
    const key = metricName(name);
    const other = first.get(key);
    if (other === undefined) first.set(key, name);
    else {
      const message = `collides with topic ${other}: Kafka's metrics do not tell "." from "_", and it may refuse the second`;
      warnings.push({ address: topicAddress(name), message });
    }
  }
  return warnings;
}
