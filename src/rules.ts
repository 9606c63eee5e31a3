import type { KafkaRule as OnKafka } from './brokers/kafka/rules/rule.ts';
import type { RabbitRule as OnRabbit } from './brokers/rabbitmq/rules/rule.ts';

/** The types of lint's rules, for rules of one's own. There is nothing here at run time. */
export type { Edit, RuleInfo, Spot } from './core/rule.ts';
export type { FileRule, TopologyRule } from './lint/rule.ts';
export type RabbitRule = OnRabbit & { readonly broker: 'rabbitmq' };
export type KafkaRule = OnKafka & { readonly broker: 'kafka' };
