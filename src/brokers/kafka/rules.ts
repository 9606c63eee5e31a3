import type { KafkaRule } from './rules/rule.ts';
import { plaintextPort } from './rules/mq202-plaintext-port.ts';
import { singleBootstrap } from './rules/mq207-single-bootstrap.ts';
import { wildcardAcl } from './rules/mq302-wildcard-acl.ts';
import { clusterPower } from './rules/mq303-cluster-power.ts';

/** What lint looks for on Kafka alone, by the rules' ids: a file each, and a line here. */
export const rules: readonly KafkaRule[] = [plaintextPort, singleBootstrap, wildcardAcl, clusterPower];
