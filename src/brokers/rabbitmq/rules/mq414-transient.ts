import type { RabbitRule, RabbitSite } from './rule.ts';
import { factsOf, objectsOf } from './worlds.ts';

export const transient: RabbitRule = {
  id: 'MQ414',
  name: 'transient',
  severity: 'warning',
  summary: 'A queue or exchange does not outlive a restart of the broker.',
  why: `With it go its messages and its bindings. Services that were up go on as if nothing had happened: what they publish goes nowhere until
somebody runs apply. RabbitMQ calls transient queues that are not exclusive deprecated, and will refuse them.`,
  instead:
    'Leave `durable: false` out. For queues that live as long as a connection, `temporaryQueues: true`.',
  *onSite(site: RabbitSite) {
    for (const world of factsOf(site).worlds()) {
      for (const { what, name, service, path, section, address } of objectsOf(world)) {
        if (section.durable) continue;
        yield {
          position: service.locate([...path, 'durable']),
          message: `${what} ${name} is gone after a restart of the broker, with ${what === 'queue' ? 'its messages' : 'its bindings'}`,
          hint: 'leave durable: false out',
          service: service.name,
          address,
        };
      }
    }
  },
};
