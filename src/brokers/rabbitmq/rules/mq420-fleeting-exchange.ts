import { exchangeAddress } from '../resources.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';
import { factsOf } from './worlds.ts';

export const fleetingExchange: RabbitRule = {
  id: 'MQ420',
  name: 'fleeting-exchange',
  severity: 'warning',
  summary: 'An exchange goes with its last binding.',
  why: `An \`autoDelete\` exchange is deleted when the last queue is unbound, as while a queue is made anew. Publishers are then refused, and their
channels closed, until the next apply. Whoever made it at that moment with other arguments decides what it is.`,
  instead: 'Leave `autoDelete: true` out: an exchange without bindings costs nothing.',
  *onSite(site: RabbitSite) {
    for (const { vhost, exchanges } of factsOf(site).worlds()) {
      for (const { name, service, path, section } of exchanges.values()) {
        if (!section.autoDelete) continue;
        yield {
          position: service.locate([...path, 'autoDelete']),
          message: `exchange ${name} is deleted with its last binding, and its publishers are refused`,
          hint: 'leave autoDelete out',
          service: service.name,
          address: exchangeAddress(vhost, name),
        };
      }
    }
  },
};
