/**
 * The types of lint's rules, for rules of one's own. There is nothing here at run time: a rule is the default export of a module in the
 * folder that `lint --rules DIR` names, alone or in a list. Its id is MQ9xx, or letters of your own and three digits. A rule yields spots,
 * and the engine makes findings of them.
 */

import type { KafkaRule as OnKafka } from './brokers/kafka/rules/rule.ts';
import type { RabbitRule as OnRabbit } from './brokers/rabbitmq/rules/rule.ts';

export type { Edit, RuleInfo, Spot } from './core/rule.ts';
/** About a file as it is written (`inFile`), or about the whole topology (`inTopology`). */
export type { FileRule, TopologyRule } from './lint/rule.ts';
/** About one environment on one broker (`onSite`), or about all of them beside each other (`acrossSites`). */
export type RabbitRule = OnRabbit & { readonly broker: 'rabbitmq' };
/** The same for Kafka. */
export type KafkaRule = OnKafka & { readonly broker: 'kafka' };
