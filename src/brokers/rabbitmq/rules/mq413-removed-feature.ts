import { vhostsOf } from '../compile/vhosts.ts';
import { queuesOf } from './queues.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';

export const removedFeature: RabbitRule = {
  id: 'MQ413',
  name: 'removed-feature',
  severity: 'error',
  summary: 'Classic queues are to be mirrored, or lazy: RabbitMQ does neither any more.',
  why: `RabbitMQ 4.0 has no mirrored queues: it refuses a policy with \`ha-mode\`, and a queue that was on three nodes is on one after the
upgrade. \`x-queue-mode: lazy\` does nothing since 3.12.`,
  instead:
    '`type: quorum` in the queue, or `defaultQueueType: quorum` in the vhost: such a queue is on several nodes, and keeps messages on disk.',
  *onSite(site: RabbitSite) {
    const { environment } = site.landscape;
    for (const { section, path } of vhostsOf(environment.section).values()) {
      for (const key of ['policies', 'operatorPolicies'] as const) {
        for (const [name, { definition }] of Object.entries(section[key] ?? {})) {
          for (const setting of Object.keys(definition).filter(isRemoved)) {
            yield {
              position: environment.locate([...path, key, name, 'definition', setting]),
              message: `policy ${name} sets ${setting}, which RabbitMQ refuses from 4.0 on: no queue is mirrored there`,
              hint: 'take it out, and make the queues type: quorum',
            };
          }
        }
      }
    }
    for (const { owned, queue } of queuesOf(site)) {
      if (queue.spec.arguments['x-queue-mode'] === undefined) continue;
      yield {
        position: owned.service.locate([...owned.path, 'arguments', 'x-queue-mode']),
        message: `queue ${owned.name} sets x-queue-mode, which does nothing since RabbitMQ 3.12`,
        hint: 'take it out',
        severity: 'warning',
        service: owned.service.name,
        address: queue.address,
      };
    }
  },
};

function isRemoved(setting: string): boolean {
  return /^ha-(mode|params|sync-mode|sync-batch-size|promote-on-)/.test(setting);
}
