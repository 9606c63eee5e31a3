import type { Observation, Reading, Scope } from '../../core/broker.ts';
import type { Placed } from '../../core/landscape.ts';
import type { KafkaResource } from './resources.ts';
import type { KafkaEnvironment } from './schema.ts';

/** From what was observed, now or for a snapshot, to a reading for what is desired. Pure. */
export function recall(
  { resources, warnings }: Observation<KafkaResource>,
  _target: Placed<KafkaEnvironment>,
  { desired }: Scope<KafkaResource>,
): Reading<KafkaResource> {
  const declared = new Map(desired.map((one) => [one.address, one]));
  const live = new Set(resources.map(({ address }) => address));
  const created = desired.filter(({ kind, address }) => kind === 'kafka:topic' && !live.has(address)).length;
  return {
    resources: resources.map((one) => withoutStrayConfig(one, declared.get(one.address))),
    refusals: [],
    // Of others the password is none of this topology's business.
    warnings: warnings.filter(({ address }) => declared.has(address)),
    unknown:
      created === 0
        ? []
        : [`whether Kafka accepts ${newTopics(created)}: its limits and policies are asked live`],
  };
}

/** A topic's overrides are looked at only where the topology has some: so it is read, and digested. */
function withoutStrayConfig(live: KafkaResource, desired: KafkaResource | undefined): KafkaResource {
  if (live.kind !== 'kafka:topic') return live;
  if (desired?.kind === 'kafka:topic' && desired.spec.config !== undefined) return live;
  const { partitions, replicationFactor } = live.spec;
  return { ...live, spec: { partitions, replicationFactor } };
}

function newTopics(count: number): string {
  return count === 1 ? 'the topic to create' : `the ${count} topics to create`;
}
