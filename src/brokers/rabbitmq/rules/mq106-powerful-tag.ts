import { userAddress } from '../resources.ts';
import { userOf } from '../compile/world.ts';
import type { RabbitRule, RabbitSite } from './rule.ts';

/** What a tag of the management API gives, beyond the permissions of the user. */
const powers: Readonly<Record<string, string>> = {
  administrator: 'may change every user, permission, vhost and policy of the broker',
  policymaker: 'may change the policies of its vhosts, and so drop or redirect the messages of others',
  impersonator: 'may send messages in the name of any other user',
  monitoring: 'sees every connection, queue and vhost of the broker',
};

export const powerfulTag: RabbitRule = {
  id: 'MQ106',
  name: 'powerful-tag',
  severity: 'error',
  summary: 'A service has a tag that gives it power over the broker.',
  why: `Tags are rights in the management API that no permission limits: an \`administrator\` can give itself everything. Whoever gets the
credential of that service has the broker.`,
  instead: `No tag: a service that only publishes and consumes needs none. For what looks after the broker, such as an exporter with the tag
\`monitoring\`, say so in a comment that ignores this rule.`,
  *onSite({ landscape: { services } }: RabbitSite) {
    for (const service of services) {
      for (const [at, tag] of (service.section.tags ?? []).entries()) {
        const power = powers[tag];
        if (power === undefined) continue;
        yield {
          position: service.locate(['tags', at]),
          message: `${service.name} has the tag ${tag}: it ${power}`,
          hint:
            tag === 'administrator'
              ? 'leave the tag out'
              : 'leave the tag out, or say in a comment why it needs it',
          severity: tag === 'administrator' ? 'error' : 'warning',
          service: service.name,
          address: userAddress(userOf(service)),
        };
      }
    }
  },
};
