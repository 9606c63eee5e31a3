import type { RabbitRule } from './rules/rule.ts';
import { powerfulTag } from './rules/mq106-powerful-tag.ts';
import { noAmqps } from './rules/mq208-no-amqps.ts';

/** What lint looks for on RabbitMQ alone, by the rules' ids: a file each, and a line here. */
export const rules: readonly RabbitRule[] = [powerfulTag, noAmqps];
