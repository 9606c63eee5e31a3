import type { RabbitRule } from './rules/rule.ts';
import { powerfulTag } from './rules/mq106-powerful-tag.ts';
import { noAmqps } from './rules/mq208-no-amqps.ts';
import { wildcardPermission } from './rules/mq301-wildcard-permission.ts';
import { grantAsIntent } from './rules/mq304-grant-as-intent.ts';
import { foreignPattern } from './rules/mq305-foreign-pattern.ts';
import { foreignConfigure } from './rules/mq308-foreign-configure.ts';
import { undecidablePattern } from './rules/mq309-undecidable-pattern.ts';
import { loosePattern } from './rules/mq310-loose-pattern.ts';
import { defaultExchange } from './rules/mq312-default-exchange.ts';
import { silentDrop } from './rules/mq410-silent-drop.ts';
import { noDeadLetter } from './rules/mq411-no-dead-letter.ts';
import { unboundedQueues } from './rules/mq412-unbounded-queues.ts';
import { removedFeature } from './rules/mq413-removed-feature.ts';
import { transient } from './rules/mq414-transient.ts';
import { singleNodeQueue } from './rules/mq415-single-node-queue.ts';
import { catchAllBinding } from './rules/mq416-catch-all-binding.ts';
import { keylessPublisher } from './rules/mq417-keyless-publisher.ts';
import { deadEndLetters } from './rules/mq418-dead-end-letters.ts';
import { deadLetterLoop } from './rules/mq419-dead-letter-loop.ts';
import { fleetingExchange } from './rules/mq420-fleeting-exchange.ts';
import { rootVhost } from './rules/mq421-root-vhost.ts';
import { awkwardName } from './rules/mq422-awkward-name.ts';
import { twinNames } from './rules/mq423-twin-names.ts';
import { smallerLimit } from './rules/mq424-smaller-limit.ts';
import { endlessRedelivery } from './rules/mq425-endless-redelivery.ts';
import { unconsumedQueue } from './rules/mq601-unconsumed-queue.ts';
import { unheardExchange } from './rules/mq602-unheard-exchange.ts';
import { silentExchange } from './rules/mq603-silent-exchange.ts';
import { ownerless } from './rules/mq604-ownerless.ts';
import { idleUser } from './rules/mq609-idle-user.ts';
import { unlimitedVhost } from './rules/mq806-unlimited-vhost.ts';

/** What lint looks for on RabbitMQ alone, by the rules' ids: a file each, and a line here. */
export const rules: readonly RabbitRule[] = [
  powerfulTag,
  noAmqps,
  wildcardPermission,
  grantAsIntent,
  foreignPattern,
  foreignConfigure,
  undecidablePattern,
  loosePattern,
  defaultExchange,
  silentDrop,
  noDeadLetter,
  unboundedQueues,
  removedFeature,
  transient,
  singleNodeQueue,
  catchAllBinding,
  keylessPublisher,
  deadEndLetters,
  deadLetterLoop,
  fleetingExchange,
  rootVhost,
  awkwardName,
  twinNames,
  smallerLimit,
  endlessRedelivery,
  unconsumedQueue,
  unheardExchange,
  silentExchange,
  ownerless,
  idleUser,
  unlimitedVhost,
];
