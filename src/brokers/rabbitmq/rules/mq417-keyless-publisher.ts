import { exchangeType, userOf } from '../compile/world.ts';
import { isEveryKey } from '../patterns/topic.ts';
import { permissionAddress } from '../resources.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';
import { factsOf } from './worlds.ts';

export const keylessPublisher: RabbitRule = {
  id: 'MQ417',
  name: 'keyless-publisher',
  severity: 'note',
  summary: 'A service may publish with every routing key of a topic exchange.',
  why: `On a topic exchange the key decides who gets a message. Without \`routingKeys\`, or with \`#\` among them, the service may send what only others should say: \`order.paid\`,
from a service that only ships.`,
  instead:
    'Its own keys: `{ exchange: shop.events, routingKeys: [shipping.*] }`. RabbitMQ then refuses the others.',
  *onSite(site: RabbitSite) {
    for (const world of factsOf(site).worlds()) {
      for (const { service, publishes, grants } of world.members) {
        const rows = new Set(grants.flatMap(({ exchange, anyKey = [] }) => [...anyKey, exchange]));
        for (const { exchange, routingKeys, path } of publishes) {
          if (routingKeys?.some(isEveryKey) === false) continue;
          if (rows.has(exchange) || exchangeType(world, exchange) !== 'topic') continue;
          const isOwn = world.exchanges.get(exchange)?.service === service;
          yield {
            position: service.locate(path),
            message: `${service.name} may publish to ${exchange} with every routing key`,
            hint: `write { exchange: ${exchange}, routingKeys: […] }`,
            severity: isOwn ? 'note' : 'warning',
            service: service.name,
            address: permissionAddress(world.vhost, userOf(service)),
          };
        }
      }
    }
  },
};
