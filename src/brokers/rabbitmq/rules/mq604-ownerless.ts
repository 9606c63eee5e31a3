import { type Ask, declarationAsks, intentAsks } from '../compile/asks.ts';
import { isReserved } from '../names.ts';
import { exchangeAddress, queueAddress } from '../resources.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';
import { factsOf } from './worlds.ts';

export const ownerless: RabbitRule = {
  id: 'MQ604',
  name: 'ownerless',
  severity: 'warning',
  summary: 'A service uses a queue or exchange that no service owns.',
  why: `mqwarden does not make it, so it must be there already, made by somebody who is in no file: nobody says what type it is, who else may use it,
and what is lost with it. Mostly the name is misspelt.`,
  instead: 'The name that its owner declares it by; or a declaration, in the service that it belongs to.',
  *onSite(site: RabbitSite) {
    for (const world of factsOf(site).worlds()) {
      const isOwned = ({ what, name }: Ask) =>
        (what === 'exchange' ? world.exchanges : world.queues).has(name);
      for (const member of world.members) {
        for (const ask of [...intentAsks(member), ...declarationAsks(world, member.service)]) {
          const { service, what, name, says, path } = ask;
          if (isReserved(name) || isOwned(ask)) continue;
          yield {
            position: service.locate(path),
            message: `${service.name} ${says} ${what} ${name}, which no service owns`,
            hint: 'check its name, or declare it in the service that it belongs to',
            service: service.name,
            address:
              what === 'exchange' ? exchangeAddress(world.vhost, name) : queueAddress(world.vhost, name),
          };
        }
      }
    }
  },
};
