import { listed } from '../../../core/listed.ts';
import { isReserved } from '../names.ts';
import { namesOf } from '../patterns/parse.ts';
import { writtenPatterns } from './patterns.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';

export const grantAsIntent: RabbitRule = {
  id: 'MQ304',
  name: 'grant-as-intent',
  severity: 'note',
  summary: 'A pattern is written by hand for what intent says.',
  why: `A pattern only says what is allowed, and not what is done: no binding, no consumer and no routing key follows from it; who reads the file, or
reviews a change, has to work it out; and a name that is misspelt in a pattern is a pattern like any other.`,
  instead:
    '`publishes: [order.events]` for `write: ^order\\.events$`, `consumes: [order.jobs]` for `read: ^order\\.jobs$`. The same pattern follows.',
  *onSite(site: RabbitSite) {
    for (const { world, service, right, pattern, position, address } of writtenPatterns(site)) {
      const names = [...(right === 'configure' ? [] : (namesOf(pattern) ?? []))];
      // Write on a queue, or read on an exchange, is for bindings.
      const others = right === 'write' ? world.queues : world.exchanges;
      if (names.length === 0 || names.some((name) => isReserved(name) || others.has(name))) continue;
      const word = right === 'write' ? 'publishes' : 'consumes';
      yield {
        position,
        message: `${service.name} is granted by hand what "${word}" says: ${listed(names)}`,
        hint: `write ${word}: [${listed(names, names.length).replace(' and ', ', ')}]`,
        service: service.name,
        address,
      };
    }
  },
};
