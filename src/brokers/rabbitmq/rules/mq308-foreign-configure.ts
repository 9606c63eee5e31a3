import { listed } from '../../../core/listed.ts';
import { reach } from '../patterns/pattern.ts';
import { isWildcard, writtenPatterns } from './patterns.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';

export const foreignConfigure: RabbitRule = {
  id: 'MQ308',
  name: 'foreign-configure',
  severity: 'error',
  summary: 'A service may declare and delete what another one owns.',
  why: `To configure is to delete: a queue goes with all messages in it, and comes back with other arguments, or bound to something else. On
RabbitMQ there is no right to declare that is not one to delete.`,
  instead: `No \`configure\`: mqwarden makes what a service owns. One that makes queues at run time gets a \`namespace\`, or a pattern that
begins with a prefix which nobody else has.`,
  *onSite(site: RabbitSite) {
    for (const { world, service, right, pattern, position, address } of writtenPatterns(site)) {
      if (right !== 'configure' || isWildcard(pattern)) continue;
      const found = [...world.exchanges.values(), ...world.queues.values()]
        .filter(({ name, service: owner }) => owner !== service && reach(pattern, name) === 'yes')
        .map(({ name, service: owner }) => `${name} of ${owner.name}`);
      if (found.length === 0) continue;
      yield {
        position,
        message: `by the pattern ${pattern} ${service.name} may delete what others own: ${listed(found)}`,
        hint: 'leave configure out, or write a pattern that only its own names fit',
        service: service.name,
        address,
      };
    }
  },
};
