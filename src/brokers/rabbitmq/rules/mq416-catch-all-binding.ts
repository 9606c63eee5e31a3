import { exchangeType } from '../compile/world.ts';
import { bindingsInto } from '../compile/declared.ts';
import { queueAddress, exchangeAddress } from '../resources.ts';
import { isEveryKey } from '../patterns/topic.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';
import { factsOf } from './worlds.ts';

export const catchAllBinding: RabbitRule = {
  id: 'MQ416',
  name: 'catch-all-binding',
  severity: 'note',
  summary: 'Everything of a topic exchange is wanted.',
  why: `A binding with \`#\` gets what is published today and whatever will be: also what was never meant for this service, such as personal data
that was added for another one. Its queue grows with every new event, and its consumer meets messages that it does not know.`,
  instead:
    'The keys that it handles: `routingKeys: [order.paid, order.cancelled]`, or `order.*`. An audit, which does want everything, says so in a comment.',
  *onSite(site: RabbitSite) {
    for (const world of factsOf(site).worlds()) {
      const into = [
        ...[...world.queues.values()].map((owned) => ({ owned, type: 'queue' as const, at: queueAddress })),
        ...[...world.exchanges.values()].map((owned) => ({
          owned,
          type: 'exchange' as const,
          at: exchangeAddress,
        })),
      ];
      for (const { owned, type, at } of into) {
        for (const { spec, path } of bindingsInto(owned, type)) {
          if (!isEveryKey(spec.routingKey) || exchangeType(world, spec.source) !== 'topic') continue;
          yield {
            position: owned.service.locate(path),
            message: `${owned.name} gets everything of ${spec.source}, and whatever will be published there`,
            hint: 'name the keys that are handled: routingKeys: […]',
            service: owned.service.name,
            address: at(world.vhost, owned.name),
          };
        }
      }
    }
  },
};
