/** Pairs of random topologies for one broker, the second of which says all that it could leave to what is there. */
import fc from 'fast-check';
import type { JsonObject } from '../../src/core/json.ts';
import { topologies, type Written } from '../topology/arbitrary.ts';

/** What an environment holds at one time. */
export interface Stage {
  readonly services: Readonly<Record<string, JsonObject>>;
  /** Settings of the vhost, where there is one. */
  readonly vhost: JsonObject;
}

type Name = 'rabbitmq' | 'kafka';

const vhosts = fc.record({
  description: fc.constantFrom('', 'ours'),
  tags: fc.subarray(['one', 'two']),
  limits: fc.constantFrom({}, { maxConnections: 100 }, { maxQueues: 1000, maxConnections: 50 }),
}) satisfies fc.Arbitrary<JsonObject>;

const stages = (broker: Name): fc.Arbitrary<Stage> =>
  fc
    .record({ written: topologies({ closed: true }), vhost: vhosts })
    .map(({ written, vhost }) => ({ services: sectionsOf(written, broker), vhost }))
    .filter(({ services }) => Object.keys(services).length > 0);

function sectionsOf({ services }: Written, broker: Name): Stage['services'] {
  return Object.fromEntries(
    Object.entries(services).flatMap(([name, { [broker]: section }]) =>
      section === undefined ? [] : [[name, { [broker]: section }]],
    ),
  );
}

export function pairs(broker: Name): fc.Arbitrary<readonly [Stage, Stage]> {
  const both = fc.tuple(stages(broker), stages(broker));
  return broker === 'rabbitmq' ? both : both.map(([first, second]) => [first, complete(second, first)]);
}

interface Topic {
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly config?: JsonObject;
}

type Topics = Readonly<Record<string, Topic>>;

/** Partitions, which only grow, and settings: what a topic leaves open stays as it was (docs/adr/0004-partial-specs.md). */
function complete(stage: Stage, before: Stage): Stage {
  const known = new Map(Object.values(before.services).flatMap((one) => Object.entries(topicsOf(one))));
  const whole = (name: string, topic: Topic) => {
    const partitions = Math.max(topic.partitions ?? 1, known.get(name)?.partitions ?? 1);
    return { config: {}, ...topic, partitions, replicationFactor: 1 };
  };
  const services = Object.entries(stage.services).map(([name, service]) => {
    const topics = Object.entries(topicsOf(service)).map(([topic, spec]) => [topic, whole(topic, spec)]);
    if (topics.length === 0) return [name, service];
    return [
      name,
      { kafka: { ...(service['kafka'] as JsonObject), topics: Object.fromEntries(topics) as JsonObject } },
    ];
  });
  return { ...stage, services: Object.fromEntries(services) as Stage['services'] };
}

function topicsOf({ kafka }: JsonObject): Topics {
  return ((kafka as JsonObject)['topics'] ?? {}) as unknown as Topics;
}
