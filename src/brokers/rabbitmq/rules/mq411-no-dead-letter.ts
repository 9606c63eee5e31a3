import { listed } from '../../../core/listed.ts';
import { deadLettersOf, lettersEndIn, queuesOf, type SiteQueue } from './queues.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';
import { vhostPosition } from './vhosts.ts';

export const noDeadLetter: RabbitRule = {
  id: 'MQ411',
  name: 'no-dead-letter',
  severity: 'note',
  summary: 'Queues of a production vhost have no dead-letter exchange.',
  why: `A message that its consumer cannot handle has three ways: back into the queue, where it comes again at once; to a dead-letter exchange;
or nowhere. From RabbitMQ 4.0 on a quorum queue tries a message twenty times, and then deletes it.`,
  instead: `For all at once, a policy of the vhost: \`policies: { letters: { pattern: '\\.queue\\.', definition: { dead-letter-exchange: dead } } }\`;
or \`deadLetter\` in the queues that count.`,
  *onSite(site: RabbitSite) {
    if (!site.production) return;
    const letters = deadLettersOf(site);
    const ends = lettersEndIn(site);
    const without = queuesOf(site).filter(
      ({ queue: { address, spec } }) => spec.type !== 'stream' && !letters.has(address) && !ends.has(address),
    );
    for (const [{ vhost }, queues] of Map.groupBy(without, ({ world }) => world)) {
      yield {
        position: vhostPosition(site, vhost),
        message: messageFor(vhost, queues),
        hint: 'write deadLetter in those that count, or a policy for all',
        related: queues
          .slice(0, 10)
          .map(({ owned, position }) => ({ message: `${owned.name} is here`, position })),
      };
    }
  },
};

function messageFor(vhost: string, queues: readonly SiteQueue[]): string {
  const names = listed(queues.map(({ owned }) => owned.name));
  const have = queues.length === 1 ? 'has' : 'have';
  return `${names} in vhost ${vhost} ${have} no dead-letter exchange: what is refused there is deleted`;
}
