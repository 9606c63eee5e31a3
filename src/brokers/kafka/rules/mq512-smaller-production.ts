import { durationText } from '../../../core/duration.ts';
import type { Position } from '../../../core/errors.ts';
import { isCompacted, numberIn, type SiteTopic, topicsOf } from './topics.ts';
import type { KafkaRule, KafkaSite } from './rule.ts';

export const smallerProduction: KafkaRule = {
  id: 'MQ512',
  name: 'smaller-production',
  severity: 'warning',
  summary: 'In production, a topic is smaller than in another environment.',
  why: `What was tried with three replicas, twelve partitions or a week of messages is what people believe to have in production. A size that is
lower there was mostly set for a smaller place and ended up in the topology of all, or stands in the wrong environment's \`override\`.`,
  instead: `Sizes for production in the topic itself, smaller ones in the \`override\` or \`services\` of the places that are smaller:
\`staging: { override: { kafka: { replicationFactor: 1 } } }\`.`,
  *acrossSites(sites: readonly KafkaSite[]) {
    const others = sites
      .filter(({ production }) => !production)
      .map((site) => ({ environment: site.environment, topics: byName(site) }));
    for (const site of sites.filter(({ production }) => production)) {
      for (const topic of topicsOf(site)) {
        for (const measure of measures) {
          const [own, most] = [measure.of(topic), largest(topic.written, measure, others)];
          if (own === undefined || most === undefined || most.size <= own) continue;
          const { environment } = site;
          yield {
            position: measure.at(topic),
            message: `topic ${topic.written} ${measure.less} in ${environment} than in ${most.environment}`,
            hint: `${measure.says(own)} in ${environment}, ${measure.says(most.size)} in ${most.environment}: set the smaller size where it is meant`,
            service: topic.service.name,
            related: [{ message: `${most.environment} has it from here`, position: most.position }],
          };
        }
      }
    }
  },
};

type Topics = ReadonlyMap<string, SiteTopic>;

function byName(site: KafkaSite): Topics {
  return new Map(topicsOf(site).map((topic) => [topic.written, topic]));
}

interface Measure {
  /** Undefined where it is left to the brokers. */
  readonly of: (topic: SiteTopic) => number | undefined;
  readonly at: (topic: SiteTopic) => Position;
  readonly less: string;
  readonly says: (size: number) => string;
}

/** What another environment has most of. */
function largest(
  name: string,
  measure: Measure,
  others: readonly { readonly environment: string; readonly topics: Topics }[],
) {
  return others
    .flatMap(({ environment, topics }) => {
      const topic = topics.get(name);
      const size = topic === undefined ? undefined : measure.of(topic);
      return topic === undefined || size === undefined
        ? []
        : [{ environment, size, position: measure.at(topic) }];
    })
    .sort((a, b) => b.size - a.size)[0];
}

const measures: readonly Measure[] = [
  {
    of: ({ replicationFactor }) => replicationFactor,
    at: ({ size }) => size('replicationFactor'),
    less: 'is on fewer brokers',
    says: String,
  },
  {
    of: ({ partitions }) => partitions,
    at: ({ size }) => size('partitions'),
    less: 'has fewer partitions',
    says: String,
  },
  {
    of: (topic) => numberIn(topic, 'min.insync.replicas'),
    at: ({ setting }) => setting('min.insync.replicas'),
    less: 'is written when fewer brokers have it',
    says: String,
  },
  {
    of: (topic) => (isCompacted(topic) ? undefined : unbounded(numberIn(topic, 'retention.ms'))),
    at: ({ setting }) => setting('retention.ms'),
    less: 'keeps its messages for a shorter time',
    says: (size) => (size === Infinity ? 'for ever' : durationText(size)),
  },
  {
    of: (topic) => (isCompacted(topic) ? undefined : unbounded(numberIn(topic, 'retention.bytes'))),
    at: ({ setting }) => setting('retention.bytes'),
    less: 'keeps fewer bytes',
    says: (size) => (size === Infinity ? 'any number' : String(size)),
  },
];

/** -1 stands for no limit. */
function unbounded(value: number | undefined): number | undefined {
  return value !== undefined && value < 0 ? Infinity : value;
}
