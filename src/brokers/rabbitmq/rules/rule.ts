import type { BrokerRule, Site } from '../../../core/rule.ts';
import type { RabbitResource } from '../resources.ts';
import type { RabbitEnvironment, RabbitService } from '../schema.ts';

/** What the rules of RabbitMQ are, and what they look at. */
export type RabbitRule = BrokerRule<RabbitEnvironment, RabbitService, RabbitResource>;
export type RabbitSite = Site<RabbitEnvironment, RabbitService, RabbitResource>;
