import { queuesOf } from './queues.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';

export const singleNodeQueue: RabbitRule = {
  id: 'MQ415',
  name: 'single-node-queue',
  severity: 'warning',
  summary: 'In production, a queue is on one node.',
  why: `A classic queue lives where it was made. While that node is down, nobody can use it; when its disk is lost, so are its messages. The type of
a queue cannot be changed later: it has to be made anew, without what is in it.`,
  instead: `\`type: quorum\`, or \`defaultQueueType: quorum\` in the vhost for all that say nothing. Messages that may be lost say so in a comment
that ignores this.`,
  *onSite(site: RabbitSite) {
    if (!site.production) return;
    for (const { owned, queue, position } of queuesOf(site)) {
      // One that is transient is told of already.
      if (queue.spec.type !== 'classic' || !queue.spec.durable) continue;
      yield {
        position,
        message: `queue ${owned.name} is classic: it is on one node, and gone with that`,
        hint: 'write type: quorum',
        service: owned.service.name,
        address: queue.address,
      };
    }
  },
};
