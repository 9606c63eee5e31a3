import { queuesOf } from './queues.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';
import { policySettings } from './vhosts.ts';

export const removedFeature: RabbitRule = {
  id: 'MQ413',
  name: 'removed-feature',
  severity: 'error',
  summary: 'Classic queues are to be mirrored, or lazy: RabbitMQ does neither any more.',
  why: `RabbitMQ 4.0 has no mirrored queues: it refuses a policy with \`ha-mode\`, and a queue that was on three nodes is on one after the
upgrade. \`x-queue-mode: lazy\` does nothing since 3.12, and neither does \`queue-mode\` in a policy.`,
  instead:
    '`type: quorum` in the queue, or `defaultQueueType: quorum` in the vhost: such a queue is on several nodes, and keeps messages on disk.',
  *onSite(site: RabbitSite) {
    for (const { policy, setting, position } of policySettings(site)) {
      if (isRemoved(setting)) {
        yield {
          position,
          message: `policy ${policy} sets ${setting}, which RabbitMQ refuses from 4.0 on: no queue is mirrored there`,
          hint: 'take it out, and make the queues type: quorum',
        };
      }
      if (setting === 'queue-mode')
        yield { position, message: idle(`policy ${policy}`, setting), hint, severity: 'warning' };
    }
    for (const { owned, queue } of queuesOf(site)) {
      if (queue.spec.arguments['x-queue-mode'] === undefined) continue;
      yield {
        position: owned.service.locate([...owned.path, 'arguments', 'x-queue-mode']),
        message: idle(`queue ${owned.name}`, 'x-queue-mode'),
        hint,
        severity: 'warning',
        service: owned.service.name,
        address: queue.address,
      };
    }
  },
};

const hint = 'take it out';

function idle(what: string, setting: string): string {
  return `${what} sets ${setting}, which does nothing since RabbitMQ 3.12`;
}

function isRemoved(setting: string): boolean {
  return /^ha-(mode|params|sync-mode|sync-batch-size|promote-on-)/.test(setting);
}
