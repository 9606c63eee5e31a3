import type { KafkaRule } from './rules/rule.ts';
import { plaintextPort } from './rules/mq202-plaintext-port.ts';
import { singleBootstrap } from './rules/mq207-single-bootstrap.ts';
import { wildcardAcl } from './rules/mq302-wildcard-acl.ts';
import { clusterPower } from './rules/mq303-cluster-power.ts';
import { foreignPrefix } from './rules/mq306-foreign-prefix.ts';
import { shadowingDeny } from './rules/mq307-shadowing-deny.ts';
import { aclAsIntent } from './rules/mq311-acl-as-intent.ts';
import { toolGrants } from './rules/mq314-tool-grants.ts';
import { needlessDeny } from './rules/mq315-needless-deny.ts';
import { shadowedDeny } from './rules/mq316-shadowed-deny.ts';
import { redundantAcl } from './rules/mq317-redundant-acl.ts';
import { lowReplication } from './rules/mq501-low-replication.ts';
import { insyncReplicas } from './rules/mq502-insync-replicas.ts';
import { defaultInsync } from './rules/mq503-default-insync.ts';
import { singlePartition } from './rules/mq504-single-partition.ts';
import { uncleanElection } from './rules/mq505-unclean-election.ts';
import { collidingTopics } from './rules/mq506-colliding-topics.ts';
import { endlessRetention } from './rules/mq507-endless-retention.ts';
import { shortRetention } from './rules/mq508-short-retention.ts';
import { sharedGroup } from './rules/mq509-shared-group.ts';
import { defaultReplication } from './rules/mq511-default-replication.ts';
import { smallerProduction } from './rules/mq512-smaller-production.ts';
import { ownerlessTopic } from './rules/mq605-ownerless-topic.ts';
import { unconsumedTopic } from './rules/mq607-unconsumed-topic.ts';
import { unproducedTopic } from './rules/mq608-unproduced-topic.ts';
import { idlePrincipal } from './rules/mq610-idle-principal.ts';

/** What lint looks for on Kafka alone, by the rules' ids: a file each, and a line here. */
export const rules: readonly KafkaRule[] = [
  plaintextPort,
  singleBootstrap,
  wildcardAcl,
  clusterPower,
  foreignPrefix,
  shadowingDeny,
  aclAsIntent,
  toolGrants,
  needlessDeny,
  shadowedDeny,
  redundantAcl,
  lowReplication,
  insyncReplicas,
  defaultInsync,
  singlePartition,
  uncleanElection,
  collidingTopics,
  endlessRetention,
  shortRetention,
  sharedGroup,
  defaultReplication,
  smallerProduction,
  ownerlessTopic,
  unconsumedTopic,
  unproducedTopic,
  idlePrincipal,
];
