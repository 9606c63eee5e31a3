import { queuesOf } from './queues.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';
import { policySettings } from './vhosts.ts';

export const endlessRedelivery: RabbitRule = {
  id: 'MQ425',
  name: 'endless-redelivery',
  severity: 'warning',
  summary: 'A quorum queue gives a message out again without end.',
  why: `With a delivery limit of -1, a message that its consumer cannot handle comes back at once, for ever: it keeps all consumers busy, and what is
behind it waits. From RabbitMQ 4.0 on, the limit is 20 where nobody sets one.`,
  instead: `No limit written, or one such as \`x-delivery-limit: 10\`, with a \`deadLetter\` exchange for what was tried too often.`,
  *onSite(site: RabbitSite) {
    for (const { owned, queue } of queuesOf(site)) {
      if (!isEndless(queue.spec.arguments['x-delivery-limit'])) continue;
      yield {
        position: owned.service.locate([...owned.path, 'arguments', 'x-delivery-limit']),
        message: `queue ${owned.name} gives a message out again without end`,
        hint: 'leave x-delivery-limit out, or set a limit and a deadLetter exchange',
        service: owned.service.name,
        address: queue.address,
      };
    }
    for (const { policy, setting, value, position } of policySettings(site)) {
      if (setting !== 'delivery-limit' || !isEndless(value)) continue;
      yield {
        position,
        message: `policy ${policy} lets queues give a message out again without end`,
        hint: 'leave delivery-limit out, or set a limit',
      };
    }
  },
};

function isEndless(limit: unknown): boolean {
  return typeof limit === 'number' && limit < 0;
}
