import type { RabbitRule } from './rules/rule.ts';
import { powerfulTag } from './rules/mq106-powerful-tag.ts';
import { noAmqps } from './rules/mq208-no-amqps.ts';
import { wildcardPermission } from './rules/mq301-wildcard-permission.ts';
import { foreignPattern } from './rules/mq305-foreign-pattern.ts';
import { foreignConfigure } from './rules/mq308-foreign-configure.ts';
import { undecidablePattern } from './rules/mq309-undecidable-pattern.ts';
import { loosePattern } from './rules/mq310-loose-pattern.ts';

/** What lint looks for on RabbitMQ alone, by the rules' ids: a file each, and a line here. */
export const rules: readonly RabbitRule[] = [
  powerfulTag,
  noAmqps,
  wildcardPermission,
  foreignPattern,
  foreignConfigure,
  undecidablePattern,
  loosePattern,
];
