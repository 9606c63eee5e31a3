import { listed } from '../../../core/listed.ts';
import { queuesOf, settingsOf } from './queues.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';
import { vhostPosition } from './vhosts.ts';

const bounds = ['max-length', 'max-length-bytes', 'message-ttl', 'max-age', 'expires'];

export const unboundedQueues: RabbitRule = {
  id: 'MQ412',
  name: 'unbounded-queues',
  severity: 'note',
  summary: 'Queues of a production vhost may grow without end.',
  why: `A consumer that is down for a weekend lets its queue grow. When the disk is full, the broker takes no more messages, for any queue and any
service: one of them stops all.`,
  instead: `A limit for all queues that no service can lift, per vhost:
\`operatorPolicies: { bounded: { pattern: '.*', definition: { max-length-bytes: 10737418240 } } }\`; or \`x-max-length\` and \`x-message-ttl\` in the
\`arguments\` of a queue, \`x-max-age\` in those of a stream.`,
  *onSite(site: RabbitSite) {
    if (!site.production) return;
    const settings = settingsOf(site);
    const open = queuesOf(site).filter(({ queue }) => {
      const known = settings(queue);
      return !bounds.some((key) => known.has(key));
    });
    for (const [{ vhost }, queues] of Map.groupBy(open, ({ world }) => world)) {
      const names = listed(queues.map(({ owned }) => owned.name));
      yield {
        position: vhostPosition(site, vhost),
        message: `${names} in vhost ${vhost} may grow until the disk of the broker is full`,
        hint: 'add operatorPolicies with max-length-bytes to the vhost',
        related: queues
          .slice(0, 10)
          .map(({ owned, position }) => ({ message: `${owned.name} is here`, position })),
      };
    }
  },
};
