import { partOf } from '../../../core/address.ts';
import type { Kind } from '../../../core/kind.ts';
import type { Change, Hazard, Verdict } from '../../../core/resource.ts';
import { isInternalTopic } from '../names.ts';
import { brokerDefault, type TopicResource, type TopicSpec } from '../resources.ts';
import { phases } from './phases.ts';

export const topicKind: Kind<TopicResource> = {
  label: 'topic',
  order: 0,
  holdsData: true,
  ownership(live, ground) {
    const name = partOf(live.address, 0);
    if (isInternalTopic(name)) return { fate: 'internal' };
    return { fate: ground.isOurs?.('topic', name) === false ? 'unmanaged' : 'prunable' };
  },
  settle,
  judge,
  needs: () => [],
  hazard: (change) => hazard(change),
  phase: (change) => (change.action === 'delete' ? phases.topicDelete : phases.topic),
  show,
};

/** Partitions and replication factor that are the broker's to choose, and overrides that are nobody's, stay as they are. */
function settle(live: TopicResource, desired: TopicResource): TopicResource {
  const { partitions, replicationFactor, config } = desired.spec;
  const settledConfig = config ?? live.spec.config;
  return {
    ...desired,
    spec: {
      partitions: partitions === brokerDefault ? live.spec.partitions : partitions,
      replicationFactor:
        replicationFactor === brokerDefault ? live.spec.replicationFactor : replicationFactor,
      ...(settledConfig === undefined ? {} : { config: settledConfig }),
    },
  };
}

function judge({ spec: live }: TopicResource, { spec: desired }: TopicResource): Verdict {
  if (desired.replicationFactor !== live.replicationFactor) {
    return {
      is: 'blocked',
      why: `replication factor ${live.replicationFactor} on the broker, ${desired.replicationFactor} in the topology`,
      hint: 'move its replicas with kafka-reassign-partitions, or write down the factor that it has',
    };
  }
  if (desired.partitions < live.partitions) {
    return {
      is: 'blocked',
      why: `${live.partitions} partitions on the broker, ${desired.partitions} in the topology: they can only grow`,
      hint: `write partitions: ${live.partitions}, or make a new topic and move its readers and writers over`,
    };
  }
  return { is: 'update', why: differences(live, desired).join(', ') };
}

function differences(live: TopicSpec, desired: TopicSpec): string[] {
  const partitions =
    desired.partitions === live.partitions ? [] : [`partitions ${live.partitions} → ${desired.partitions}`];
  return [
    ...partitions,
    ...changedConfig(live, desired).map(({ name, from, to }) => configText(name, from, to)),
  ];
}

function configText(name: string, from: string | undefined, to: string | undefined): string {
  if (to === undefined) return `${name} ${from ?? ''} → the broker's default`;
  return from === undefined ? `${name} = ${to}` : `${name} ${from} → ${to}`;
}

export interface ConfigChange {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** The overrides that differ; `to` is undefined where one is reset. */
export function changedConfig(live: TopicSpec, desired: TopicSpec): ConfigChange[] {
  const [before, after] = [live.config ?? {}, desired.config ?? {}];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .map((name) => ({ name, from: before[name], to: after[name] }))
    .filter(({ from, to }) => from !== to);
}

function hazard(change: Change<TopicResource>): Hazard | undefined {
  const topic = partOf(change.address, 0);
  if (change.action === 'delete' || change.action === 'replace') {
    return { needs: 'data-loss', why: `deletes topic ${topic} with its messages` };
  }
  if (change.before === null || change.after === null) return undefined;
  const losing = changedConfig(change.before, change.after).filter(loses);
  if (losing.length === 0) return undefined;
  const why = losing.map(({ name, from, to }) => configText(name, from, to)).join(', ');
  return { needs: 'data-loss', why: `may discard messages of topic ${topic}: ${why}` };
}

/**
 * Whether the change can discard messages that are kept now. The broker's default is unknown here: an override that goes
 * may have kept more than the default does, and one that comes may keep less.
 */
function loses({ name, from, to }: ConfigChange): boolean {
  switch (name) {
    case 'retention.ms':
    case 'retention.bytes':
      return to === undefined || isLess(to, from);
    case 'cleanup.policy':
      // Any change of it: where it comes or goes, the cluster's default may be the other policy.
      return true;
    case 'delete.retention.ms':
    case 'max.compaction.lag.ms':
    case 'local.retention.ms':
    case 'local.retention.bytes':
      return to === undefined || isLess(to, from);
    case 'min.insync.replicas':
      // A write that fewer replicas hold is lost with them.
      return to === undefined || isLess(to, from);
    case 'unclean.leader.election.enable':
    case 'remote.log.delete.on.disable':
      return to !== 'false';
    default:
      return false;
  }
}

/** -1 keeps for ever. */
function isLess(to: string, from: string | undefined): boolean {
  if (to === '-1') return false;
  if (from === undefined || from === '-1') return true;
  if (!/^\d+$/.test(to) || !/^\d+$/.test(from)) return true;
  return BigInt(to) < BigInt(from);
}

function show(spec: TopicSpec): [string, string][] {
  const count = (value: number) => (value === brokerDefault ? "the broker's default" : String(value));
  const config = Object.entries(spec.config ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ['partitions', count(spec.partitions)],
    ['replication factor', count(spec.replicationFactor)],
    ...config,
  ];
}
