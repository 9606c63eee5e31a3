import { textArgument } from '../compile/declared.ts';
import { deadLettersOf, lettersEndIn, queuesOf } from './queues.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';

/** By these a queue lets messages go. */
const drops: Readonly<Record<string, string>> = {
  'x-message-ttl': 'expire',
  'x-max-length': 'do not fit',
  'x-max-length-bytes': 'do not fit',
  'x-delivery-limit': 'were tried too often',
};

export const silentDrop: RabbitRule = {
  id: 'MQ410',
  name: 'silent-drop',
  severity: 'warning',
  summary: 'A queue has a limit, and what passes it is gone.',
  why: `What expires, does not fit, or was tried too often is deleted where there is no dead-letter exchange. Nobody is told: neither who sent it
nor who waits for it.`,
  instead: `A dead-letter exchange of its own, with a queue: \`deadLetter: { exchange: order.exchange.dead }\`. Where messages may be lost, as of
prices a minute ago, say so in a comment that ignores this.`,
  *onSite(site: RabbitSite) {
    const letters = deadLettersOf(site);
    const ends = lettersEndIn(site);
    for (const { owned, queue, position } of queuesOf(site)) {
      const { arguments: given, type } = queue.spec;
      if (type === 'stream' || letters.has(queue.address) || ends.has(queue.address)) continue;
      const refuses = textArgument(given, 'x-overflow')?.startsWith('reject-publish') === true;
      const ways = Object.keys(given).filter((key) => !(refuses && key.startsWith('x-max-length')));
      const lost = [...new Set(ways.flatMap((key) => drops[key] ?? []))];
      if (lost.length === 0) continue;
      yield {
        position,
        message: `messages of ${owned.name} that ${lost.join(' or ')} are deleted: it has no dead-letter exchange`,
        hint: 'write deadLetter: { exchange: … }, with a queue bound to it',
        service: owned.service.name,
        address: queue.address,
      };
    }
  },
};
