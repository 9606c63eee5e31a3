import type { RabbitRule, RabbitSite } from './rule.ts';
import { factsOf, objectsOf } from './worlds.ts';

export const twinNames: RabbitRule = {
  id: 'MQ423',
  name: 'twin-names',
  severity: 'warning',
  summary: 'The names of two queues, or of two exchanges, differ in case alone.',
  why: `RabbitMQ tells \`order.events\` from \`Order.Events\`; people, and much of what reads names, do not. A binding or a publisher with the wrong
one of the two is no error to the broker: messages go where nobody waits for them.`,
  instead: 'Names in lower case, everywhere.',
  *onSite(site: RabbitSite) {
    for (const world of factsOf(site).worlds()) {
      const named = objectsOf(world).filter(({ provided }) => provided !== true);
      const alike = Map.groupBy(named, ({ what, name }) => `${what} ${name.toLowerCase()}`);
      for (const [first, ...others] of alike.values()) {
        if (first === undefined) continue;
        for (const { what, name, service, path, address } of others) {
          yield {
            position: service.locate(path),
            message: `${what} ${name} differs from ${first.name} in case alone: people will take one for the other`,
            hint: 'give one of the two another name',
            service: service.name,
            address,
            related: [
              { message: `${first.service.name} has it here`, position: first.service.locate(first.path) },
            ],
          };
        }
      }
    }
  },
};
